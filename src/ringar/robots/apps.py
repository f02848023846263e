from django.apps import AppConfig


class RobotsConfig(AppConfig):
    name = "ringar.robots"
    label = "robots"
