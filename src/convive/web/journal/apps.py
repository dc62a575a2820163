from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "convive.web.journal"
    label = "journal"
