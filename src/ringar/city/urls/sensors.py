"""Addresses of sensors."""

from django.urls import path

from ringar.city.views import sensors

SENSOR = "staden/sensorer/<uuid:uuid>/"

urlpatterns = [
    path("staden/sensorer/", sensors.sensor_list, name="sensor_list"),
    path("staden/sensorer/karta.geojson", sensors.sensor_geojson, name="sensor_geojson"),
    path("staden/sensorer/ny/", sensors.sensor_new, name="sensor_new"),
    path(SENSOR, sensors.sensor_detail, name="sensor_detail"),
    path(f"{SENSOR}andra/", sensors.sensor_edit, name="sensor_edit"),
    path(f"{SENSOR}steg/", sensors.sensor_step, name="sensor_step"),
    path("staden/serier/<uuid:uuid>/varden.csv", sensors.series_csv, name="series_csv"),
]
