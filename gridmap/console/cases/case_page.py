"""Everything that the page of one case shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from gridmap.accounts.scope import Scope
from gridmap.console.cases.acts import PHOTO, Choice, choice_of, possible_acts, step_of
from gridmap.console.cases.owners import Owner, owners_of
from gridmap.console.cases.shown_photos import ShownPhoto, shown_photos
from gridmap.console.cases.wording import RISK_BARS, chip, due, where
from gridmap.console.times import Due, day
from gridmap.incidents.masking import masked_address, masked_name, masked_phone
from gridmap.incidents.models import Incident, Party, PartyLook, StepRecord
from gridmap.incidents.services.looking import LOOKERS, SHOWN_FOR
from gridmap.incidents.standing import parts_in
from gridmap.incidents.states import HEARTS, STEP_SIGNS, STEPS, State, Step
from gridmap.incidents.story import Line, Records, story_of

# As many lines of the story are shown before it is unfolded.
STORY_SHOWN = 5


@dataclass(frozen=True)
class Disc:
    """One of the five steps: done on a day, at work now, or to come."""

    sign: str
    kind: str
    note: str


@dataclass(frozen=True)
class ShownParty:
    """A party as it may be shown: organisations by name, persons masked or for a while not."""

    role: str
    name: str
    phone: str
    address: str
    is_organisation: bool
    is_masked: bool


@dataclass(frozen=True)
class Parties:
    """The parties of a case; `until` is when names and numbers are masked again."""

    shown: list[ShownParty]
    persons: int
    may_look: bool
    until: datetime | None


@dataclass(frozen=True)
class CasePage:
    case: Incident
    due: Due
    chip: str
    bars: int
    place: str
    reports: int
    discs: list[Disc]
    owners: list[Owner]
    parties: Parties
    lines: list[Line]
    choice: Choice
    hearts: list[tuple[str, bool]]
    photos: list[ShownPhoto]
    may_add_photo: bool

    @property
    def hearts_done(self) -> int:
        return sum(is_done for _label, is_done in self.hearts)

    @property
    def newest(self) -> list[Line]:
        return self.lines[:STORY_SHOWN]

    @property
    def older(self) -> list[Line]:
        return self.lines[STORY_SHOWN:]

    @property
    def looks(self) -> tuple[tuple[str, str], ...]:
        return tuple((value, str(label)) for value, label in PartyLook.Reason.choices)


def read_case_page(case: Incident, scope: Scope, now: datetime) -> CasePage:
    """About a dozen small statements, each by the case's own key."""
    records = records_of(case, scope)
    acts = possible_acts(case, scope)
    return CasePage(
        case=case,
        due=due(case, now),
        chip=chip(case.state),
        bars=RISK_BARS[case.risk_level],
        place=where(case),
        reports=case.reports.count(),
        discs=_discs(case, records.steps, now),
        owners=owners_of(case, scope.day, scope.user_id),
        parties=read_parties(case, scope, now),
        lines=story_of(records),
        choice=choice_of(acts),
        hearts=[(_(label), heart in case.hearts) for heart, label in HEARTS.items()],
        photos=shown_photos(records),
        may_add_photo=any(act.name == PHOTO for act in acts),
    )


def records_of(case: Incident, scope: Scope) -> Records:
    """The rows of the story with everybody and everything named in them; another case only if it is in scope."""
    other = Prefetch("other", Incident.objects.visible_to(scope))
    return Records(
        source=case.source,
        moves=list(case.moves.select_related("by", "area").prefetch_related(other)),
        steps=list(case.steps.select_related("by")),
        visits=list(case.visits.select_related("by")),
        hand_overs=list(
            case.hand_overs.select_related(
                "by", "from_cell", "to_cell", "from_team", "to_team", "to_user"
            )
        ),
        extensions=list(case.extensions.select_related("by", "decided_by")),
        supervisions=list(case.supervisions.select_related("by", "answered_by")),
        events=list(case.clock_events.all()),
        photos=list(case.photos.select_related("added_by").order_by("added_at", "pk")),
    )


def _discs(case: Incident, steps: Sequence[StepRecord], now: datetime) -> list[Disc]:
    """The steps of this round, each with its day."""
    days = {Step(one.step): day(one.at, now) for one in steps if one.round == case.round}
    current = step_of(case) if case.state == State.IN_PROGRESS else None
    discs = []
    for step in STEPS:
        kind = "done" if step in days else "now" if step is current else "open"
        note = {"done": days.get(step, ""), "now": _("进行中"), "open": _("未开始")}[kind]
        discs.append(Disc(_(STEP_SIGNS[step]), kind, note))
    return discs


def read_parties(case: Incident, scope: Scope, now: datetime) -> Parties:
    """Masked, unless this person has said within the last minutes why they must be seen."""
    may_look = bool(parts_in(case, scope) & LOOKERS)
    until = _shown_until(case, scope, now) if may_look else None
    parties = list(case.parties.order_by("pk"))
    return Parties(
        [_shown(party, is_masked=until is None) for party in parties],
        persons=sum(not party.is_organisation for party in parties),
        may_look=may_look,
        until=until,
    )


def _shown_until(case: Incident, scope: Scope, now: datetime) -> datetime | None:
    looks = case.looks.filter(user=scope.user_id, at__gt=now - SHOWN_FOR)
    last: datetime | None = looks.order_by("-at").values_list("at", flat=True).first()
    return last + SHOWN_FOR if last else None


def _shown(party: Party, *, is_masked: bool) -> ShownParty:
    hides = is_masked and not party.is_organisation
    return ShownParty(
        role=party.get_role_display(),
        name=masked_name(party.name) if hides else party.name,
        phone=masked_phone(party.phone) if hides else party.phone,
        address=masked_address(party.address) if hides else party.address,
        is_organisation=party.is_organisation,
        is_masked=hides,
    )
