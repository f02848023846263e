from django.urls import path

from ringar.demo import views

urlpatterns = [
    path("demo/logga-in/", views.demo_login, name="demo_login"),
    path("demo/klocka/", views.demo_clock, name="demo_clock"),
]
