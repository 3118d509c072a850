"""The peer: the same rows and fields through django-vectortiles.

Once from the stored degrees, as it comes, and once from our stored web-Mercator copy, which
spares it the transformation.
"""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.peer_settings"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.urls import path
from vectortiles.backends.postgis import VectorLayer
from vectortiles.views import MVTView

from geodata.models import Building, CellVersion


class Cells(VectorLayer):
    model = CellVersion
    queryset = CellVersion.objects.current()
    id = "cells"
    tile_fields = ("cell_id", "cell__code", "cell__kind", "cell__name", "cell__name_en")
    tile_buffer = 64


class Buildings(VectorLayer):
    model = Building
    id = "buildings"
    tile_fields = ("id", "code", "estate", "number", "households", "name", "name_en")
    tile_buffer = 64


class DrawnCells(Cells):
    geom_field = "geom_3857"


class DrawnBuildings(Buildings):
    geom_field = "geom_3857"


urlpatterns = [
    path(f"{address}/<int:z>/<int:x>/<int:y>", MVTView.as_view(layer_classes=[layer]))
    for address, layer in {
        "cells": Cells,
        "buildings": Buildings,
        "drawn-cells": DrawnCells,
        "drawn-buildings": DrawnBuildings,
    }.items()
]
