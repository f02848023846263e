"""The ceiling for direct award as it is today; who runs the installation adds those that come."""

from datetime import date

from django.db import migrations

FROM = date(2022, 2, 1)
SOURCE = (
    "Lag (2016:1145) om offentlig upphandling, 19 a kap. 7 §, i kraft 1 februari 2022. "
    "Utan moms, inköp av samma slag under räkenskapsåret sammanlagda."
)


def add_ceiling(apps, schema_editor):
    apps.get_model("procurement", "Ceiling").objects.get_or_create(
        valid_from=FROM, defaults={"sek": 700_000, "source": SOURCE}
    )


class Migration(migrations.Migration):
    dependencies = [("procurement", "0001_initial")]

    operations = [migrations.RunPython(add_ceiling, migrations.RunPython.noop)]
