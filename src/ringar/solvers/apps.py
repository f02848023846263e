from django.apps import AppConfig


class SolversConfig(AppConfig):
    name = "ringar.solvers"
    label = "solvers"
