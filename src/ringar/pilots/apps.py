from django.apps import AppConfig


class PilotsConfig(AppConfig):
    name = "ringar.pilots"
    label = "pilots"
