"""Addresses of the room: each subject has a module of its own."""

from django.urls import URLPattern, URLResolver

from ringar.city.urls import data, lists, sensors
from ringar.city.urls import map as maps

urlpatterns: list[URLPattern | URLResolver] = [
    *data.urlpatterns,
    *lists.urlpatterns,
    *maps.urlpatterns,
    *sensors.urlpatterns,
]
