from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("solvers", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="solution",
            index=models.Index(fields=["changed_at"], name="solution_changed"),
        ),
    ]
