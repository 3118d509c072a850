"""How many cases there were: by cell, window, topic; the same for map, page, program and notebook."""

from gridmap.incidents.counting.asking import AreaCounts, CellCounts, Chosen, Window
from gridmap.incidents.counting.merging import FEWER, LEAST, count_areas_merged
from gridmap.incidents.counting.reading import count_cells, count_steps

__all__ = [
    "FEWER",
    "LEAST",
    "AreaCounts",
    "CellCounts",
    "Chosen",
    "Window",
    "count_areas_merged",
    "count_cells",
    "count_steps",
]
