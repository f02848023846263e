from django.apps import AppConfig


class NeedsConfig(AppConfig):
    name = "ringar.needs"
    label = "needs"
