import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Complaint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("page", models.CharField(blank=True, max_length=500, verbose_name="which page?")),
                ("text", models.TextField(verbose_name="what could you not do?")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="your e-mail")),
                ("language", models.CharField(default="sv", max_length=5)),
                ("at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
