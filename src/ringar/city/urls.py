"""Addresses of the room: each subject has a module of its own."""

from django.urls import URLPattern, URLResolver

from ringar.city import list_urls, map_urls

urlpatterns: list[URLPattern | URLResolver] = [*list_urls.urlpatterns, *map_urls.urlpatterns]
