"""How many cases there were: by cell, window, topic; the same for map, page, program and notebook."""

from gridmap.incidents.counting.asking import (
    LEAST,
    UNTOLD,
    AreaCounts,
    CellCounts,
    Chosen,
    Window,
)
from gridmap.incidents.counting.merging import NotApart, count_areas_merged
from gridmap.incidents.counting.reading import count_cells, count_steps
from gridmap.incidents.counting.released import release_secret

__all__ = [
    "LEAST",
    "UNTOLD",
    "AreaCounts",
    "CellCounts",
    "Chosen",
    "NotApart",
    "Window",
    "count_areas_merged",
    "count_cells",
    "count_steps",
    "release_secret",
]
