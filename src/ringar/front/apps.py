from django.apps import AppConfig


class FrontConfig(AppConfig):
    name = "ringar.front"
    label = "front"
