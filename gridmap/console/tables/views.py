"""Routing rules and time limits: listed by what they are for, added, changed from a day on, ended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from geodata.models import Area
from geodata.querysets import day_of
from gridmap.accounts.guards import for_roles, person_of
from gridmap.accounts.models import Role
from gridmap.console.pages import page, show_refusal
from gridmap.console.tables.forms import EndForm, LimitForm, RowForm, RuleForm, TableRow
from gridmap.console.tables.queries import limits_for, read_holes, rules_for
from gridmap.console.tables.wording import Line, hole_lines, limit_line, name_of, rule_line
from gridmap.incidents.models import RoutingRule, TimeLimit, Topic
from gridmap.incidents.services.errors import RuleRefused
from gridmap.incidents.services.routing import end_limit, end_rule

View = Callable[[HttpRequest], HttpResponse]
REFUSED = 422
ADD, CHANGE, END = "add", "change", "end"


@dataclass(frozen=True)
class Table:
    """One table: its address, what it is called, its rows and how one is written."""

    name: str
    title: Any
    form: type[RowForm]
    model: Any
    end: Callable[..., None]


RULES = Table("desk-rules", pgettext_lazy("many", "派遣规则"), RuleForm, RoutingRule,
              lambda row, **how: end_rule(rule=row, **how))  # fmt: skip
LIMITS = Table("desk-rules-limits", pgettext_lazy("many", "时限"), LimitForm, TimeLimit,
               lambda row, **how: end_limit(limit=row, **how))  # fmt: skip


def page_of(table: Table) -> View:
    @for_roles(Role.CITY_ADMIN)
    @require_http_methods(["GET", "POST"])
    @never_cache
    @gzip_page
    def view(request: HttpRequest) -> HttpResponse:
        return TablePage(request, table, timezone.now()).answer()

    return view


class TablePage:
    """One request to a table: what is listed stands in the address, and which row is being written."""

    def __init__(self, request: HttpRequest, table: Table, now: datetime) -> None:
        self.request, self.table, self.now, self.today = request, table, now, day_of(now)
        query = request.GET
        self.topic = _found(Topic, query.get("topic", ""))
        self.area = _found(Area, query.get("area", "")) if table is RULES else None
        self.with_past = query.get("past") == "1"
        self.act = query.get("act", "")
        self.row: TableRow | None = self._row(query.get("row", ""))

    def _row(self, number: str) -> TableRow | None:
        if self.act not in {CHANGE, END}:
            return None
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise Http404
        row: TableRow = get_object_or_404(self.table.model, pk=int(number))
        return row

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            return self._show(self._form(None))
        form = self._form(self.request.POST)
        if form is None:
            raise Http404
        if form.is_valid():
            try:
                self._save(form)
            except RuleRefused as error:
                show_refusal(form, error)
            else:
                messages.success(self.request, str(DONE[self.act]))
                return redirect(f"{reverse(self.table.name)}?{self._query()}")
        return self._show(form, REFUSED)

    def _form(self, data: Any) -> Any:
        if self.act in {ADD, CHANGE}:
            return self.table.form(data, today=self.today, replaces=self.row, topic=self.topic)
        if self.act == END and self.row is not None:
            # What has not begun is taken back today.
            is_begun = self.row.valid_from <= self.today
            day = self.today + timedelta(days=1) if is_begun else self.today
            return EndForm(data, initial={"ends_on": day}, label_suffix="")
        return None

    def _save(self, form: forms.Form) -> None:
        by = person_of(self.request)
        if isinstance(form, RowForm):
            form.save(by=by, at=self.now)
        else:
            day = form.cleaned_data["ends_on"]
            self.table.end(self.row, ends_on=day, by=by, at=self.now)

    def _query(self, **changes: str) -> str:
        """The same list, with something else in the address."""
        kept = {
            "topic": self.topic.code if self.topic else "",
            "area": self.area.code if self.area else "",
            "past": "1" if self.with_past else "",
            **changes,
        }
        return urlencode({key: value for key, value in kept.items() if value})

    def _show(self, form: forms.Form | None, status: int = 200) -> HttpResponse:
        values: dict[str, Any] = {
            "table": self.table,
            "is_rules": self.table is RULES,
            "lines": self._lines(),
            "holes": hole_lines(read_holes(self.today), self.now) if self.table is RULES else [],
            "topics": Topic.objects.all(),
            "areas": Area.objects.order_by("code") if self.table is RULES else [],
            "topic": self.topic,
            "area": self.area,
            "with_past": self.with_past,
            "kept": self._query(),
            "is_filtered": bool(self.topic or self.area),
            "form": form,
            "act": self.act,
            "row": self.row,
            "heading": name_of(self.row) if self.row else "",
            "is_begun": self.row is not None and self.row.valid_from <= self.today,
        }
        return page(self.request, "console/tables/table.html", values, status)

    def _lines(self) -> list[Line]:
        chosen: dict[str, Any] = {"today": self.today, "with_past": self.with_past}
        if self.table is RULES:
            rules = rules_for(self.topic, self.area, **chosen)
            return [rule_line(row, self.now) for row in rules]
        return [limit_line(row, self.now) for row in limits_for(self.topic, **chosen)]


DONE = {
    ADD: gettext_lazy("加好了"),
    CHANGE: gettext_lazy("改好了，旧的那一行到那天为止"),
    END: gettext_lazy("这一行到那天为止"),
}


def _found(model: Any, code: str) -> Any:
    """The row of a code in the address; one that nobody knows names no page."""
    return get_object_or_404(model, code=code[:40]) if code else None


rules, limits = page_of(RULES), page_of(LIMITS)
