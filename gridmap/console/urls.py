"""Addresses of the pages that a role opens."""

from django.urls import include, path

from gridmap.console import views

urlpatterns = [
    path("", views.home, name="home"),
    path("my-cells/", views.my_cells, name="my-cells"),
    path("my-cells/ground/<str:version>/", views.my_cells_ground, name="my-cells-ground"),
    path("contacts/", views.contacts, name="contacts"),
    path("import/", include("gridmap.console.boundary_import.urls")),
]
