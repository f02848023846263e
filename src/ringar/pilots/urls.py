"""Addresses of the room."""

from django.urls import path

from ringar.pilots.views import deciding, pages, published

urlpatterns = [
    path("pilotprojekt/oppna/", published.pilot_public_list, name="pilot_public_list"),
    path("pilotprojekt/oppna/lista.csv", published.pilot_public_csv, name="pilot_public_csv"),
    path("pilotprojekt/lardomar/", published.pilot_learned, name="pilot_learned"),
    path("pilotprojekt/lardomar/lista.csv", published.pilot_learned_csv, name="pilot_learned_csv"),
    path("pilotprojekt/att-beratta/", published.disclosure_list, name="disclosure_list"),
    path("pilotprojekt/att-beratta/lista.csv", published.disclosure_csv, name="disclosure_csv"),
    path("pilotprojekt/<uuid:uuid>/sida/", pages.pilot_page, name="pilot_page"),
    path("pilotprojekt/<uuid:uuid>/effekt.csv", pages.pilot_effect_csv, name="pilot_effect_csv"),
    path("pilotprojekt/<uuid:uuid>/beslut/", deciding.pilot_decide, name="pilot_decide"),
    path("pilotprojekt/<uuid:uuid>/publicera/", deciding.pilot_publish, name="pilot_publish"),
    path("pilotprojekt/<uuid:uuid>/anteckning/", deciding.pilot_note, name="pilot_note"),
]
