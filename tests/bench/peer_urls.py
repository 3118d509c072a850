"""Tiles by django-vectortiles for people who have signed in.

Everything is shown, where ours asks for what is in scope: the peer has less to do.
"""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from vectortiles.backends.postgis import VectorLayer
from vectortiles.views import MVTView

from geodata.models import Building, CellVersion
from gridmap.map_sources import buildings, cells
from layers.sources import MapSource
from layers.tiles import BUFFER, EXTENT


class Layer(VectorLayer):
    """The rows, properties and stored geometry of one of our sources."""

    geom_field = "geom_3857"
    tile_extent = EXTENT
    tile_buffer = BUFFER

    def __init__(self, source: MapSource, rows: Any) -> None:
        self.id = source.name
        self.tile_fields = tuple(source.fields.values())
        self._rows = rows

    def get_queryset(self) -> Any:
        return self._rows()


class Cells(LoginRequiredMixin, MVTView):
    layers = [Layer(cells, CellVersion.objects.current)]


class Buildings(LoginRequiredMixin, MVTView):
    layers = [Layer(buildings, Building.objects.all)]


urlpatterns = [Cells.get_url("cells"), Buildings.get_url("buildings")]
