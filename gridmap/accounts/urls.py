"""Addresses about the own account."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from gridmap.accounts import views

urlpatterns = [
    path("login/", views.LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", views.password, name="password"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
]
