import django.db.models.deletion
from django.db import migrations, models

SQLITE = """
CREATE TRIGGER citizen_deposit_{word} BEFORE {word} ON citizen_deposit
BEGIN SELECT RAISE(ABORT, 'a deposit is never changed'); END
"""
POSTGRESQL = """
CREATE FUNCTION citizen_deposit_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a deposit is never changed'; END $$;
CREATE TRIGGER citizen_deposit_rows BEFORE UPDATE OR DELETE ON citizen_deposit
FOR EACH ROW EXECUTE FUNCTION citizen_deposit_kept();
CREATE TRIGGER citizen_deposit_all BEFORE TRUNCATE ON citizen_deposit
FOR EACH STATEMENT EXECUTE FUNCTION citizen_deposit_kept();
"""


def keep(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL)
    else:
        for word in ("UPDATE", "DELETE"):
            editor.execute(SQLITE.format(word=word))


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("hour", models.DateTimeField(primary_key=True, serialize=False)),
                ("head", models.CharField(max_length=100)),
            ],
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                ("number", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=150)),
                ("act", models.CharField(max_length=60)),
                ("subject", models.CharField(max_length=60)),
                ("reason", models.CharField(blank=True, max_length=1)),
                ("details", models.TextField(default="{}")),
                ("previous", models.CharField(max_length=64, unique=True)),
                ("hash", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "ordering": ("number",),
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("name", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("tag", models.CharField(max_length=64, unique=True)),
                ("reporter", models.CharField(max_length=64)),
                ("day", models.DateField()),
                ("kept", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("solved", "Solved"),
                            ("not_solved", "Not Solved"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="citizen.batch"),
                ),
            ],
            options={
                "ordering": ("day", "name"),
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("name", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("deposit", models.PositiveBigIntegerField(unique=True)),
                (
                    "sender",
                    models.CharField(choices=[("reporter", "Reporter"), ("custodians", "Custodians")], max_length=10),
                ),
                ("day", models.DateField()),
                ("body", models.BinaryField()),
                ("for_reporter", models.BinaryField()),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="citizen.report"
                    ),
                ),
            ],
            options={
                "ordering": ("deposit",),
            },
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                ("sealed", models.BinaryField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="shares", to="citizen.entry"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("entry", "key"), name="one_share_each")],
            },
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]
