from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from geodata.exporting import ExportRefused
from geodata.querysets import midnight
from gridmap.accounts.models import User
from gridmap.incidents.models import Incident, PartyLook
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.incidents.services.exporting import export_incidents


class Command(BaseCommand):
    help = "Write the cases in a person's scope to CSV, XLSX, GeoPackage or GeoParquet; it is written down."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--by", required=True, metavar="USERNAME", help="whose scope, and who answers for it"
        )
        parser.add_argument("--open", action="store_true", help="only what is open")
        parser.add_argument("--topic", help="code of a topic")
        parser.add_argument(
            "--since", type=date.fromisoformat, help="registered on this day or later"
        )
        parser.add_argument("--until", type=date.fromisoformat, help="registered before this day")
        parser.add_argument(
            "--parties",
            choices=PartyLook.Reason.values,
            default="",
            help="with the parties, for this reason",
        )

    def handle(self, *, file: Path, by: str, parties: str, **options: Any) -> None:
        user = User.objects.filter(username=by, is_active=True).first()
        if user is None:
            raise CommandError(_("没有账号 %(username)s。") % {"username": by})
        chosen = {
            name: options[name] for name in ("open", "topic", "since", "until") if options[name]
        }
        try:
            with translation.override(user.language):
                record = export_incidents(
                    cases=_cases(chosen),
                    by=user,
                    at=timezone.now(),
                    path=file,
                    filters={name: str(value) for name, value in chosen.items()},
                    parties_reason=parties,
                )
        except ExportRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_("{count} 件写入 {file}").format(count=record.count, file=file))


def _cases(chosen: dict[str, Any]) -> IncidentQuerySet:
    cases: IncidentQuerySet = Incident.objects.all()
    if "open" in chosen:
        cases = cases.open()
    if "topic" in chosen:
        cases = cases.filter(topic__code=chosen["topic"])
    if "since" in chosen:
        cases = cases.filter(registered_at__gte=midnight(chosen["since"]))
    if "until" in chosen:
        cases = cases.filter(registered_at__lt=midnight(chosen["until"]))
    return cases
