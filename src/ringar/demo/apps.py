from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "ringar.demo"
    label = "demo"
