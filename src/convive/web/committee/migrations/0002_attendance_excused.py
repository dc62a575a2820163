"""Who was away from a session and excused is noted too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("committee", "0001_initial")]

    operations = [
        migrations.AddField("attendance", "excused", models.BooleanField(default=False)),
    ]
