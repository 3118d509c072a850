"""The list of a board as a file: what goes into it is said first, and it is written down who took it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from geodata.exporting import ExportRefused
from geodata.querysets import BEIJING
from gridmap.accounts.guards import person_of
from gridmap.accounts.scope import Scope, scope
from gridmap.console.desk.boards import BOARDS, Board, Tab, first_tab
from gridmap.console.desk.choices import Choices, read_choices
from gridmap.console.desk.filters import Filters, conditions, parse
from gridmap.console.desk.wording import bar_of
from gridmap.console.pages import is_english, page
from gridmap.incidents.models import Incident, PartyLook
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.incidents.services.exporting import export_incidents, may_take_parties

REFUSED = 422
# Written within a few seconds; a server that is busy longer is taken for dead.
MOST = 50_000
FORMS = {
    "csv": gettext_lazy("CSV：各种表格软件"),
    "xlsx": gettext_lazy("XLSX：Excel、WPS 表格"),
    "gpkg": gettext_lazy("GeoPackage：地图软件，带坐标"),
    "parquet": gettext_lazy("GeoParquet：分析程序，带坐标"),
}


class ExportForm(forms.Form):
    """Which kind of file, and, for those who may, with the parties and why."""

    form = forms.ChoiceField(
        label=gettext_lazy("文件格式"), choices=list(FORMS.items()), widget=forms.RadioSelect
    )
    parties = forms.ChoiceField(
        label=gettext_lazy("当事人"),
        choices=[("", gettext_lazy("不带当事人")), *PartyLook.Reason.choices],
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("带当事人要选事由，每个案件都记下谁看过。"),
    )

    def __init__(self, data: Any, person: Scope) -> None:
        super().__init__(data, initial={"form": "csv", "parties": ""}, label_suffix="")
        if not may_take_parties(person):
            del self.fields["parties"]


@dataclass(frozen=True)
class Asked:
    """The list that the address describes, in the eyes of a person."""

    board: Board
    tab: Tab
    filters: Filters
    known: Choices
    cases: IncidentQuerySet

    def words(self, now: datetime) -> dict[str, str]:
        """What was asked for, as the person reads it."""
        bar = bar_of(self.filters, self.known, now)
        chosen = {
            one.label: _("、").join(name.text for name in one.chosen)
            for one in bar.all
            if one.is_set
        }
        return {_("列表"): f"{self.board.title} {self.tab.label}", **chosen}


@require_http_methods(["GET", "POST"])
@never_cache
def export(request: HttpRequest) -> HttpResponseBase:
    """Say how many cases go into the file and what may go with them; then the file."""
    person, now = scope(request.user), timezone.now()
    board = _board(request.GET.get("board", ""), person)
    filters = parse(request.GET, [tab.key for tab in board.tabs], first_tab(board, person))
    known = read_choices(person, english=is_english())
    if filters.faults or known.faults(filters):
        # The board says what is wrong in the address.
        return redirect(f"{reverse(board.name)}?{request.GET.urlencode()}")
    asked = _asked(board, filters, known, person, now)
    form = ExportForm(request.POST if request.method == "POST" else None, person)
    count = asked.cases.visible_to(person).count()
    if form.is_valid() and count <= MOST:
        try:
            return _file(asked, form.cleaned_data, request, now)
        except ExportRefused as error:
            form.add_error(None, str(error))
    return _show(request, asked, form, count, now)


def _board(name: str, person: Scope) -> Board:
    for board in BOARDS:
        if board.name == name and board.roles & person.roles:
            return board
    raise Http404


def _asked(board: Board, filters: Filters, known: Choices, person: Scope, now: datetime) -> Asked:
    tab = board.tab(filters.tab)
    wanted = Q(tab.condition(person, now))
    for condition in conditions(filters, known.with_all_below(filters.area)).values():
        wanted &= condition
    # The service lets through what the person may see.
    cases: IncidentQuerySet = Incident.objects.filter(wanted)
    return Asked(board, tab, filters, known, cases if board.with_ended else cases.open())


def _file(
    asked: Asked, chosen: dict[str, str], request: HttpRequest, now: datetime
) -> FileResponse:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"cases.{chosen['form']}"
        export_incidents(
            cases=asked.cases,
            by=person_of(request),
            at=now,
            path=path,
            filters=asked.words(now),
            parties_reason=chosen.get("parties", ""),
        )
        # Open, it outlives its folder until it has been sent.
        file = path.open("rb")
    day = f"{now.astimezone(BEIJING):%Y%m%d-%H%M}"
    name = f"{pgettext('file name', '案件')}-{day}{path.suffix}"
    return FileResponse(file, as_attachment=True, filename=name)


def _show(
    request: HttpRequest, asked: Asked, form: ExportForm, count: int, now: datetime
) -> HttpResponse:
    values: dict[str, Any] = {
        "board": asked.board,
        "words": asked.words(now),
        "count": count,
        "most": MOST,
        "is_too_many": count > MOST,
        "form": form,
        "back": f"{reverse(asked.board.name)}?{asked.filters.query(case='', act='')}",
    }
    status = REFUSED if request.method == "POST" else 200
    return page(request, "console/desk/export.html", values, status)
