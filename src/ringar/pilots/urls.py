"""Addresses of the room."""

from django.urls import path

from ringar.pilots.views import (
    deciding,
    hindrances,
    measurement_files,
    measurements,
    overview,
    pages,
    published,
    realised,
    staff,
)

urlpatterns = [
    path("pilotprojekt/oversikt/", overview.pilot_overview, name="pilot_overview"),
    path("pilotprojekt/oversikt/lista.csv", overview.pilot_overview_csv, name="pilot_overview_csv"),
    path("pilotprojekt/<uuid:uuid>/matvarden/", measurements.measurement_list, name="measurement_list"),
    path("pilotprojekt/<uuid:uuid>/matvarden.csv", measurements.measurement_csv, name="measurement_csv"),
    path(
        "pilotprojekt/<uuid:uuid>/matvarden/fil/",
        measurement_files.measurement_import,
        name="measurement_import",
    ),
    path(
        "pilotprojekt/<uuid:uuid>/matvarden/<uuid:unit>/",
        measurements.measurement_edit,
        name="measurement_edit",
    ),
    path("pilotprojekt/<uuid:uuid>/utfall/", realised.pilot_realised, name="pilot_realised"),
    path("pilotprojekt/<uuid:uuid>/fraga/", staff.staff_ask, name="staff_ask"),
    path("pilotprojekt/<uuid:uuid>/svara/", staff.staff_answer, name="staff_answer"),
    path("hinder/", hindrances.hindrance_list, name="hindrance_list"),
    path("hinder/lista.csv", hindrances.hindrance_list_csv, name="hindrance_list_csv"),
    path("hinder/<slug:kind>/<uuid:uuid>/nytt/", hindrances.hindrance_new, name="hindrance_new"),
    path("hinder/<uuid:uuid>/borta/", hindrances.hindrance_gone, name="hindrance_gone"),
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
