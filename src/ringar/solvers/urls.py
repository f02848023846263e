from django.urls import path

from ringar.solvers.views import answers, calls, solutions, solvers

urlpatterns = [
    path("leverantorer/", solvers.solver_list, name="solver_list"),
    path("leverantorer/lista.csv", solvers.solver_csv, name="solver_csv"),
    path("leverantorer/ny/", solvers.solver_new, name="solver_new"),
    path("leverantorer/<uuid:uuid>/", solvers.solver_detail, name="solver_detail"),
    path("leverantorer/<uuid:uuid>/andra/", solvers.solver_edit, name="solver_edit"),
    path("leverantorer/<uuid:uuid>/lage/", solvers.solver_state, name="solver_state"),
    path("leverantorer/<uuid:uuid>/losningar/ny/", solutions.solution_new, name="solution_new"),
    path("losningar/", solutions.solution_list, name="solution_list"),
    path("losningar/lista.csv", solutions.solution_csv, name="solution_csv"),
    path("losningar/<uuid:uuid>/", solutions.solution_detail, name="solution_detail"),
    path("losningar/<uuid:uuid>/andra/", solutions.solution_edit, name="solution_edit"),
    path("utlysningar/", calls.call_list, name="call_list"),
    path("utlysningar/ny/", calls.call_new, name="call_new"),
    path("utlysningar/<uuid:uuid>/", calls.call_detail, name="call_detail"),
    path("utlysningar/<uuid:uuid>/andra/", calls.call_edit, name="call_edit"),
    path("utlysningar/<uuid:uuid>/oppna/", calls.call_open, name="call_open"),
    path("utlysningar/<uuid:uuid>/stang/", calls.call_close, name="call_close"),
    path("utlysningar/<uuid:uuid>/svara/", answers.answer_new, name="answer_new"),
    path("utlysningar/<uuid:uuid>/svar/", calls.call_answers, name="call_answers"),
    path("utlysningar/<uuid:uuid>/svar/<uuid:answer_uuid>/", calls.answer_decide, name="answer_decide"),
    path("svar/<str:token>/", answers.answer_status, name="answer_status"),
    path("svar/<str:token>/bekrafta/", answers.answer_verify, name="answer_verify"),
    path("svar/<str:token>/dra-tillbaka/", answers.answer_withdraw, name="answer_withdraw"),
]
