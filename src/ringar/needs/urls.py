from django.urls import path

from ringar.needs import evidence_views, step_views, views, writing_views

urlpatterns = [
    path("behov/", views.need_list, name="need_list"),
    path("behov/lista.csv", views.need_list_csv, name="need_list_csv"),
    path("behov/nytt/", writing_views.need_new, name="need_new"),
    path("behov/nytt/spara/", writing_views.need_autosave, name="need_autosave"),
    path("behov/nytt/liknande/", writing_views.need_similar, name="need_similar"),
    path("behov/underlag/<uuid:uuid>/", evidence_views.evidence_edit, name="evidence_edit"),
    path("behov/underlag/<uuid:uuid>/foto/", evidence_views.evidence_photo, name="evidence_photo"),
    path("behov/underlag/<uuid:uuid>/ta-bort/", evidence_views.evidence_remove, name="evidence_remove"),
    path("behov/<uuid:uuid>/", views.need_detail, name="need_detail"),
    path("behov/<uuid:uuid>/jamfor/", views.need_compare, name="need_compare"),
    path("behov/<uuid:uuid>/historik/", views.need_history, name="need_history"),
    path("behov/<uuid:uuid>/andra/", writing_views.need_edit, name="need_edit"),
    path("behov/<uuid:uuid>/varfor/", writing_views.need_why, name="need_why"),
    path("behov/<uuid:uuid>/kriterier/", writing_views.need_criteria, name="need_criteria"),
    path("behov/<uuid:uuid>/slang/", writing_views.need_discard, name="need_discard"),
    path("behov/<uuid:uuid>/dela/", step_views.need_share, name="need_share"),
    path("behov/<uuid:uuid>/flytta/", step_views.need_move, name="need_move"),
    path("behov/<uuid:uuid>/vi-ocksa/", step_views.need_join, name="need_join"),
    path("behov/<uuid:uuid>/inte-vi/", step_views.need_leave, name="need_leave"),
    path("behov/<uuid:uuid>/underlag/nytt/", evidence_views.evidence_new, name="evidence_new"),
]
