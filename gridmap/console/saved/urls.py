"""Addresses that keep the state of a page."""

from django.urls import path

from gridmap.console.saved import views

urlpatterns = [
    path("", views.save, name="saved-views"),
    path("<int:number>/delete/", views.delete, name="saved-view-delete"),
]
