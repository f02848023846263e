"""Addresses of data sets, what is handed in for them, and what is in them."""

from django.urls import path

from ringar.city.views import assets, data, imports

SET = "staden/data/<uuid:uuid>/"
ASSET = "staden/anlaggningar/<uuid:uuid>/"
IMPORT = "staden/inlasningar/<uuid:uuid>/"

urlpatterns = [
    path("staden/data/", data.data_set_list, name="data_set_list"),
    path("staden/data/lista.csv", data.data_set_csv, name="data_set_csv"),
    path("staden/data/katalog.jsonld", data.data_catalogue, name="data_catalogue"),
    path("staden/data/ny/", data.data_set_new, name="data_set_new"),
    path(SET, data.data_set_detail, name="data_set_detail"),
    path(f"{SET}andra/", data.data_set_edit, name="data_set_edit"),
    path(f"{SET}lamna-ut/", data.data_set_release, name="data_set_release"),
    path(f"{SET}lamna-ut/<int:number>/aterkalla/", data.data_set_withdraw, name="data_set_withdraw"),
    path(f"{SET}las-in/", imports.data_import_new, name="data_import_new"),
    path(f"{SET}innehall/", assets.asset_list, name="asset_list"),
    path(f"{SET}innehall/lista.csv", assets.asset_csv, name="asset_csv"),
    path(f"{SET}innehall/karta.geojson", assets.asset_geojson, name="asset_geojson"),
    path(f"{SET}handelser/", assets.incident_list, name="incident_list"),
    path(f"{SET}handelser/lista.csv", assets.incident_csv, name="incident_csv"),
    path(IMPORT, imports.data_import, name="data_import"),
    path(f"{IMPORT}spara/", imports.data_import_save, name="data_import_save"),
    path(f"{IMPORT}kasta/", imports.data_import_drop, name="data_import_drop"),
    path(ASSET, assets.asset_detail, name="asset_detail"),
    path(
        f"{ASSET}iakttagelser/<int:number>/ta-tillbaka/",
        assets.observation_withdraw,
        name="observation_withdraw",
    ),
]
