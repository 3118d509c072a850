"""What is done with all checked cases of a list at once, and what is asked before."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gridmap.accounts.models import GuideTeam, User
from gridmap.accounts.scope import Scope
from gridmap.console.cases.saying import sentences
from gridmap.console.desk.boards import CASES, COMMUNITY, TRIAGE, Board
from gridmap.console.desk.choices import Choices
from gridmap.console.desk.moves import options
from gridmap.console.desk.places import find_cell
from gridmap.incidents.models import Incident, Unit
from gridmap.incidents.parts import DISPATCHERS, OF_AN_AREA, can_direct, parts_of, possible_moves
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.errors import Refused
from gridmap.incidents.services.handing_over import hand_over_cases
from gridmap.incidents.services.rerouting import route_again
from gridmap.incidents.services.steps import supervise
from gridmap.incidents.standing import standing_of
from gridmap.incidents.states import MOVES, Name

# Who may send cases on.
DISPATCHING = DISPATCHERS | OF_AN_AREA
DISPATCH, AGAIN, HAND_OVER, SUPERVISE = "dispatch", "again", "hand_over", "supervise"
# What is offered in a tab; in the others something else is to be done with each case.
OFFERED: dict[str, tuple[str, ...]] = {
    "to_dispatch": (DISPATCH, SUPERVISE),
    "unrouted": (DISPATCH, AGAIN, SUPERVISE),
    **dict.fromkeys(
        ("today", "overdue", "escalated", "all", "open", "in_cells", "raised"),
        (HAND_OVER, SUPERVISE),
    ),
}


def offered(board: Board, tab: str, person: Scope) -> tuple[str, ...]:
    """What this person may do with what is checked in a tab."""
    if board not in {TRIAGE, CASES, COMMUNITY} or not person.roles & DISPATCHING:
        return ()
    return OFFERED.get(tab, ())


class CheckedForm(forms.Form):
    """What is said once for all checked cases; `key` is drawn once for all tries."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, known: Choices, person: Scope, data: Any = None) -> None:
        super().__init__(data, initial={"key": uuid4()}, auto_id="all-%s", label_suffix="")
        self.scope = person
        # The question takes the place of the list that had the focus.
        self.visible_fields()[0].field.widget.attrs["autofocus"] = True
        self.fit(known)

    def fit(self, known: Choices) -> None:
        """Fill what is chosen from."""


class HandOverForm(CheckedForm):
    """To another cell, team or unit; what is left out stays."""

    cell = forms.CharField(
        label=gettext_lazy("网格"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("代码，或“紫轩社区 003”这样；不填就不变"),
    )
    team = forms.ChoiceField(label=gettext_lazy("牵头队伍"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("承办单位"), required=False)
    reason = sentences(gettext_lazy("原因"), gettext_lazy("写明原因"))

    def fit(self, known: Choices) -> None:
        fields: dict[str, Any] = self.fields
        fields["team"].choices = options(known.teams)
        fields["unit"].choices = options(known.units)

    def clean_cell(self) -> Any:
        words = self.cleaned_data["cell"]
        return find_cell(words, self.scope) if words.strip() else None

    def clean_team(self) -> GuideTeam | None:
        chosen = self.cleaned_data["team"]
        return GuideTeam.objects.get(pk=chosen) if chosen else None

    def clean_unit(self) -> Unit | None:
        chosen = self.cleaned_data["unit"]
        return Unit.objects.get(pk=chosen) if chosen else None

    def clean(self) -> None:
        said = self.cleaned_data
        if not self.errors and not (said["cell"] or said["team"] or said["unit"]):
            raise forms.ValidationError(_("选一个网格、队伍或单位，不然没有什么可以移交。"))


class SuperviseForm(CheckedForm):
    words = sentences(gettext_lazy("要求"), gettext_lazy("写明要求"))


@dataclass(frozen=True)
class Bulk:
    """One thing to do with many cases; `may` says of which, `perform` does it and says how many."""

    name: str
    label: str | Promise
    title: Callable[[int], str]
    form: type[CheckedForm]
    may: Callable[[Incident, Scope], bool]
    perform: Callable[[list[Incident], Any, User, datetime], object]
    done: Callable[[int], str]


def _can_hand_over(case: Incident, person: Scope) -> bool:
    standing = standing_of(case, person.day)
    return MOVES[Name.HAND_OVER] in possible_moves(standing, parts_of(standing, person))


def _can_supervise(case: Incident, person: Scope) -> bool:
    standing = standing_of(case, person.day)
    return can_direct(standing, parts_of(standing, person))


def _hand_over(cases: list[Incident], said: dict[str, Any], by: User, at: datetime) -> object:
    details = Details(**said)
    return hand_over_cases(incidents=cases, details=details, by=by, at=at)


@transaction.atomic
def _supervise(cases: list[Incident], said: dict[str, Any], by: User, at: datetime) -> object:
    return [supervise(incident=case, words=said["words"], by=by, at=at) for case in cases]


ASKING: dict[str, Bulk] = {
    HAND_OVER: Bulk(
        HAND_OVER,
        gettext_lazy("移交"),
        lambda n: ngettext("移交 {n} 件", "移交 {n} 件", n).format(n=n),
        HandOverForm,
        _can_hand_over,
        _hand_over,
        lambda n: ngettext("移交了 {n} 件", "移交了 {n} 件", n).format(n=n),
    ),
    SUPERVISE: Bulk(
        SUPERVISE,
        gettext_lazy("督办"),
        lambda n: ngettext("督办 {n} 件", "督办 {n} 件", n).format(n=n),
        SuperviseForm,
        _can_supervise,
        _supervise,
        lambda n: ngettext("督办了 {n} 件", "督办了 {n} 件", n).format(n=n),
    ),
}


@dataclass(frozen=True)
class Asked:
    """The question before many cases are changed: for which it can be done, for which not now."""

    bulk: Bulk
    form: CheckedForm
    cases: list[Incident]
    left_out: list[Incident]

    @property
    def title(self) -> str:
        return self.bulk.title(len(self.cases)) if self.cases else str(self.bulk.label)


def ask(
    name: str, cases: Iterable[Incident], known: Choices, person: Scope, data: Any = None
) -> Asked:
    bulk = ASKING[name]
    chosen = list(cases)
    possible = [case for case in chosen if bulk.may(case, person)]
    return Asked(
        bulk=bulk,
        form=bulk.form(known, person, data),
        cases=possible,
        left_out=[case for case in chosen if case not in possible],
    )


def route_all(incidents: Iterable[Incident], *, by: User, at: datetime) -> tuple[int, list[str]]:
    """Look anew for the owners of each; how many found theirs, and why others were refused."""
    found, refused = 0, []
    for incident in incidents:
        try:
            fresh = route_again(incident=incident, by=by, at=at)
        except Refused as error:
            refused.append(_("{code}：{reason}").format(code=incident.code, reason=error))
        else:
            found += not fresh.unrouted_reason
    return found, refused
