"""A line of the log. Restricted data: it tells who saw what."""

from __future__ import annotations

from django.db import models

from convive.committee.chain import Entry


class Line(models.Model):
    """One act of one person. Bound to the line before; triggers of the database refuse to change or delete it."""

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=300)
    reason = models.TextField(blank=True)
    details = models.TextField(default="{}")
    previous = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("number",)
        indexes = (
            models.Index(fields=("subject", "number"), name="journal_subject"),
            models.Index(fields=("by", "number"), name="journal_by"),
            models.Index(fields=("act", "number"), name="journal_act"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.act} {self.subject}"

    @property
    def entry(self) -> Entry:
        """The line as the chain knows it."""
        told = ("number", "at", "by", "act", "subject", "reason", "details", "previous", "hash")
        return Entry(**{name: getattr(self, name) for name in told})
