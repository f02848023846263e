"""Addresses of queues, robots and their cases."""

from django.urls import path
from django.views.generic import RedirectView

from ringar.robots.views import case_links as case_link_views
from ringar.robots.views import case_lists, robot_setup
from ringar.robots.views import cases as case_views
from ringar.robots.views import robots as robot_views

CASE = "robotar/arenden/<uuid:uuid>/"
ROBOT = "robotar/robot/<uuid:uuid>/"

urlpatterns = [
    path("robotar/", robot_views.robot_list, name="robot_list"),
    path("robotar/koer/<uuid:uuid>/paus/", robot_views.queue_pause, name="queue_pause"),
    path("robotar/koer/<uuid:uuid>/fortsatt/", robot_views.queue_resume, name="queue_resume"),
    path("robotar/robot/ny/", robot_setup.robot_new, name="robot_new"),
    path(ROBOT, robot_views.robot_detail, name="robot_detail"),
    path(f"{ROBOT}publicera/", robot_views.robot_publish, name="robot_publish"),
    path(f"{ROBOT}dra-tillbaka/", robot_views.robot_withdraw, name="robot_withdraw"),
    path(f"{ROBOT}tid/", robot_views.robot_time, name="robot_time"),
    path(f"{ROBOT}underhall/", robot_views.robot_upkeep, name="robot_upkeep"),
    path("robotar/arenden/", case_lists.case_list, name="case_list"),
    path("robotar/arenden/lista.csv", case_lists.case_csv, name="case_csv"),
    path(
        "robotar/korningar/",
        RedirectView.as_view(pattern_name="case_list", query_string=True),
        name="run_list",
    ),
    path(CASE, case_views.case_detail, name="case_detail"),
    path(f"{CASE}svara/", case_views.case_answer, name="case_answer"),
    path(f"{CASE}igen/", case_views.case_retry, name="case_retry"),
    path(f"{CASE}ta-over/", case_views.case_take, name="case_take"),
    path(f"{CASE}klart/", case_views.case_finish, name="case_finish"),
    path(f"{CASE}prova/", case_views.case_try, name="case_try"),
    path(f"{CASE}filer/<int:file>/", case_views.case_file, name="case_file"),
    path("robotar/fraga/<str:token>/", case_link_views.case_mailed, name="case_mailed"),
]
