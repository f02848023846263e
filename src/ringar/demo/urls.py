from django.urls import path

from ringar.demo import robot_views, views

urlpatterns = [
    path("demo/logga-in/", views.demo_login, name="demo_login"),
    path("demo/klocka/", views.demo_clock, name="demo_clock"),
    path("demo/robotar/", robot_views.demo_robots, name="demo_robots"),
    path("demo/robotar/doda/", robot_views.demo_kill, name="demo_kill"),
    path("demo/robotar/mejl/", robot_views.demo_mails, name="demo_mails"),
]
