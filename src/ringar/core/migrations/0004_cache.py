"""The table of Django's database cache, so that nobody needs to make it by hand."""

from django.core.management import call_command
from django.db import migrations


def make(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_trust")]
    operations = [
        migrations.RunPython(make, migrations.RunPython.noop),
    ]
