"""Sealed reports as the database keeps them. Every field says who may see it; none holds a word of anybody's.

Public: may be told to all. Restricted: custodians and auditors. Secret: sealed, or a key's digest.
"""

from __future__ import annotations

from django.db import models

from convive.committee.chain import Entry as ChainEntry
from convive.voice.sealed import SealedEntry

NAME = 16
KEY = 64


class Batch(models.Model):
    """Reports that were released to the office together, at an hour that the clock sets and no report."""

    hour = models.DateTimeField(primary_key=True)
    head = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}"


class Report(models.Model):
    """One report. ``tag`` is what the receipt derives; ``kept``: the receipt was typed again."""

    class State(models.TextChoices):
        OPEN = "open"
        SOLVED = "solved"
        NOT_SOLVED = "not_solved"
        WITHDRAWN = "withdrawn"

    name = models.CharField(max_length=NAME, primary_key=True)
    tag = models.CharField(max_length=KEY, unique=True)
    reporter = models.CharField(max_length=KEY)
    day = models.DateField()
    kept = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ("day", "name")

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """One sealed piece of a report: what the reporter sent, or what custodians answered."""

    class Sender(models.TextChoices):
        REPORTER = "reporter"
        CUSTODIANS = "custodians"

    name = models.CharField(max_length=NAME, primary_key=True)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="entries")
    deposit = models.PositiveBigIntegerField(unique=True)
    sender = models.CharField(max_length=10, choices=Sender)
    day = models.DateField()
    body = models.BinaryField()
    for_reporter = models.BinaryField()

    class Meta:
        ordering = ("deposit",)

    def __str__(self) -> str:
        return self.name

    @property
    def sealed(self) -> SealedEntry:
        shares = {share.key: bytes(share.sealed) for share in self.shares.all()}
        return SealedEntry(bytes(self.body), shares, bytes(self.for_reporter))


class Share(models.Model):
    """An entry's share for one custodian, sealed to the custodian's key."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="shares")
    key = models.CharField(max_length=KEY)
    sealed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("entry", "key"), name="one_share_each"),)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.key[:8]}"


class Deposit(models.Model):
    """A line of the chain in which every entry is counted; its time is a day. Triggers refuse to change it."""

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    reason = models.CharField(max_length=1, blank=True)
    details = models.TextField(default="{}")
    previous = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.number} {self.act}"

    @property
    def line(self) -> ChainEntry:
        """The line as the chain knows it."""
        told = ("number", "at", "by", "act", "subject", "reason", "details", "previous", "hash")
        return ChainEntry(**{name: getattr(self, name) for name in told})
