"""Draw the city beside the log-in: a picture that is made once and kept with the code."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

import gridmap.accounts
from geodata.demo_city import make_city
from layers.city_picture import Window, draw_city
from layers.styles import MAP

PICTURES = Path(gridmap.accounts.__file__).parent / "static/accounts"
# The north of the town with the motorway, where streets, parks and works lie side by side.
CENTRE, SIZE, SCALE = (98.2905, 39.794), (860, 900), 5.2


class Command(BaseCommand):
    help = "Draw accounts/city-light.svg and city-dark.svg from the demonstration city."

    def handle(self, *_args: Any, **_options: Any) -> None:
        city = make_city()
        frames = {name: getattr(city, name) for name in ("ground", "streets", "buildings", "cells")}
        window = Window(CENTRE, SIZE, SCALE, settings.CITY.metric_srid)
        for theme, colours in MAP.items():
            path = PICTURES / f"city-{theme}.svg"
            path.write_text(draw_city(frames, colours, window), encoding="utf-8")
            size = path.stat().st_size // 1000
            self.stdout.write(_("%(name)s，%(size)d kB") % {"name": path.name, "size": size})
