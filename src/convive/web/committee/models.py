"""What the committee keeps."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Seat(models.Model):
    """A place in the committee: an office and its agency. Who holds it is not published."""

    code = models.SlugField(max_length=40, unique=True)
    office_es = models.CharField(max_length=150)
    office_en = models.CharField(max_length=150, blank=True)
    agency = models.CharField(max_length=150)
    votes = models.BooleanField(default=True)
    holder = models.CharField(max_length=150, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="seat_ends_after_it_begins"
            ),
        )

    def __str__(self) -> str:
        return self.office_es

    def on(self, day: dt.date) -> bool:
        """Whether it was a seat of the committee on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


class Session(models.Model):
    """A session that was called; ``held_on`` once it took place. ``figures``: the public figures as they stood when it
    was called (JSON), with which the next agenda is compared."""

    code = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=20)
    called_on = models.DateField()
    planned_on = models.DateField()
    held_on = models.DateField(null=True, blank=True)
    agenda = models.TextField(blank=True)
    minutes = models.TextField(blank=True)
    figures = models.TextField(default="{}")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-planned_on", "-id")

    def __str__(self) -> str:
        return self.code


class Attendance(models.Model):
    """A seat was present at a session, or away for a reason that was accepted (``excused``): that counts for no
    quorum."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendances")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT)
    excused = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("session", "seat"), name="attended_once"),)

    def __str__(self) -> str:
        return f"{self.session} {self.seat}"


class Agreement(models.Model):
    """What was agreed in a session: the seat that answers for it until a day."""

    code = models.SlugField(max_length=40, unique=True)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="agreements")
    owner = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="agreements")
    due = models.DateField()
    text_es = models.CharField(max_length=500)
    text_en = models.CharField(max_length=500, blank=True)
    done_on = models.DateField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("due", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(withdrawn_on__isnull=True), name="agreement_has_one_end"
            ),
        )

    def __str__(self) -> str:
        return self.code


class FollowUp(models.Model):
    """What was said of an agreement later; published, without who wrote it."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="followed")
    on = models.DateField()
    words = models.CharField(max_length=500)
    by = models.CharField(max_length=150)

    class Meta:
        ordering = ("on", "id")

    def __str__(self) -> str:
        return f"{self.agreement} {self.on}"
