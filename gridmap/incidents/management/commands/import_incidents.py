import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from tqdm import tqdm

from geodata.errors import ImportRefused
from geodata.row_files import Piece, RowFile
from gridmap.incidents.bulk.fields import FIELDS, Request, parse_pairs, read_topic_map
from gridmap.incidents.bulk.verdicts import ImportReport
from gridmap.incidents.services.importing import import_incidents

SHOWN = 20
ASSUMED = f"""
fields of --map: {", ".join(FIELDS)}
  occurred_at, topic and the place (lon and lat, also written x and y, or the geometry of the file) are needed.
  A field that is not mapped is read from a column of its own name, if there is one.
  topic: code or name of a topic, or a word of the topic map; there “*” stands for every other word.
  occurred_hour: the hour in a column of its own, as 2114, 930 or 21:14; the day is that of occurred_at.
  state: a state by its code or Chinese name; “open” stands for registered. Escalated, suspended and merged
  cases are refused: no file says to which area, until when, or into which case.

assumed where a row does not say: registered when it occurred; closed (state), at the time of registration;
  outcome “terminated”, which counts as no success; source “superior”; scale 01, risk blue, urgency normal.
  A time without a zone is Beijing time. Cells, rules and people are those of today; deadlines are counted
  from the registration, with the first rows of the table of limits for what is older than it.
  Nobody is sent a notice, and no steps or visits are made up: the cases are marked as imported.

A row is known by its whole content: what was imported before is not imported again, whatever the options.
"""


class Command(BaseCommand):
    help = "Import cases from CSV (also .gz), XLSX, GeoPackage, GeoParquet or a zipped Shapefile."

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        return super().create_parser(
            *args, epilog=ASSUMED, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--map",
            nargs="+",
            action="extend",
            default=[],
            metavar="FIELD=COLUMN",
            help="the column of a field; FIELD==VALUE gives all rows the same value",
        )
        parser.add_argument(
            "--crs",
            help="EPSG:n, wgs84, cgcs2000, gcj02 or bd09; required where the file does not say",
        )
        parser.add_argument("--layer", help="layer of a GeoPackage, sheet of a workbook")
        parser.add_argument(
            "--time-format",
            action="append",
            default=[],
            help="as for strptime, such as %%d/%%m/%%Y; may be repeated, and no others are tried then",
        )
        parser.add_argument(
            "--topic-map",
            type=Path,
            help="JSON object or CSV of two columns: the file's word, our topic",
        )
        parser.add_argument("--dry-run", action="store_true", help="read and judge, write nothing")
        parser.add_argument("--report", type=Path, help="write the report as JSON")

    def handle(self, *, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            columns, constants = parse_pairs(options["map"])
            topics = read_topic_map(options["topic_map"]) if options["topic_map"] else {}
            request = Request(
                file,
                columns,
                constants,
                topics,
                options["crs"],
                options["layer"],
                tuple(options["time_format"]),
            )
            with progress() as tell:
                report = import_incidents(
                    request=request, at=timezone.now(), dry_run=dry_run, tell=tell
                )
        except ImportRefused as error:
            raise CommandError(
                _("{reason}。什么也没有导入。").format(reason=error.said(gettext))
            ) from error
        except DatabaseError as error:
            reason = str(error).splitlines()[0]
            raise CommandError(_("数据库拒绝了这批数据：{error}").format(error=reason)) from error
        if options["report"]:
            found = {**report.as_dict(gettext), "dry_run": dry_run}
            options["report"].write_text(
                json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8"
            )
        self._print(report, dry_run=dry_run)

    def _print(self, report: ImportReport, *, dry_run: bool) -> None:
        for row in report.rows[:SHOWN]:
            self.stderr.write(
                _("  第 {row} 行 · {field} · {value} · {reason}").format(**row.as_dict(gettext))
            )
        for code, count in report.rejected.most_common():
            self.stderr.write(f"{code}: {count} · {report.reasons[code].said(gettext)}")
        if report.rejected.total() > SHOWN:
            self.stderr.write(_("每一行都在 --report 里。"))
        self.stdout.write(
            _(
                "读了 {read} 行：导入 {imported}，已有 {already_there}，不能导入 {rejected}，无主 {unrouted}。"
            ).format(
                read=report.read,
                imported=report.imported,
                already_there=report.already_there,
                rejected=report.rejected.total(),
                unrouted=report.unrouted,
            )
        )
        if dry_run:
            self.stdout.write(_("只检查，没有写入。"))
        if report.stopped is not None:
            reason = report.stopped.said(gettext)
            raise CommandError(
                _("读到一半停了：{reason}。前面的已经导入，修好文件再来一次即可。").format(
                    reason=reason
                )
            )


@contextmanager
def progress() -> Iterator[Callable[[RowFile, Piece], None]]:
    """A bar on a terminal that grows with what is read of the file."""
    with tqdm(
        total=1.0, disable=None, bar_format="{l_bar}{bar}| {elapsed} < {remaining}{postfix}"
    ) as bar:
        rows = 0

        def tell(file: RowFile, piece: Piece) -> None:
            nonlocal rows
            rows += len(piece)
            bar.n = min(1.0, piece.done / max(1, file.size))
            bar.set_postfix_str(f"{rows:,}")

        yield tell
