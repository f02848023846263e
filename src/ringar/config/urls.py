"""The addresses of all rooms. Swedish words, since residents and staff read them."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("konto/", include("allauth.urls")),
    path("sprak/", include("django.conf.urls.i18n")),
    *[path("", include(f"ringar.{room}.urls")) for room in settings.ROOMS],
]
