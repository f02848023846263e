from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "ringar.matching"
    label = "matching"
