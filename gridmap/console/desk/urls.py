"""Addresses of the desks."""

from django.urls import path

from gridmap.console.desk import export, hand_over, intake, pins, views

urlpatterns = [
    path("", views.triage, name="desk"),
    path("cases/", views.cases, name="desk-cases"),
    path("teams/", views.teams, name="desk-teams"),
    path("community/", views.community, name="desk-community"),
    path("hand-over/", hand_over.hand_over, name="desk-hand-over"),
    path("export/", export.export, name="desk-export"),
    path("new/", intake.new, name="desk-new"),
    path("new/places/", intake.places, name="desk-places"),
    path("new/near/", intake.near, name="desk-near"),
    path("pins/", pins.pins, name="desk-pins"),
]
