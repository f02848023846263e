from django.urls import path

from ringar.matching.views import matches, meetings, solutions, timetable

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
    path("motesdagar/siffror/", meetings.meeting_figures, name="meeting_figures"),
    path("motesdagar/<uuid:uuid>/schema/", timetable.meeting_timetable, name="meeting_timetable"),
    path("motesdagar/<uuid:uuid>/schema/papper/", timetable.meeting_day_print, name="meeting_day_print"),
    path("motesdagar/<uuid:uuid>/schema.csv", timetable.meeting_day_csv, name="meeting_day_csv"),
    path("moten/<uuid:uuid>/", meetings.meeting_detail, name="meeting_detail"),
    path("moten/<uuid:uuid>/svar/", meetings.meeting_answer, name="meeting_answer"),
    path("moten/<uuid:uuid>/narvaro/", meetings.meeting_no_show, name="meeting_no_show"),
    path("motesdag/min/<str:token>/moten/", meetings.party_answer, name="party_answer"),
    path("motesdag/min/<str:token>/kalender.ics", meetings.party_calendar, name="party_calendar"),
]
