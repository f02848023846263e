from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "ringar.core"
    label = "core"
