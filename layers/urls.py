"""Addresses of the map."""

from django.urls import path, re_path

from layers import views

urlpatterns = [
    re_path(
        r"^tiles/(?P<names>[a-z_+]{1,400})/(?P<z>[0-9]{1,2})/(?P<x>[0-9]{1,8})/(?P<y>[0-9]{1,8})\.mvt$",
        views.tile,
        name="map-tile",
    ),
    re_path(r"^geojson/(?P<names>[a-z_+]{1,400})/$", views.features, name="map-geojson"),
    path("identify/", views.identify, name="map-identify"),
]
