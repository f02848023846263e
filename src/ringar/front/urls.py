from django.urls import path

from ringar.front import views

urlpatterns = [
    path("", views.home, name="home"),
    path("sok/", views.search, name="search"),
]
