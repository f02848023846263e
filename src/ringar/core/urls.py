from django.urls import path

from ringar.core import import_views

urlpatterns = [
    path("importera/", import_views.import_start, name="import_start"),
    path("importera/<slug:kind>/", import_views.import_check, name="import_check"),
]
