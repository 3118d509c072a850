"""The planners' door: read-only frames of the city, within a planner's areas and without persons.

In a notebook::

    from gridmap import notebook
    notebook.connect(as_="planner")     # or the variable GRIDMAP_PLANNER
    cases = notebook.cases(since=date(2025, 1, 1))

By itself it speaks to the database as the role that may read these columns and nothing else; where Django was set up
before (`manage.py shell`), the role of that program stays.
"""

import os

import django
from django.apps import apps

if not apps.ready:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmap.settings")
    os.environ["GRIDMAP_DB_ROLE"] = "reader"
    # Jupyter runs cells inside an event loop; these reads are plain and short.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    django.setup()

# After the set-up above.
from gridmap.notebook.asking import Day, UnknownTopic
from gridmap.notebook.case_frames import cases
from gridmap.notebook.conflict_frames import conflicts, measures
from gridmap.notebook.counting import Cube, cube
from gridmap.notebook.pipeline import Material, material
from gridmap.notebook.planner import NoPlanner, connect
from gridmap.notebook.registry import areas, buildings, cells, posts, streets

__all__ = [
    "Cube",
    "Day",
    "Material",
    "NoPlanner",
    "UnknownTopic",
    "areas",
    "buildings",
    "cases",
    "cells",
    "conflicts",
    "connect",
    "cube",
    "material",
    "measures",
    "posts",
    "streets",
]
