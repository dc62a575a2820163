"""Roles that name people wait for a second person since now. What the machine gave holds as it did: whoever can write
the folder holds all of it anyway."""

from django.db import migrations


def confirm(apps, schema_editor):
    given = apps.get_model("office", "Mandate").objects.filter(given_by="(console)", confirmed_by="")
    given.update(confirmed_by="(folder)")


class Migration(migrations.Migration):
    dependencies = (("office", "0003_mandate_body"),)
    operations = (migrations.RunPython(confirm, migrations.RunPython.noop),)
