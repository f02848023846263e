from django.urls import path

from ringar.needs.views import evidence, shown, steps, writing

urlpatterns = [
    path("behov/", shown.need_list, name="need_list"),
    path("behov/lista.csv", shown.need_list_csv, name="need_list_csv"),
    path("behov/nytt/", writing.need_new, name="need_new"),
    path("behov/nytt/spara/", writing.need_autosave, name="need_autosave"),
    path("behov/nytt/liknande/", writing.need_similar, name="need_similar"),
    path("behov/underlag/<uuid:uuid>/", evidence.evidence_edit, name="evidence_edit"),
    path("behov/underlag/<uuid:uuid>/foto/", evidence.evidence_photo, name="evidence_photo"),
    path("behov/underlag/<uuid:uuid>/ta-bort/", evidence.evidence_remove, name="evidence_remove"),
    path("behov/<uuid:uuid>/", shown.need_detail, name="need_detail"),
    path("behov/<uuid:uuid>/jamfor/", shown.need_compare, name="need_compare"),
    path("behov/<uuid:uuid>/historik/", shown.need_history, name="need_history"),
    path("behov/<uuid:uuid>/andra/", writing.need_edit, name="need_edit"),
    path("behov/<uuid:uuid>/varfor/", writing.need_why, name="need_why"),
    path("behov/<uuid:uuid>/kriterier/", writing.need_criteria, name="need_criteria"),
    path("behov/<uuid:uuid>/slang/", writing.need_discard, name="need_discard"),
    path("behov/<uuid:uuid>/dela/", steps.need_share, name="need_share"),
    path("behov/<uuid:uuid>/flytta/", steps.need_move, name="need_move"),
    path("behov/<uuid:uuid>/vi-ocksa/", steps.need_join, name="need_join"),
    path("behov/<uuid:uuid>/inte-vi/", steps.need_leave, name="need_leave"),
    path("behov/<uuid:uuid>/underlag/nytt/", evidence.evidence_new, name="evidence_new"),
]
