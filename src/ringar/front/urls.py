from django.urls import path

from ringar.front import views

urlpatterns = [
    path("", views.home, name="home"),
    path("sok/", views.search, name="search"),
    path("oversikt/", views.overview, name="overview"),
    path("oversikt/tabell.csv", views.overview_csv, name="overview_csv"),
]
