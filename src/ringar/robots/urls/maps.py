"""Addresses of maps and event logs."""

from django.urls import path

from ringar.robots.views import map_logs as map_log_views
from ringar.robots.views import map_versions as map_version_views
from ringar.robots.views import maps as map_views

VERSION = "robotar/kartor/<uuid:uuid>/<int:number>/"

urlpatterns = [
    path("robotar/kartor/", map_views.map_list, name="map_list"),
    path("robotar/kartor/ny/", map_views.map_new, name="map_new"),
    path("robotar/kartor/<uuid:uuid>/", map_views.map_detail, name="map_detail"),
    path("robotar/kartor/<uuid:uuid>/ny-version/", map_views.map_draw, name="map_draw"),
    path("robotar/kartor/<uuid:uuid>/beslut/", map_views.map_decide, name="map_decide"),
    path(VERSION, map_version_views.map_version, name="map_version"),
    path(f"{VERSION}karta.bpmn", map_version_views.map_bpmn, name="map_bpmn"),
    path(f"{VERSION}rita/", map_version_views.map_edit, name="map_edit"),
    path(f"{VERSION}oppna/", map_version_views.map_open, name="map_open"),
    path(f"{VERSION}signera/", map_version_views.map_sign, name="map_sign"),
    path(f"{VERSION}logg/", map_version_views.map_link, name="map_link"),
    path(f"{VERSION}markera/", map_version_views.map_mark, name="map_mark"),
    path(f"{VERSION}markera/<int:mark>/", map_version_views.map_answer, name="map_answer"),
    path("robotar/loggar/ny/", map_log_views.log_new, name="log_new"),
    path("robotar/loggar/<uuid:uuid>/", map_log_views.log_detail, name="log_detail"),
    path("robotar/loggar/<uuid:uuid>/steg.csv", map_log_views.log_csv, name="log_csv"),
    path("robotar/loggar/<uuid:uuid>/ta-bort/", map_log_views.log_remove, name="log_remove"),
]
