"""A cell gets another grid member: which open cases change hands is shown before it is done."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from geodata.models import Cell
from gridmap.accounts.guards import for_roles, person_of
from gridmap.accounts.models import User
from gridmap.accounts.scope import Scope, scope
from gridmap.console.desk.queries import PAGE
from gridmap.console.desk.wording import rows_of
from gridmap.console.pages import is_english, show_refusal
from gridmap.console.queries import literal, name_language, one_row, shown_name
from gridmap.incidents.models import Incident
from gridmap.incidents.parts import OF_AN_AREA
from gridmap.incidents.services.errors import Refused
from gridmap.incidents.services.handing_over import hand_over_cell

REFUSED = 422


@dataclass(frozen=True)
class Held:
    """A cell with who answers for it and how many cases are open in it."""

    code: str
    number: str
    community: str
    lang: str
    members: list[dict[str, Any]]
    open: int


class HandOverForm(forms.Form):
    """Who takes over, and from which day on."""

    from_user = forms.ChoiceField(label=gettext_lazy("谁交出"))
    to_user = forms.CharField(
        label=gettext_lazy("谁接手"),
        max_length=150,
        help_text=gettext_lazy("账号，或者姓名"),
        widget=forms.TextInput(attrs={"list": "members", "autocomplete": "off"}),
    )
    begins_on = forms.DateField(
        label=gettext_lazy("从哪天起"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, held: Held, today: date, data: Any = None) -> None:
        super().__init__(data, initial={"begins_on": today}, label_suffix="")
        choice = self.fields["from_user"]
        choice.choices = [(str(one["id"]), one["name"]) for one in held.members]  # type: ignore[attr-defined]

    def clean_from_user(self) -> User:
        return User.objects.get(pk=self.cleaned_data["from_user"])

    def clean_to_user(self) -> User:
        """The one active person of this account or name."""
        words = self.cleaned_data["to_user"].strip()
        found = list(User.objects.filter(Q(username=words) | Q(name=words), is_active=True)[:2])
        if not found:
            raise ValidationError(_("没有这个人。写账号，或者完整的姓名。"))
        if len(found) > 1:
            raise ValidationError(_("有几个人叫这个名字，写账号。"))
        return found[0]


@for_roles(*OF_AN_AREA)
@require_http_methods(["GET", "POST"])
@never_cache
@gzip_page
def hand_over(request: HttpRequest) -> HttpResponse:
    """Choose a cell, see what changes hands, hand it over."""
    person, now = scope(request.user), timezone.now()
    cells = read_cells(person, request.GET.get("q", "").strip()[:40], request.GET.get("cell", ""))
    held = next((one for one in cells if one.code == request.GET.get("cell")), None)
    if request.method == "POST" and held is None:
        raise Http404
    if held is None:
        return _show(request, person, cells, None, None)
    form = HandOverForm(held, person.day, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            count = hand_over_cell(
                cell=person.cells().get(code=held.code),
                by=person_of(request),
                at=now,
                **form.cleaned_data,
            )
        except Refused as error:
            show_refusal(form, error)
        else:
            _tell(request, form.cleaned_data["to_user"], count)
            query = urlencode({"cell": held.code})
            return redirect(f"{reverse('desk-hand-over')}?{query}")
    return _show(request, person, cells, held, form)


def _tell(request: HttpRequest, to_user: User, count: int) -> None:
    words = ngettext("移交好了：{n} 件在办归 {name}", "移交好了：{n} 件在办归 {name}", count)
    messages.success(request, words.format(n=count, name=to_user))


def _show(
    request: HttpRequest,
    person: Scope,
    cells: list[Held],
    held: Held | None,
    form: HandOverForm | None,
) -> HttpResponse:
    now = timezone.now()
    values: dict[str, Any] = {
        "now": now,
        "cells": cells,
        "held": held,
        "form": form,
        "words": request.GET.get("q", ""),
    }
    if held is not None:
        cases = (
            Incident.objects.visible_to(person)
            .open()
            .filter(cell__code=held.code)
            .select_related("area", "building", "topic", "lead_team")
            .order_by("due_at", "pk")[:PAGE]
        )
        values["rows"] = rows_of(cases, 1, person.team_ids, now)
        values["known"] = sorted(
            {one["username"]: one["name"] for cell in cells for one in cell.members}.items()
        )
    status = REFUSED if form is not None and form.errors else 200
    return render(request, "console/desk/hand_over.html", values, status=status)


def read_cells(person: Scope, words: str, code: str) -> list[Held]:
    """Cells of the areas in scope, the asked one among them; one statement."""
    row = one_row(
        CELLS,
        {"cells": Cell.objects.filter(community__in=person.areas_of(OF_AN_AREA))},
        words=f"%{literal(words)}%",
        code=code,
        day=person.day,
        english=is_english(),
        most=PAGE,
    )
    return [Held(**cell) for cell in json.loads(row[0])] if row else []


CELLS = f"""
WITH shown AS (
    SELECT cell.id, cell.code, cell.code = %(code)s AS is_asked, {shown_name("area")} AS community,
           coalesce({name_language("area")}, '') AS lang
    FROM geodata_cell AS cell JOIN geodata_area AS area ON area.id = cell.community_id
    JOIN geodata_cellversion AS version ON version.cell_id = cell.id AND version.valid_to IS NULL
    WHERE cell.id IN ({{cells}})
      AND (cell.code = %(code)s OR area.name || ' ' || right(cell.code, 3) ILIKE %(words)s
           OR cell.code LIKE %(words)s OR EXISTS (
            SELECT FROM accounts_appointment AS held JOIN accounts_user AS person ON person.id = held.user_id
            WHERE held.cell_id = cell.id AND person.name ILIKE %(words)s))
    ORDER BY is_asked DESC, cell.code LIMIT %(most)s
)
SELECT coalesce(json_agg(json_build_object(
    'code', code, 'number', right(code, 3), 'community', community, 'lang', lang,
    'members', (SELECT coalesce(json_agg(json_build_object(
        'id', person.id, 'name', person.name, 'username', person.username) ORDER BY person.id), '[]')
        FROM accounts_appointment AS held JOIN accounts_user AS person ON person.id = held.user_id
        WHERE held.cell_id = shown.id AND held.role = 'grid_member'
          AND held.begins_on <= %(day)s AND (held.ends_on > %(day)s OR held.ends_on IS NULL)),
    'open', (SELECT count(*) FROM incidents_incident AS incident
             WHERE incident.cell_id = shown.id AND incident.is_open)) ORDER BY code), '[]')::text
FROM shown
"""  # noqa: S608 - constants of this module
