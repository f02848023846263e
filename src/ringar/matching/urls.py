from django.urls import path

from ringar.matching.views import matches, solutions

urlpatterns = [
    path("behov/<uuid:uuid>/losningar/", matches.match_list, name="match_list"),
    path("behov/<uuid:uuid>/losningar/varfor-inte/", matches.match_why_not, name="match_why_not"),
    path(
        "behov/<uuid:uuid>/losningar/varfor-inte/<uuid:solution_uuid>/",
        matches.match_asked,
        name="match_asked",
    ),
    path("behov/<uuid:uuid>/losningar/kriterium/", matches.match_check, name="match_check"),
    path("behov/<uuid:uuid>/losningar/<uuid:solution_uuid>/bedom/", matches.match_judge, name="match_judge"),
    path("behov/<uuid:uuid>/losningar/<uuid:solution_uuid>/valj/", matches.match_choose, name="match_choose"),
    path("losningar/<uuid:uuid>/behov/", solutions.solution_needs, name="solution_needs"),
    path("losningar/<uuid:uuid>/varfor/", solutions.solution_why, name="solution_why"),
    path("utlysningar/fran-behov/", solutions.call_from_needs, name="call_from_needs"),
]
