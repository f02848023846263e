"""Addresses of the queue and the outbox."""

from django.urls import path

from ringar.robots import views

urlpatterns = [
    path("robotar/", views.work_list, name="work_list"),
    path("robotar/<uuid:uuid>/igen/", views.work_retry, name="work_retry"),
    path("utkorg/", views.outbox, name="outbox"),
    path("utkorg/<uuid:uuid>/", views.outbox_mail, name="outbox_mail"),
]
