"""The moves that a row offers, and what is asked before one is made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gridmap.accounts.models import GuideTeam
from gridmap.accounts.scope import Scope
from gridmap.console.cases.saying import sentences
from gridmap.console.cases.wording import CONSEQUENCES
from gridmap.console.desk.choices import Choices
from gridmap.console.desk.opened import Opened
from gridmap.console.desk.places import find_cell
from gridmap.incidents.models import Incident, Unit
from gridmap.incidents.models.choices import choices
from gridmap.incidents.parts import parts_of, possible_moves
from gridmap.incidents.services.details import Details, VisitDraft
from gridmap.incidents.states import MOVES, Move, Name
from gridmap.incidents.topics import NO_VISIT, OUTCOMES, RESULTS, SATISFACTIONS, VISIT_WAYS

# One button does all three.
DISPATCHING = frozenset({Name.ACCEPT, Name.FILE, Name.DISPATCH})
# The first of these that is possible is the one primary button.
FIRST = (
    Name.DISPATCH,
    Name.TAKE_UP,
    Name.START,
    Name.HANDLE,
    Name.CHECK,
    Name.VISIT,
    Name.CLOSE,
    Name.RESUME,
    Name.UNMERGE,
    Name.REOPEN,
)
# What is asked for, in the order in which it is asked.
FIELDS: Mapping[Name, tuple[str, ...]] = {
    Name.DISPATCH: ("cell", "team", "unit"),
    Name.HAND_OVER: ("cell", "team", "unit", "reason"),
    Name.DECLINE: ("reason",),
    Name.RETURN: ("reason",),
    Name.SUSPEND: ("until", "reason"),
    Name.ESCALATE: ("reason",),
    Name.PULL_DOWN: ("reason",),
    Name.SETTLE_ON_SITE: ("text",),
    Name.HANDLE: ("outcome", "text"),
    Name.REWORK: ("reason",),
    Name.VISIT: ("way", "result", "satisfaction", "text"),
    Name.CLOSE: ("no_visit_reason", "reason"),
    Name.REOPEN: ("reason",),
    Name.MERGE: ("other",),
    Name.UNMERGE: ("reason",),
    Name.WITHDRAW: ("reason",),
}


@dataclass(frozen=True)
class Offer:
    """One button: `asks` first, `is_quiet` stands apart because it ends the case for somebody outside."""

    name: Name
    label: str
    asks: bool
    is_primary: bool = False
    is_quiet: bool = False


def offers(opened: Opened, scope: Scope) -> list[Offer]:
    """Only what would be taken from this person, the one to do first in front."""
    case = opened.standing
    possible = {move.name: move for move in possible_moves(case, parts_of(case, scope))}
    found: list[Offer] = []
    if DISPATCHING & possible.keys():
        found += _dispatching(opened.incident)
    rest = [move for name, move in possible.items() if name not in DISPATCHING]
    rest.sort(key=lambda move: FIRST.index(move.name) if move.name in FIRST else len(FIRST))
    found += [_offer(move, opened, is_primary=not found and n == 0) for n, move in enumerate(rest)]
    return sorted(found, key=lambda offer: offer.is_quiet)


def _dispatching(case: Incident) -> list[Offer]:
    """As proposed, or elsewhere; only elsewhere where the proposal has no place or no team."""
    if case.cell_id is None or case.lead_team_id is None:
        return [Offer(Name.DISPATCH, _("派遣"), asks=True, is_primary=True)]
    return [
        Offer(Name.DISPATCH, _("派遣"), asks=False, is_primary=True),
        Offer(Name.DISPATCH, _("改派"), asks=True),
    ]


def _offer(move: Move, opened: Opened, *, is_primary: bool) -> Offer:
    label = str(_(move.label))
    if move.name is Name.MERGE:
        label = _("并入 {code}").format(code=opened.near[0]["code"]) if opened.near else _("并入…")
    return Offer(
        name=move.name,
        label=label,
        asks=bool(asked(move.name, opened.incident)),
        is_primary=is_primary and not move.is_final and move.name in FIRST,
        is_quiet=move.is_final and move.name is not Name.MERGE,
    )


def asked(name: Name, case: Incident) -> tuple[str, ...]:
    """What is asked for before this move of this case."""
    if name is not Name.CLOSE:
        return FIELDS.get(name, ())
    needed = {"no_visit_reason": not case.is_visited, "reason": case.is_unhappy}
    return tuple(field for field in FIELDS[name] if needed[field])


def _one_of(label: Any, known: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=list(known), widget=forms.RadioSelect)


class MoveForm(forms.Form):
    """What one move of one case needs; a checked one becomes `details`."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(
        self,
        name: Name,
        opened: Opened,
        known: Choices,
        scope: Scope,
        data: Any = None,
        *,
        plain: bool = False,
    ) -> None:
        case = opened.incident
        initial = {
            "key": uuid4(),
            "version": case.version,
            "cell": case.cell.code if case.cell else "",
            "team": case.lead_team_id or "",
            "unit": case.unit_id or "",
            "other": opened.near[0]["code"] if opened.near else "",
        }
        super().__init__(data, initial=initial, auto_id=f"{name}-%s")
        self.name, self.opened, self.scope = name, opened, scope
        self.move = MOVES[name]
        # As proposed: nothing is asked.
        self.asked = () if plain else asked(name, case)
        for field in self.asked:
            self.fields[field] = self._field(field, known)

    def _field(self, field: str, known: Choices) -> forms.Field:
        match field:
            case "cell":
                return forms.CharField(
                    label=gettext_lazy("网格"),
                    max_length=40,
                    help_text=gettext_lazy("代码，或“紫轩社区 003”这样"),
                )
            case "team":
                return forms.ChoiceField(
                    label=gettext_lazy("牵头队伍"), choices=options(known.teams)
                )
            case "unit":
                return forms.ChoiceField(
                    label=gettext_lazy("承办单位"), choices=options(known.units), required=False
                )
            case "reason":
                return sentences(gettext_lazy("原因"), gettext_lazy("写明原因"))
            case "text":
                is_needed = self.name is not Name.VISIT
                missing = gettext_lazy("写一句化解情况")
                return sentences(gettext_lazy("情况"), missing, 2000, required=is_needed)
            case "until":
                day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
                return forms.DateField(label=gettext_lazy("挂账到"), widget=day)
            case "other":
                return forms.CharField(label=gettext_lazy("并入哪个案件"), max_length=24)
            case _:
                label, table = RADIOS[field]
                return _one_of(label, choices(table))

    @property
    def label(self) -> str:
        return str(_(self.move.label))

    @property
    def title(self) -> str:
        return _("{move}这件？").format(move=self.label) if self.move.is_final else self.label

    @property
    def consequence(self) -> str:
        words = CONSEQUENCES.get(self.name)
        return _(words) if words else ""

    @property
    def wants_cell(self) -> bool:
        return "cell" in self.asked

    def clean_cell(self) -> Any:
        return find_cell(self.cleaned_data["cell"], self.scope)

    def clean_team(self) -> GuideTeam:
        return GuideTeam.objects.get(pk=self.cleaned_data["team"])

    def clean_unit(self) -> Unit | None:
        chosen = self.cleaned_data["unit"]
        return Unit.objects.get(pk=chosen) if chosen else None

    def clean_other(self) -> Incident:
        """Another case that this person may see."""
        code = self.cleaned_data["other"].strip().upper()
        found: Incident | None = Incident.objects.visible_to(self.scope).filter(code=code).first()
        if found is None:
            raise ValidationError(_("没有找到这个案件"))
        return found

    def details(self) -> Details:
        values = dict(self.cleaned_data)
        said = {
            name: values.pop(name) for name in ("way", "result", "satisfaction") if name in values
        }
        return Details(**values, visit=VisitDraft(**said) if said else None)


RADIOS: Mapping[str, tuple[Any, Mapping[str, str]]] = {
    "outcome": (gettext_lazy("化解结果"), OUTCOMES),
    "way": (gettext_lazy("回访方式"), VISIT_WAYS),
    "result": (gettext_lazy("解决了吗"), RESULTS),
    "satisfaction": (gettext_lazy("满意吗"), SATISFACTIONS),
    "no_visit_reason": (gettext_lazy("没有回访的原因"), NO_VISIT),
}


def options(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [("", "—"), *((str(row["id"]), row["name"]) for row in rows)]
