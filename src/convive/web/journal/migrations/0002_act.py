"""Lines are also looked for by what was done: how the last act left the plan's files."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [
        migrations.AddIndex(
            model_name="line",
            index=models.Index(fields=["act", "number"], name="journal_act"),
        ),
    ]
