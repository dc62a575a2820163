"""What the office remembers beside the ledger: who looked at what, and who was present. Both are restricted data."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Look(models.Model):
    """Somebody saw records of people. Lines are only added."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)
    page = models.CharField(max_length=20)
    records = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by} {self.page}"


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
