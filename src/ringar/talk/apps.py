from django.apps import AppConfig


class TalkConfig(AppConfig):
    name = "ringar.talk"
    label = "talk"
