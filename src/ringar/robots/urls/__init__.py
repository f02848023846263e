"""Addresses of the queue and the outbox."""

from django.urls import include, path

from ringar.robots.views import webhooks as webhook_views
from ringar.robots.views import work as views

urlpatterns = [
    path("", include("ringar.robots.urls.cases")),
    path("robotar/arbete/", views.work_list, name="work_list"),
    path("robotar/arbete/lista.csv", views.work_csv, name="work_csv"),
    path("robotar/arbete/<uuid:uuid>/igen/", views.work_retry, name="work_retry"),
    path("", include("ringar.robots.urls.maps")),
    path("organisation/webhookar/", webhook_views.webhook_list, name="webhook_list"),
    path("organisation/webhookar/<uuid:uuid>/", webhook_views.webhook_detail, name="webhook_detail"),
    path("organisation/webhookar/<uuid:uuid>/prova/", webhook_views.webhook_try, name="webhook_try"),
    path("organisation/webhookar/<uuid:uuid>/paus/", webhook_views.webhook_pause, name="webhook_pause"),
    path("organisation/webhookar/<uuid:uuid>/ta-bort/", webhook_views.webhook_remove, name="webhook_remove"),
    path("utkorg/", views.outbox, name="outbox"),
    path("utkorg/<uuid:uuid>/", views.outbox_mail, name="outbox_mail"),
]
