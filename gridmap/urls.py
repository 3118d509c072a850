"""Every address of the product."""

from django.urls import include, path

from gridmap.accounts.views import healthz

urlpatterns = [
    path("healthz/", healthz, name="healthz"),
    path("map/counts/", include("gridmap.console.bin_tiles")),
    path("map/", include("layers.urls")),
    path("api/", include("gridmap.incidents.api.urls")),
    path("api/", include("gridmap.recurring.api")),
    path("", include("gridmap.accounts.urls")),
    path("", include("gridmap.console.urls")),
]

# Pages for people, the API's own shape for programs.
handler400 = "gridmap.console.uploads.bad_request"
handler404 = "gridmap.accounts.problems.not_found"
handler500 = "gridmap.accounts.problems.server_error"
