"""An officer's mandate names the body of the plan for which they act."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0002_mandates")]

    operations = [
        migrations.AddField("mandate", "body", models.CharField(blank=True, max_length=60)),
    ]
