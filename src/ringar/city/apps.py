from django.apps import AppConfig


class CityConfig(AppConfig):
    name = "ringar.city"
    label = "city"
