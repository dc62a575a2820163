from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "convive.web.office"
    label = "office"

    def ready(self) -> None:
        from convive.web.office import limits  # noqa: F401 - hears of every sign-in from the start
