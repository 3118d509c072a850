"""Addresses of the commander's page and of what it asks for."""

from django.urls import path

from gridmap.console.command import views

urlpatterns = [
    path("", views.command, name="command"),
    path("cube/", views.cube, name="command-cube"),
    path("places/<str:version>/", views.places, name="command-places"),
    path("points/", views.points, name="command-points"),
    path("outlines/", views.outlines, name="command-outlines"),
    path("situation/", views.situation, name="command-situation"),
    path("conflicts/", views.conflicts, name="command-conflicts"),
    path("cells.csv", views.cells, name="command-cells"),
]
