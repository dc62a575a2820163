"""Roles with mandates instead of one group; who looked at what goes into the log."""

import datetime as dt

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from convive.committee.chain import Entry, canonical, following

FORMER_GROUP = "homologation"


def group_into_mandates(apps, editor):
    Mandate = apps.get_model("office", "Mandate")
    User = apps.get_model(settings.AUTH_USER_MODEL)
    for user in User.objects.filter(groups__name=FORMER_GROUP, is_active=True):
        Mandate.objects.create(
            user=user,
            role="analyst",
            since=dt.datetime.now(dt.UTC).date(),
            given_by="(console)",
            confirmed_by="(folder)",
        )


def looks_into_log(apps, editor):
    Line = apps.get_model("journal", "Line")
    last = None
    for look in apps.get_model("office", "Look").objects.select_related("by").order_by("at", "id"):
        entry = following(
            last,
            at=look.at,
            by=look.by.username,
            act="private.seen",
            subject=look.page,
            details=canonical({"records": look.records.split()}),
        )
        Line.objects.create(**vars_of(entry))
        last = entry


def vars_of(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in entry.__dataclass_fields__}


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0001_initial"),
        ("journal", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=40)),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                ("given_by", models.CharField(max_length=150)),
                ("confirmed_by", models.CharField(blank=True, max_length=150)),
                ("ended_by", models.CharField(blank=True, max_length=150)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("since", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("until__isnull", True), ("until__gte", F("since")), _connector="OR"),
                        name="mandate_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=Q(("confirmed_by", ""), ~Q(("confirmed_by", F("given_by"))), _connector="OR"),
                        name="mandate_confirmed_by_another",
                    ),
                ],
            },
        ),
        migrations.RunPython(group_into_mandates, migrations.RunPython.noop),
        migrations.RunPython(looks_into_log, migrations.RunPython.noop),
        migrations.DeleteModel(name="Look"),
    ]
