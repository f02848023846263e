"""Addresses of the leak map."""

from django.urls import path

from ringar.city.views import map as maps

MAP = "staden/karta/<uuid:uuid>/"

urlpatterns = [
    path("staden/karta/", maps.leak_map, name="leak_map"),
    path("staden/karta/lager/<uuid:uuid>.geojson", maps.leak_map_ground, name="leak_map_ground"),
    path(MAP, maps.leak_map_fit, name="leak_map_fit"),
    path(f"{MAP}ledningar", maps.leak_map_data, name="leak_map_data"),
    path(f"{MAP}lackkarta.csv", maps.leak_map_csv, name="leak_map_csv"),
    path(f"{MAP}lackkarta.geojson", maps.leak_map_geojson, name="leak_map_geojson"),
    path(f"{MAP}<int:rank>/", maps.leak_map_pipe, name="leak_map_pipe"),
]
