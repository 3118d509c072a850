"""The only door through which a boundary changes."""

from geodata.boundaries.checks import BoundaryRefused, Children, children_of, located
from geodata.boundaries.effects import Change
from geodata.boundaries.services import load, merge, preview, redraw, split

__all__ = [
    "BoundaryRefused",
    "Change",
    "Children",
    "children_of",
    "load",
    "located",
    "merge",
    "preview",
    "redraw",
    "split",
]
