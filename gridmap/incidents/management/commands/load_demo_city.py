import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from datetime import time as time_of_day
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geodata.city_loading import load_city_frames
from geodata.demo_city import make_city
from geodata.models import Area
from geodata.querysets import BEIJING
from geodata.versions import bump_access_version
from gridmap.accounts.demo_people import SINCE, make_people
from gridmap.accounts.models import User
from gridmap.accounts.scope import today
from gridmap.incidents.demo_cases.loading import load_cases
from gridmap.incidents.demo_cases.town import NoSuchPlace
from gridmap.incidents.models import Incident


class Command(BaseCommand):
    help = "Load the demonstration city, its people and their cases into an empty registry, once."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(_("生产环境里不能有演示账号：GRIDMAP_ENV=production。"))
        reason = self._no_need()
        if reason:
            self.stdout.write(reason)
            return
        with transaction.atomic():
            if not _is_loaded():
                self._load_city()
            self._load_cases()
            let_the_planner_know()

    def _no_need(self) -> str:
        if _is_loaded():
            return _("演示城市已经在库里，不再装。") if Incident.objects.exists() else ""
        if Area.objects.exists():
            return _("库里已经有别的地方，不装演示城市。")
        if settings.CITY.code_prefix != "620201":
            return _("演示城市只有嘉峪关，不装进%(city)s。") % {"city": settings.CITY.name}
        return ""

    def _load_city(self) -> None:
        with self._step(_("造演示城市")):
            city = make_city()
        title = _("装入 %(cells)d 个网格、%(buildings)d 栋楼、%(posts)d 个责任区") % {
            "cells": len(city.cells),
            "buildings": len(city.buildings),
            "posts": len(city.posts),
        }
        with self._step(title):
            since = datetime.combine(SINCE, time_of_day.min, BEIJING)
            load_city_frames(city, by="load_demo_city", at=since)
        with self._step(_("造人、任用")):
            figures = make_people(on=today())
        let_the_planner_know()
        transaction.on_commit(bump_access_version)
        self.stdout.write(
            _("%(people)d 人，%(appointments)d 项任用，%(accounts)d 个账号。都是虚构的。")
            % vars(figures)
        )

    def _load_cases(self) -> None:
        with self._step(_("造五年的案件、来件和办理记录")):
            try:
                figures = load_cases(at=timezone.now())
            except NoSuchPlace as error:
                self.stdout.write(
                    _("演示城市改过，找不到 %(place)s，不装案件。") % {"place": error}
                )
                return
        self.stdout.write(
            _(
                "%(cases)d 件案件：五年调解 %(mediated)d 件，成功 %(succeeded)d 件，"
                "当事人 %(parties)d 人；在办 %(open)d 件。"
                "案件、当事人、承办单位、派遣规则和时限都是虚构的。"
            )
            % vars(figures)
        )

    @contextmanager
    def _step(self, title: str) -> Iterator[None]:
        self.stdout.write(f"{title}…")
        self.stdout.flush()
        begin = time.monotonic()
        yield
        self.stdout.write(f"  {time.monotonic() - begin:.1f} s")


def let_the_planner_know() -> None:
    """Statistics of what was loaded, before the first page asks: half-gathered ones cost minutes."""
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.managed]
    names = ", ".join(connection.ops.quote_name(table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")


def _is_loaded() -> bool:
    return User.objects.filter(is_demonstration=True).exists()
