"""Addresses of fits, work lists and what came of them."""

from django.urls import path

from ringar.city.views import fits, lists, right

LIST = "staden/arbetslistor/<uuid:uuid>/"
FIT = "staden/berakningar/<uuid:uuid>/"

urlpatterns = [
    path("staden/berakningar/", fits.fit_list, name="fit_list"),
    path("staden/berakningar/ny/", fits.fit_new, name="fit_new"),
    path(FIT, fits.fit_detail, name="fit_detail"),
    path(f"{FIT}igen/", fits.fit_again, name="fit_again"),
    path(f"{FIT}omraden.csv", fits.fit_areas_csv, name="fit_areas_csv"),
    path("staden/arbetslistor/", lists.work_list_list, name="work_list_list"),
    path("staden/arbetslistor/ny/", lists.work_list_new, name="work_list_new"),
    path(LIST, lists.work_list_detail, name="work_list_detail"),
    path(f"{LIST}steg/", lists.work_list_step, name="work_list_step"),
    path(f"{LIST}lista.csv", lists.work_list_csv, name="work_list_csv"),
    path(f"{LIST}<int:place>/", lists.work_list_tick, name="work_list_tick"),
    path(f"{LIST}<int:place>/angra/", lists.work_list_untick, name="work_list_untick"),
    path("staden/facit/", right.was_it_right, name="was_it_right"),
    path("staden/facit/<uuid:uuid>/", right.was_it_right_list, name="was_it_right_list"),
    path("staden/facit/<uuid:uuid>/kurva.csv", right.was_it_right_csv, name="was_it_right_csv"),
]
