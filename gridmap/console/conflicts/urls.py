"""Addresses of the pages of what keeps coming back."""

from django.urls import path

from gridmap.console.conflicts import views

urlpatterns = [
    path("", views.conflicts, name="conflicts"),
    path("<str:code>/", views.conflict, name="conflict"),
    path("<str:code>/tasks/<int:number>/", views.conflict_task, name="conflict-task"),
    path("<str:code>/<str:name>/", views.conflict_act, name="conflict-act"),
]
