import os

from django.apps import AppConfig
from django.conf import settings

from ringar.demo.surroundings import missing_from, world_folder


class DemoConfig(AppConfig):
    name = "ringar.demo"
    label = "demo"

    def ready(self) -> None:
        """Each process of the demo tells its robots where their world is, however it was started."""
        if settings.DEMO:
            os.environ.update(missing_from(os.environ, world_folder()))
