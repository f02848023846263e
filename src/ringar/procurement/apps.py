from django.apps import AppConfig


class ProcurementConfig(AppConfig):
    name = "ringar.procurement"
    label = "procurement"
