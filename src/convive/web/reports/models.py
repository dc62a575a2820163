"""Open reports and workshops as the database keeps them. Nothing says who reported: what programs send of names,
telephones or addresses of people is never stored.

Public: may be told to all. Restricted: the office. Secret: a digest.
"""

from __future__ import annotations

from django.db import models


class Report(models.Model):
    """One open report. ``words``, ``address`` and the photo are shown to all once somebody in the office looked at them
    (``screened``); ``receipt`` is the digest of what its author keeps; ``origin`` and ``key`` say where it came from,
    so that an import made twice adds nothing. ``state``, ``status`` and ``updated`` follow from its events."""

    token = models.CharField(max_length=32, unique=True)
    category = models.CharField(max_length=60)
    body = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    address = models.CharField(max_length=300, blank=True)
    words = models.TextField(blank=True)
    answers = models.JSONField(default=dict)
    screened = models.BooleanField(default=False)
    received = models.DateTimeField()
    updated = models.DateTimeField()
    state = models.CharField(max_length=12)
    status = models.CharField(max_length=6)
    receipt = models.CharField(max_length=64, blank=True)
    origin = models.CharField(max_length=80)
    key = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("-received", "-id")
        indexes = (
            models.Index(fields=("received",), name="report_received"),
            models.Index(fields=("category", "latitude"), name="report_nearby"),
        )
        constraints = (
            models.UniqueConstraint(fields=("origin", "key"), condition=~models.Q(key=""), name="report_imported_once"),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.category}"


class Photo(models.Model):
    """The photo of a report, drawn anew: nothing in it tells of the device or the place."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT)
    jpeg = models.BinaryField()

    def __str__(self) -> str:
        return str(self.report_id)


class Happened(models.Model):
    """Something that happened to a report; lines are only added. ``who`` is an account of the office (restricted)."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12)
    by = models.CharField(max_length=10)
    at = models.DateTimeField()
    words = models.TextField(blank=True)
    who = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.report_id} {self.kind}"


class ApiKey(models.Model):
    """Who may send by Open311. ``digest`` of the key (secret); the key itself is shown once and kept nowhere."""

    name = models.CharField(max_length=60, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Round(models.Model):
    """A round of workshops on one map: its ``cells`` (code → unit, level, count, ring), the priorities voted on, and
    when it was closed. Only a closed round is published."""

    name = models.CharField(max_length=60, unique=True)
    cells = models.JSONField()
    options = models.JSONField(default=list)
    opened = models.DateTimeField(auto_now_add=True)
    closed = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-opened",)

    def __str__(self) -> str:
        return self.name


class Workshop(models.Model):
    """A meeting of a round; while it is ``open``, its slips let telephones in. Restricted: where it was."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="workshops")
    code = models.CharField(max_length=12, unique=True)
    place = models.CharField(max_length=120)
    day = models.DateField()
    open = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.round} {self.day}"


class Slip(models.Model):
    """A slip of paper whose ``code`` lets one telephone mark once: who has a code can invent no second sheet. Which
    sheet it brought is kept nowhere. Restricted."""

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="slips")
    code = models.CharField(max_length=12, unique=True)
    used = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.workshop} {self.code}"


class Marked(models.Model):
    """What one table, or one telephone, marked and voted; nothing tells who sat there. Restricted."""

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="sheets")
    table = models.CharField(max_length=20)
    marks = models.JSONField(default=dict)
    approvals = models.JSONField(default=list)
    rankings = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("workshop", "table"), name="table_once"),)

    def __str__(self) -> str:
        return f"{self.workshop} {self.table}"
