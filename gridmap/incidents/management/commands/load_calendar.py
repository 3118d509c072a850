from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from gridmap.incidents.calendar import LAST_ANNOUNCED
from gridmap.incidents.models import CalendarDay
from gridmap.incidents.services.calendar import load_calendar


class Command(BaseCommand):
    help = "Load the working days of China; days that a person has set stay, open deadlines follow."

    def handle(self, *_args: Any, **_options: Any) -> None:
        loaded = load_calendar(at=timezone.now())
        provisional = CalendarDay.objects.filter(is_provisional=True).dates("day", "year")
        self.stdout.write(
            _(
                "工作日历：到 %(year)d 年为止按国务院公布的，改了 %(days)d 天，%(cases)d 个案件的时限变了。"
            )
            % {"year": LAST_ANNOUNCED, **vars(loaded)}
        )
        if provisional:
            years = ", ".join(str(year.year) for year in provisional)
            self.stdout.write(_("还没有公布、暂按每周和固定节日算：%(years)s。") % {"years": years})
