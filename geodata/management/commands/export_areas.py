from argparse import ArgumentParser
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from geodata import frames
from geodata.boundaries.loading import CELL_KINDS
from geodata.exporting import ExportRefused, export


class Command(BaseCommand):
    help = "Write areas and cells to a GeoPackage, GeoJSON or GeoParquet file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", action="append", help="only this level; may be repeated")
        parser.add_argument("--on", type=date.fromisoformat, help="as in force on this day")

    def handle(self, *, file: Path, kind: list[str] | None, on: date | None, **_o: Any) -> None:
        day: date | datetime = on or timezone.now()
        frame = pd.concat([frames.areas(day), frames.cells(day)], ignore_index=True)
        if kind:
            wanted = set(kind) | (set(CELL_KINDS) if "cell" in kind else set())
            frame = frame[frame.kind.isin(wanted)]
        if frame.empty:
            raise CommandError(_("没有可导出的区域"))
        try:
            export(frame, file)
        except ExportRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_("{count} 个区域写入 {file}").format(count=len(frame), file=file))
