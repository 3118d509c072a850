"""Addresses of the import."""

from django.urls import path

from gridmap.console.boundary_import import views

urlpatterns = [
    path("", views.upload, name="import"),
    path("<slug:token>/", views.stage_page, name="import-stage"),
    path("<slug:token>/reading/", views.reading, name="import-reading"),
    path("<slug:token>/check/", views.check, name="import-check"),
    path("<slug:token>/progress/", views.progress, name="import-progress"),
    path("<slug:token>/picture/", views.picture, name="import-picture"),
    path("<slug:token>/rows/", views.rows, name="import-rows"),
    path("<slug:token>/faults.json", views.fault_list, name="import-faults"),
    path("<slug:token>/confirm/", views.confirm, name="import-confirm"),
    path("<slug:token>/discard/", views.discard, name="import-discard"),
]
