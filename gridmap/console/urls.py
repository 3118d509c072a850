"""Addresses of the pages that a role opens."""

from django.urls import include, path

from gridmap.console import views
from gridmap.console.comparison import views as comparison_views

urlpatterns = [
    path("", views.home, name="home"),
    path("areas/", views.areas, name="areas"),
    path("my-cells/", views.my_cells, name="my-cells"),
    path("my-cells/ground/<str:version>/", views.my_cells_ground, name="my-cells-ground"),
    path("contacts/", views.contacts, name="contacts"),
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.notices_read, name="notices-read"),
    path("briefing/", include("gridmap.console.briefing.urls")),
    path("command/", include("gridmap.console.command.urls")),
    path("command/areas/", comparison_views.areas, name="command-areas"),
    path("conflicts/", include("gridmap.console.conflicts.urls")),
    path("views/", include("gridmap.console.saved.urls")),
    path("desk/", include("gridmap.console.desk.urls")),
    path("desk/rules/", include("gridmap.console.tables.urls")),
    path("", include("gridmap.console.cases.urls")),
    path("import/", include("gridmap.console.boundary_import.urls")),
]
