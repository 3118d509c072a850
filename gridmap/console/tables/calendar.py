"""The working days of a year, and one of them changed once it is said what that does."""

import calendar as months
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from geodata.querysets import day_of
from gridmap.accounts.guards import for_roles, person_of
from gridmap.accounts.models import Role
from gridmap.console.desk.wording import WEEKDAYS
from gridmap.console.pages import is_english, page, show_refusal
from gridmap.incidents.calendar import FIRST_YEAR, YEARS_AHEAD
from gridmap.incidents.models import CalendarDay
from gridmap.incidents.services.calendar import deadlines_moved_by, set_calendar_day
from gridmap.incidents.services.errors import CalendarRefused

REFUSED = 422
SATURDAY = 5


@dataclass(frozen=True)
class Day:
    """One day of a month as it is drawn and said."""

    day: date
    kind: str
    words: str
    is_provisional: bool
    is_edited: bool
    is_today: bool


@dataclass(frozen=True)
class Month:
    """A month in weeks; a place without a day is None."""

    name: str
    weeks: list[list[Day | None]]


class DayForm(forms.Form):
    """Whether a day counts, and what it is called."""

    is_working = forms.TypedChoiceField(
        label=gettext_lazy("这一天"),
        choices=[("True", gettext_lazy("工作日，期限照算")), ("False", gettext_lazy("休息日，期限不算"))],
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("叫什么"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("例如 国庆节、抢险"),
    )

    def __init__(self, known: CalendarDay, data: Any = None) -> None:
        initial = {"is_working": str(known.is_working), "name": known.name}
        super().__init__(data, initial=initial, label_suffix="")
        self.known = known

    def clean(self) -> None:
        wanted = (self.cleaned_data.get("is_working"), self.cleaned_data.get("name"))
        if wanted == (self.known.is_working, self.known.name):
            raise forms.ValidationError(_("这一天现在就是这样，没有要改的。"))


@for_roles(Role.CITY_ADMIN)
@require_http_methods(["GET", "POST"])
@never_cache
@gzip_page
def calendar(request: HttpRequest) -> HttpResponse:
    """A year in months; the day in the address is changed, after a look at the deadlines that follow it."""
    now = timezone.now()
    last = day_of(now).year + YEARS_AHEAD
    day = _day(request.GET.get("day", ""), last)
    year = day.year if day else _year(request.GET.get("year", ""), day_of(now).year, last)
    rows = {row.day: row for row in CalendarDay.objects.filter(day__year=year)}
    if request.method == "POST":
        if day is None:
            raise Http404
        return _change(request, _known(rows, day), rows, now)
    form = DayForm(_known(rows, day)) if day else None
    return _show(request, year, rows, now, day=day, form=form)


def _year(text: str, this_year: int, last: int) -> int:
    if not text:
        return this_year
    if not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text[:5]) <= last):
        raise Http404
    return int(text)


def _day(text: str, last: int) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if not FIRST_YEAR <= day.year <= last:
        raise Http404
    return day


def _known(rows: dict[date, CalendarDay], day: date) -> CalendarDay:
    """A day that nobody has loaded is one by the week."""
    by_week = CalendarDay(day=day, is_working=day.weekday() < SATURDAY, is_provisional=True)
    return rows.get(day, by_week)


def _change(
    request: HttpRequest, known: CalendarDay, rows: dict[date, CalendarDay], now: datetime
) -> HttpResponse:
    form, moved = DayForm(known, request.POST), None
    if form.is_valid():
        wanted = {**form.cleaned_data, "day": known.day, "by": person_of(request), "at": now}
        try:
            if "sure" in request.POST:
                set_calendar_day(**wanted)
                messages.success(request, _("{day} 改好了").format(day=_words(known.day)))
                return redirect(f"{reverse('desk-rules-calendar')}?year={known.day.year}")
            moved = deadlines_moved_by(**wanted)
        except CalendarRefused as error:
            show_refusal(form, error)
    status = 200 if moved is not None else REFUSED
    shown: dict[str, Any] = {"day": known.day, "form": form, "moved": moved, "status": status}
    return _show(request, known.day.year, rows, now, **shown)


def _show(
    request: HttpRequest,
    year: int,
    rows: dict[date, CalendarDay],
    now: datetime,
    *,
    day: date | None,
    form: DayForm | None,
    moved: int | None = None,
    status: int = 200,
) -> HttpResponse:
    last = day_of(now).year + YEARS_AHEAD
    provisional = (
        CalendarDay.objects.filter(is_provisional=True).values_list("day__year").distinct()
    )
    years = {number for (number,) in provisional.order_by("day__year")}
    values: dict[str, Any] = {
        "year": year,
        "years": [(one, one in years) for one in range(FIRST_YEAR, last + 1)],
        "is_provisional": year in years,
        "is_loaded": bool(rows),
        "months": months_of(year, rows, day_of(now)),
        "weekdays": [str(name) if is_english() else str(name)[-1] for name in WEEKDAYS],
        "day": day,
        "day_words": _words(day) if day else "",
        "form": form,
        "moved_words": _moved_words(moved) if moved is not None else "",
        "becomes": form.cleaned_data if form is not None and moved is not None else None,
    }
    return page(request, "console/tables/calendar.html", values, status)


def _moved_words(moved: int) -> str:
    if not moved:
        return _("没有在办案件的期限会变。")
    words = ngettext("{n} 件在办案件的期限会变", "{n} 件在办案件的期限会变", moved)
    return _("{words}，负责的人会收到通知。").format(words=words.format(n=f"{moved:,}"))


def months_of(year: int, rows: dict[date, CalendarDay], today: date) -> list[Month]:
    found = []
    for month in range(1, 13):
        weeks = months.Calendar().monthdatescalendar(year, month)
        found.append(
            Month(
                name=dateformat.format(date(year, month, 1), _("n月")),
                weeks=[
                    [
                        _drawn(_known(rows, one), today) if one.month == month else None
                        for one in week
                    ]
                    for week in weeks
                ],
            )
        )
    return found


def _drawn(row: CalendarDay, today: date) -> Day:
    kind = _kind(row)
    return Day(
        day=row.day,
        kind=kind,
        words=" ".join(filter(None, (_words(row.day), row_name(row), str(KINDS[kind])))),
        # All of a year is assumed; what differs from the plain week is marked.
        is_provisional=row.is_provisional and kind in {"holiday", "makeup"},
        is_edited=row.is_edited,
        is_today=row.day == today,
    )


def row_name(row: CalendarDay) -> str:
    """A name from the official list in the reader's language, else as somebody wrote it."""
    return _(row.name) if row.name else ""


def _kind(row: CalendarDay) -> str:
    is_weekend = row.day.weekday() >= SATURDAY
    if row.is_working:
        return "makeup" if is_weekend else ""
    return "rest" if is_weekend and not row.name else "holiday"


KINDS = {
    "": gettext_lazy("工作日"),
    "rest": gettext_lazy("休息日"),
    "holiday": gettext_lazy("假日"),
    "makeup": gettext_lazy("调休上班"),
}


def _words(day: date) -> str:
    """10月1日 周四."""
    words = dateformat.format(day, _("n月j日"))
    return _("{day} {weekday}").format(day=words, weekday=WEEKDAYS[day.weekday()])
