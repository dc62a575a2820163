"""What the office keeps of openings. All of it is restricted data; the loans are sealed to who asked."""

from __future__ import annotations

from django.db import models

from convive.web.citizen.models import KEY, NAME, Entry, Report


class Opening(models.Model):
    """A custodian asked to open a report, and why."""

    name = models.CharField(max_length=NAME, primary_key=True)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="openings")
    key = models.CharField(max_length=KEY)
    by = models.CharField(max_length=150)
    institution = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    day = models.DateField()
    opened = models.BooleanField(default=False)

    class Meta:
        ordering = ("-day", "name")

    def __str__(self) -> str:
        return self.name


class Loan(models.Model):
    """Another custodian's shares for an opening, sealed to who asked."""

    opening = models.ForeignKey(Opening, on_delete=models.PROTECT, related_name="loans")
    key = models.CharField(max_length=KEY)
    by = models.CharField(max_length=150)
    sealed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("opening", "key"), name="lent_once"),)

    def __str__(self) -> str:
        return f"{self.opening_id} {self.by}"


class Forwarding(models.Model):
    """What left: to which body, by when it must answer, and what it answered. The words themselves are sealed."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.PROTECT)
    body = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    by = models.CharField(max_length=150)
    day = models.DateField()
    answer_by = models.DateField()
    answered = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("answer_by",)

    def __str__(self) -> str:
        return f"{self.body} {self.answer_by}"
