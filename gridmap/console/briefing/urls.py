"""Address of the briefing."""

from django.urls import path

from gridmap.console.briefing import views

urlpatterns = [path("", views.briefing, name="briefing")]
