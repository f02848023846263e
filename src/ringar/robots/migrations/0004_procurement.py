"""Whether a routine is part of a procurement: there a robot only prepares."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("robots", "0003_cases_and_maps")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="processmap",
            name="is_procurement",
            field=models.BooleanField(default=False, verbose_name="part of a procurement"),
        ),
    ]
