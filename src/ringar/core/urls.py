from django.urls import path

from ringar.core import import_views, views

urlpatterns = [
    path("tillganglighet/", views.accessibility, name="accessibility"),
    path("stil/", views.style_guide, name="style_guide"),
    path("halsa/", views.health, name="health"),
    path("importera/", import_views.import_start, name="import_start"),
    path("importera/<slug:kind>/", import_views.import_check, name="import_check"),
]
