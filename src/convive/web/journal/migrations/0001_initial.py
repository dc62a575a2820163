from django.db import migrations, models

SQLITE = """
CREATE TRIGGER journal_line_{word} BEFORE {word} ON journal_line
BEGIN SELECT RAISE(ABORT, 'a line of the log is never changed'); END
"""
POSTGRESQL = """
CREATE FUNCTION journal_line_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a line of the log is never changed'; END $$;
CREATE TRIGGER journal_line_rows BEFORE UPDATE OR DELETE ON journal_line
FOR EACH ROW EXECUTE FUNCTION journal_line_kept();
CREATE TRIGGER journal_line_all BEFORE TRUNCATE ON journal_line
FOR EACH STATEMENT EXECUTE FUNCTION journal_line_kept();
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
            name="Line",
            fields=[
                ("number", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=150)),
                ("act", models.CharField(max_length=60)),
                ("subject", models.CharField(max_length=300)),
                ("reason", models.TextField(blank=True)),
                ("details", models.TextField(default="{}")),
                ("previous", models.CharField(max_length=64, unique=True)),
                ("hash", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "ordering": ("number",),
                "indexes": [
                    models.Index(fields=["subject", "number"], name="journal_subject"),
                    models.Index(fields=["by", "number"], name="journal_by"),
                ],
            },
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]
