from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from gridmap.console.boundary_import import jobs
from gridmap.console.boundary_import.stages import read_stage
from gridmap.console.boundary_import.work import work


class Command(BaseCommand):
    help = "Check or write an upload of the import page; started by that page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--lock", type=int, required=True, help="descriptor of the held lock")

    def handle(self, *, folder: Path, lock: int, **_options: Any) -> None:
        jobs.limit_this_process()
        stage = read_stage(folder)
        asked = stage and jobs.asked_for(stage)
        if not stage or not asked:
            raise CommandError(f"{folder}: nothing was asked for")
        with translation.override(asked["language"]):
            outcome = work(stage, asked["name"], by=asked["by"], at=timezone.now())
        jobs.answer(stage, outcome, lock=lock)
