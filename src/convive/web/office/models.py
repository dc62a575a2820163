"""What the office remembers beside the ledger: who holds which role, and who was present. Restricted data."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from convive.committee.roles import Held, roles


class Mandate(models.Model):
    """A role that somebody holds, in a unit of the territory (none: everywhere), for a body of the plan where the role
    acts for one, from a day to a day.

    One that shows data of persons holds only once somebody else than its giver has confirmed it. It is ended, never
    deleted.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mandates")
    role = models.CharField(max_length=40)
    unit = models.CharField(max_length=20, blank=True)
    body = models.CharField(max_length=60, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    given_by = models.CharField(max_length=150)
    confirmed_by = models.CharField(max_length=150, blank=True)
    ended_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ("since", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="mandate_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("given_by")), name="mandate_confirmed_by_another"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.unit}"

    @property
    def waits(self) -> bool:
        """Whether a second person has yet to confirm it."""
        return roles()[self.role].needs_confirmation and not self.confirmed_by and not self.ended_by

    @property
    def held(self) -> Held:
        """The mandate as the rules know it."""
        return Held(self.role, self.unit, self.since, self.until, not self.waits and not self.ended_by, self.body)


class Presence(models.Model):
    """Somebody was present at the session of a day, as the minutes say."""

    day = models.DateField()
    name = models.CharField(max_length=120)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("day", "name"), name="present_once"),)

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
