import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import geopandas as gpd
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from geodata.coverage_faults import LISTS
from geodata.errors import ImportRefused
from geodata.management.import_command import describe
from geodata.models import STORED
from layers.coverage_checks import Checked, check_file, check_registry, title_of
from layers.folium_maps import coverage


class Command(BaseCommand):
    help = "Check that areas tile: no overlap, no gap, no sliver. Exit code 1 where they do not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, nargs="?", help="a file of areas; without it, the registry"
        )
        parser.add_argument("--within", type=Path, help="a file whose areas they must fill")
        parser.add_argument(
            "--crs",
            default="",
            help="EPSG:n, wgs84, cgcs2000, gcj02 or bd09; degrees are WGS 84 where nobody says",
        )
        parser.add_argument(
            "--tolerance",
            type=float,
            default=0.05,
            metavar="M",
            help="edges that differ by less than this many metres are the same (default 0.05)",
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--map", type=Path, help="write a page that shows the faults")

    def handle(self, *, file: Path | None, **options: Any) -> None:
        checked = self._check(file, options["within"], options["crs"], options["tolerance"])
        report = checked.as_dict(_)
        if options["map"]:
            _draw(checked, report).save(options["map"])
        if options["format"] == "json":
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
        else:
            self._tell(checked, report)
        if not checked.ok:
            sys.exit(1)

    def _check(self, file: Path | None, within: Path | None, crs: str, tolerance: float) -> Checked:
        if not 0 <= tolerance < 1_000:
            raise CommandError(_("--tolerance 要 0 到 1000 米"), returncode=2)
        if file is None and (within or crs):
            raise CommandError(_("--within 和 --crs 要和文件一起用"), returncode=2)
        try:
            if file is None:
                return check_registry(tolerance)
            return check_file(file, within=within, crs=crs, tolerance_m=tolerance)
        except ImportRefused as error:
            raise CommandError(error.said(_), returncode=2) from error

    def _tell(self, checked: Checked, report: dict[str, Any]) -> None:
        self.stdout.write(title_of(checked))
        for kind in LISTS.values():
            for fault in report[kind]:
                self.stdout.write(describe(fault))


def _draw(checked: Checked, report: dict[str, Any]) -> Any:
    faults = [(kind, fault) for kind in LISTS.values() for fault in report[kind]]
    frame = gpd.GeoDataFrame(
        {
            "kind": [kind for kind, _fault in faults],
            "text": [describe(fault).strip() for _kind, fault in faults],
        },
        geometry=checked.shapes(),
        crs=STORED,
    )
    summary = _("点一行，看它在哪里。") if faults else ""
    return coverage(checked.areas, frame, title=title_of(checked), summary=summary)
