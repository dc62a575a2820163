from django.apps import AppConfig


class CommitteeConfig(AppConfig):
    name = "convive.web.committee"
    label = "committee"
