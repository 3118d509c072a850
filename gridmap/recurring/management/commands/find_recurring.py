import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from geodata.querysets import midnight
from gridmap.incidents.models import Incident
from gridmap.recurring.models import Evidence, Run
from gridmap.recurring.services.errors import RunRefused
from gridmap.recurring.services.finding import SEED, find_recurring


class Command(BaseCommand):
    help = "Look for conflicts that keep coming back, and write down what was found."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=date.fromisoformat, help="first day; five years back")
        parser.add_argument("--until", type=date.fromisoformat, help="the day after the last; now")
        parser.add_argument("--topic", action="append", default=[], help="code; may be repeated")
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument(
            "--first", action="store_true", help="only if there are cases and never was a search"
        )
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *, since: date | None, until: date | None, **options: Any) -> None:
        if options["first"] and (Run.objects.exists() or not Incident.objects.exists()):
            return
        try:
            run = find_recurring(
                at=timezone.now(),
                since=midnight(since) if since else None,
                until=midnight(until) if until else None,
                topics=options["topic"],
                seed=options["seed"],
                tell=self.stderr.write,
            )
        except RunRefused as error:
            raise CommandError(str(error)) from error
        rows = list(
            run.evidence.filter(rank__isnull=False).order_by("rank").select_related("conflict")
        )
        write = self._as_json if options["format"] == "json" else self._as_text
        write(run, rows)

    def _as_text(self, run: Run, rows: list[Evidence]) -> None:
        words = _("{cases} 件案件，检验 {tested} 种地点与专题的组合，列出 {listed} 个。")
        self.stdout.write(words.format(cases=run.cases, tested=run.tested, listed=run.listed))
        for row in rows:
            line = _(
                "{rank:>3}  {code}  {name}  {observed} 件，通常 {expected:.1f} 件，下季可避免 {avoidable:.1f} 件"
            )
            self.stdout.write(
                line.format(
                    rank=row.rank, code=row.conflict.code, name=row.conflict.name, observed=row.observed,
                    expected=row.expected, avoidable=row.avoidable,
                )
            )  # fmt: skip

    def _as_json(self, run: Run, rows: list[Evidence]) -> None:
        found = {
            "run": {
                "id": run.pk, "at": run.at.isoformat(), "since": run.since.isoformat(),
                "until": run.until.isoformat(), "topics": run.topics, "seed": run.seed,
                "digest": run.digest, "cases": run.cases, "placed": run.placed, "tested": run.tested,
                "visible": run.visible,
            },
            "conflicts": [
                {
                    "rank": row.rank, "code": row.conflict.code, "name": row.conflict.name,
                    "name_en": row.conflict.name_en, "level": row.conflict.level,
                    "topic": row.conflict.topic.code,
                    "observed": row.observed, "expected": row.expected,
                    "ratio": [row.ratio, row.ratio_low, row.ratio_high], "q": row.q,
                    "avoidable": row.avoidable, "claims": row.claims,
                }
                for row in rows
            ],
        }  # fmt: skip
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
