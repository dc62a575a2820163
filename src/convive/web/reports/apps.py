"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class Reports(AppConfig):
    name = "convive.web.reports"
    label = "reports"
    default_auto_field = "django.db.models.BigAutoField"
