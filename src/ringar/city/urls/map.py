"""Addresses of the leak map."""

from django.urls import path

from ringar.city.views import map as maps
from ringar.city.views import map_files, networks

MAP = "staden/karta/<uuid:uuid>/"
NETWORK = "staden/karta/nat/<uuid:uuid>/"

urlpatterns = [
    path("staden/karta/", maps.leak_map, name="leak_map"),
    path("staden/karta/lager/<uuid:uuid>.geojson", map_files.leak_map_ground, name="leak_map_ground"),
    path(NETWORK, networks.network_map, name="network_map"),
    path(f"{NETWORK}ledningar", networks.network_data, name="network_data"),
    path(f"{NETWORK}<int:place>/", networks.network_pipe, name="network_pipe"),
    path(MAP, maps.leak_map_fit, name="leak_map_fit"),
    path(f"{MAP}ledningar", maps.leak_map_data, name="leak_map_data"),
    path(f"{MAP}lackkarta.csv", map_files.leak_map_csv, name="leak_map_csv"),
    path(f"{MAP}lackkarta.geojson", map_files.leak_map_geojson, name="leak_map_geojson"),
    path(f"{MAP}<int:rank>/", maps.leak_map_pipe, name="leak_map_pipe"),
]
