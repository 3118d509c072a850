"""Every address of the product."""

from django.urls import include, path

from gridmap.accounts.views import healthz

handler400 = "gridmap.console.uploads.bad_request"
urlpatterns = [
    path("healthz/", healthz, name="healthz"),
    path("map/", include("layers.urls")),
    path("", include("gridmap.accounts.urls")),
    path("", include("gridmap.console.urls")),
]
