from django.urls import path

from ringar.core.views import imports, pages, style

urlpatterns = [
    path("tillganglighet/", pages.accessibility, name="accessibility"),
    path("stil/", style.style_guide, name="style_guide"),
    path("halsa/", pages.health, name="health"),
    path("importera/", imports.import_start, name="import_start"),
    path("importera/<slug:kind>/", imports.import_check, name="import_check"),
]
