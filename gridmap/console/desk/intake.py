"""A report is taken down at a desk: a call, a walk-in, a letter; near open cases are offered as the same one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods

from gridmap.accounts.guards import for_roles, person_of
from gridmap.accounts.models import Role
from gridmap.accounts.scope import Scope, scope
from gridmap.console.desk.boards import COMMUNITY, INTAKE, TRIAGE
from gridmap.console.desk.choices import read_choices
from gridmap.console.desk.intake_forms import IntakeForm, PartyForm, party_forms
from gridmap.console.desk.near import Near, near_cases
from gridmap.console.desk.places import Place, chosen_place, find_places
from gridmap.console.pages import is_english, show_refusal
from gridmap.incidents.drafts import ReportDraft
from gridmap.incidents.models import Incident, Report
from gridmap.incidents.services.errors import KeyTaken, Refused
from gridmap.incidents.services.joining import join_report
from gridmap.incidents.services.reporting import Receipt, report_incident
from layers.requests import BadField, read_point

REFUSED = 422
# What the person answers who was asked whether it is one of the near cases.
ANOTHER = "another"
for_intake = for_roles(*INTAKE)


@for_intake
@require_http_methods(["GET", "POST"])
@never_cache
@gzip_page
def new(request: HttpRequest) -> HttpResponse:
    """The form; what was sent is registered once, however often it is sent."""
    return Intake(request, scope(request.user)).answer()


class Intake:
    """One request to the form."""

    def __init__(self, request: HttpRequest, person: Scope) -> None:
        self.request, self.scope, self.now = request, person, timezone.now()
        data = request.POST if request.method == "POST" else None
        source = "hotline_12345" if Role.HOTLINE_OPERATOR in person.roles else "walk_in"
        self.form = IntakeForm(data, source=source, now=self.now)
        self.parties = party_forms(data)
        self.place: Place | None = None
        self.near: list[Near] = []

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            return self._show()
        post = self.request.POST
        self.place = chosen_place(self.scope, post.get("place", ""), english=is_english())
        if "search" in post:
            return self._show(found=self._search())
        if not all([self.form.is_valid(), *(party.is_valid() for party in self.parties)]):
            return self._show(REFUSED)
        draft = self.form.draft(self.place, [p for one in self.parties if (p := one.party())])
        self.near = self._near(draft)
        joins = post.get("joins", "")
        if self.near and not joins:
            return self._show(REFUSED)
        return self._register(draft, joins)

    def _search(self) -> list[Place]:
        return find_places(self.scope, self.request.POST.get("find", ""), english=is_english())

    def _near(self, draft: ReportDraft) -> list[Near]:
        """Of a place that is not known well enough, nothing is near; what was sent before was asked then."""
        if draft.lon is None or draft.lat is None or draft.accuracy_m:
            return []
        if Report.objects.filter(key=draft.key).exists():
            return []
        return near_cases(self.scope, draft.topic, draft.lon, draft.lat, self.now)

    def _register(self, draft: ReportDraft, joins: str) -> HttpResponse:
        try:
            receipt = self._take(draft, joins)
        except KeyTaken as error:
            # Both are kept; whoever sends this one again means another report.
            self.form.draw_another_key()
            self.form.add_error(None, str(error))
            return self._show(REFUSED)
        except Refused as error:
            show_refusal(self.form, error)
            return self._show(REFUSED)
        words = _("登记好了：{code}") if receipt.is_new else _("这份来件已经登记过：{code}")
        messages.success(self.request, words.format(code=receipt.code))
        return redirect(self._next(receipt))

    def _take(self, draft: ReportDraft, joins: str) -> Receipt:
        by = person_of(self.request)
        if joins in ("", ANOTHER):
            return report_incident(draft=draft, by=by, at=self.now)
        case = Incident.objects.visible_to(self.scope).filter(code=joins).first()
        if case is None:
            raise Refused(_("没有找到这个案件"))
        return join_report(draft=draft, incident=case, by=by, at=self.now)

    def _next(self, receipt: Receipt) -> str:
        """The new case in its list, if it lies where this person may see it; else the next report."""
        seen = Incident.objects.visible_to(self.scope).filter(pk=receipt.incident_id)
        board = TRIAGE if self.scope.roles & TRIAGE.roles else COMMUNITY
        if not seen.exists():
            return reverse("desk-new")
        query = urlencode({"tab": "all", "q": receipt.code, "case": receipt.code})
        return f"{reverse(board.name)}?{query}"

    def _show(self, status: int = 200, found: list[Place] | None = None) -> HttpResponse:
        known = read_choices(self.scope, english=is_english())
        values: dict[str, Any] = {
            "now": self.now,
            "form": self.form,
            "parties": self.parties,
            "place": self.place,
            "found": found,
            "near": self.near,
            "joins": self.request.POST.get("joins", ""),
            "faults": _faults(self.form, self.parties) if status == REFUSED else 0,
            "known": known,
        }
        return render(self.request, "console/desk/new.html", values, status=status)


def _faults(form: IntakeForm, parties: list[PartyForm]) -> int:
    return len(form.errors) + sum(len(party.errors) for party in parties)


@for_intake
@require_GET
@never_cache
def places(request: HttpRequest) -> HttpResponse:
    """What a spoken address can mean, for the form."""
    words = request.GET.get("find", "")[:80]
    found = find_places(scope(request.user), words, english=is_english())
    return render(request, "console/desk/places.html", {"found": found, "words": words})


@for_intake
@require_GET
@never_cache
def near(request: HttpRequest) -> HttpResponse:
    """The open cases of a topic near a point, for the form; nothing where one of the two is missing."""
    person = scope(request.user)
    try:
        lon, lat = read_point(request.GET)
    except BadField:
        return render(request, "console/desk/near.html", {})
    found = near_cases(person, request.GET.get("topic", "")[:20], lon, lat, timezone.now())
    return render(request, "console/desk/near.html", {"near": found, "joins": ""})
