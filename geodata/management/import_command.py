"""The face that the three import commands share."""

import json
from argparse import ArgumentParser
from getpass import getuser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from geodata.errors import ImportRefused
from geodata.importing import TEXTS, Report, Request, run_import

SHOWN = 20


class ImportCommand(BaseCommand):
    """Reads the options, runs the import, prints the report."""

    target: str
    takes_kind = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="GeoPackage, GeoJSON, zipped Shapefile, GeoParquet or TopoJSON"
        )
        if self.takes_kind:
            parser.add_argument(
                "--kind", default="", help="level of every row; else a column “kind” says it"
            )
        parser.add_argument(
            "--map",
            nargs="+",
            default=[],
            metavar="FIELD=COLUMN",
            help=f"fields: {', '.join(TEXTS[self.target])}",
        )
        parser.add_argument(
            "--crs",
            default="",
            help="EPSG:n, wgs84, cgcs2000, gcj02 or bd09; required where the file does not say",
        )
        parser.add_argument("--layer", default="", help="layer of a file that has several")
        parser.add_argument(
            "--replace", action="store_true", help="the file replaces what is in force"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="check and preview, write nothing"
        )
        parser.add_argument("--report", type=Path, help="write the report as JSON")

    def handle(self, *, file: Path, replace: bool, dry_run: bool, **options: Any) -> None:
        request = Request(
            path=file,
            target=self.target,
            kind=options.get("kind", ""),
            columns=dict(self._pair(pair) for pair in options["map"]),
            crs=options["crs"],
            layer=options["layer"],
        )
        try:
            report = run_import(
                request, by=getuser(), at=timezone.now(), replace=replace, dry_run=dry_run
            )
        except ImportRefused as error:
            report = Report(file=file.name, reason=error.said(gettext))
        if options["report"]:
            options["report"].write_text(json.dumps(report.as_dict(), ensure_ascii=False, indent=1))
        self._print(report, dry_run=dry_run)

    def _pair(self, pair: str) -> tuple[str, str]:
        field, equals, column = pair.partition("=")
        if not equals or field not in TEXTS[self.target]:
            raise CommandError(
                _("--map {pair}：要写成 字段=列名，字段有 {fields}").format(
                    pair=pair, fields="、".join(TEXTS[self.target])
                )
            )
        return field, column

    def _print(self, report: Report, *, dry_run: bool) -> None:
        for fault in report.refused[:SHOWN]:
            self.stderr.write(describe(fault))
        if len(report.refused) > SHOWN:
            self.stderr.write(
                _("……还有 {count} 处，用 --report 看全部").format(count=len(report.refused) - SHOWN)
            )
        if not report.ok:
            raise CommandError(_("{reason}。什么也没有导入。").format(reason=report.reason))
        done = _("检查通过，没有写入") if dry_run else _("已导入")
        self.stdout.write(f"{done}：{_('{count} 行').format(count=report.rows)}")


def describe(fault: dict[str, Any]) -> str:
    """One line of a fault: row, what, how large, where."""
    rows = [fault["row"]] if "row" in fault else fault.get("rows", [])
    parts = [
        _("第 {rows} 行").format(rows="、".join(map(str, rows))) if rows else "",
        fault["reason"],
        "、".join(fault["cells"]),
        f"{fault['area_m2']:,.1f} m²" if fault["area_m2"] is not None else "",
        f"{fault['lon']:.6f}, {fault['lat']:.6f}" if fault["lon"] is not None else "",
    ]
    return "  " + " · ".join(part for part in parts if part)
