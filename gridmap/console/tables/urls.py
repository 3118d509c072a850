"""Addresses of the tables that the city edits."""

from django.urls import path

from gridmap.console.tables import calendar, views

urlpatterns = [
    path("", views.rules, name="desk-rules"),
    path("limits/", views.limits, name="desk-rules-limits"),
    path("calendar/", calendar.calendar, name="desk-rules-calendar"),
]
