"""Maps as single files that open without any network: for notebooks and for the check of coverage.

All of them are drawn on the same paper, in the colours and classes of `layers.styles`, and say in Chinese and in
English what their colours mean.
"""

from layers.folium_maps.cell_maps import cells, choropleth
from layers.folium_maps.density_maps import heat, heat_with_time
from layers.folium_maps.faults import coverage
from layers.folium_maps.findings import conflicts
from layers.folium_maps.page import Page

__all__ = ["Page", "cells", "choropleth", "conflicts", "coverage", "heat", "heat_with_time"]
