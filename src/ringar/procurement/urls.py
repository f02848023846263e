"""Addresses of the room."""

from django.urls import path

from ringar.procurement import views

urlpatterns = [
    path("inkop/", views.purchase_list, name="purchase_list"),
    path("inkop/lista.csv", views.purchase_csv, name="purchase_csv"),
    path("inkop/nytt/", views.purchase_new, name="purchase_new"),
    path("inkop/tak/", views.ceiling_list, name="ceiling_list"),
    path("inkop/val/<slug:kind>/<uuid:uuid>/", views.supplier_choice, name="supplier_choice"),
]
