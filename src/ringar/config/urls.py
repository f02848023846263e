"""The addresses of all rooms. Swedish words, since residents and staff read them."""

from django.conf import settings
from django.urls import include, path, re_path

from ringar.core.api import api, nowhere
from ringar.core.limiting import too_many as handler429  # noqa: F401  # allauth looks for it here
from ringar.core.registry import declared
from ringar.core.views.api_docs import api_docs

for prefix, router in declared("api", "ROUTERS"):
    api.add_router(prefix, router)

urlpatterns = [
    path("api/", api_docs, name="api_docs"),
    path("api/", api.urls),
    re_path("^api/", nowhere),
    path("sprak/", include("django.conf.urls.i18n")),
    *[path("", include(f"ringar.{room}.urls")) for room in settings.ROOMS],
    path("konto/", include("allauth.urls")),
]
