"""What may be sent, with every bound that the database has."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from gridmap.incidents import topics
from gridmap.incidents.api.asking import CASE_CODE
from gridmap.incidents.api.fields import (
    Choice,
    Day,
    Input,
    Key,
    Many,
    Moment,
    Money,
    Number,
    NumberText,
    Pattern,
    Text,
    Truth,
    TruthText,
    Whole,
    WholeText,
)
from gridmap.incidents.drafts import PartyDraft, ReportDraft
from gridmap.incidents.models import Incident, Party
from gridmap.incidents.models.choices import choices
from gridmap.incidents.states import HEARTS, MOVES, STEP_LABELS

TOPIC_CODE = r"[a-z][a-z0-9_]{0,19}"
PLACE_CODE = r"[0-9]{1,20}"
DATUM = r"(wgs84|cgcs2000|gcj02|bd09|EPSG:[0-9]{4,6})"
# Metres of any projection fit, degrees with them.
FAR = 1e8
BIGGEST_ID = 2**63 - 1
MOST_PARTIES = 20


def one_of(table: Mapping[Any, str], **options: Any) -> Choice:
    return Choice(choices=choices(table), **options)


def short(length: int, **options: Any) -> Text:
    return Text(max_length=length, **{"required": False, "allow_blank": True, **options})


class PlaceInput(Input):
    """Where, as the sender measured it; degrees, or metres of the system named."""

    lon = Number(min_value=-FAR, max_value=FAR)
    lat = Number(min_value=-FAR, max_value=FAR)
    datum = Pattern(DATUM, required=False, max_length=20, help_text=_("坐标系，默认 cgcs2000"))
    accuracy_m = Number(min_value=0, max_value=1e6, required=False, allow_null=True)


class PartyInput(Input):
    """A person or organisation: the least that mediation needs."""

    role = one_of({role.value: str(role.label) for role in Party.Role})
    name = short(60, required=True, allow_blank=False)
    phone = short(20)
    address = short(200)
    is_organisation = Truth(required=False)


class ReportInput(Input):
    """One report; `key` is drawn by the sender, once for all tries to send."""

    key = Key()
    # Called like an attribute of every serializer; REST framework tells them apart.
    source = one_of(topics.SOURCES)  # type: ignore[assignment]
    topic = Pattern(TOPIC_CODE)
    occurred_at = Moment()
    words = short(2000)
    title = short(80)
    place = PlaceInput(required=False, allow_null=True)
    building = Pattern(PLACE_CODE, required=False, help_text=_("楼栋代码"))
    address = short(200)
    unit_no = short(10)
    floor_no = short(10)
    room_no = short(10)
    channel_reference = short(60)
    scale = one_of(topics.SCALES, required=False)
    risk_level = one_of(topics.RISKS, required=False)
    urgency = one_of(topics.URGENCIES, required=False)
    people_involved = Whole(min_value=0, max_value=1_000_000, required=False, allow_null=True)
    amount_cny = Money(required=False, allow_null=True)
    organisations_involved = short(200)
    parties = Many(child=PartyInput(), required=False, max_length=MOST_PARTIES)

    def draft(self, building_id: int | None) -> ReportDraft:
        """What was sent, as the service takes it; valid only."""
        values = dict(self.validated_data)
        place = values.pop("place", None) or {}
        parties = tuple(PartyDraft(**party) for party in values.pop("parties", ()))
        values.pop("building", None)
        return ReportDraft(**values, **place, building_id=building_id, parties=parties)


class VisitInput(Input):
    """What the person who reported says of it."""

    way = one_of(topics.VISIT_WAYS)
    result = one_of(topics.RESULTS)
    satisfaction = one_of(topics.SATISFACTIONS)


class DetailsInput(Input):
    """What a move needs; `needs` of the possible moves says which."""

    reason = short(500)
    until = Day(required=False, allow_null=True)
    outcome = one_of(topics.OUTCOMES, required=False)
    text = short(2000)
    cell = Pattern(PLACE_CODE, required=False, help_text=_("网格代码"))
    team = Whole(min_value=1, max_value=BIGGEST_ID, required=False, help_text=_("队伍编号"))
    unit = Whole(min_value=1, max_value=BIGGEST_ID, required=False, help_text=_("单位编号"))
    other = Pattern(CASE_CODE, required=False)
    visit = VisitInput(required=False, allow_null=True)
    no_visit_reason = one_of(topics.NO_VISIT, required=False)


class MoveInput(Input):
    """One move; the same `key` again is the same move, `version` is that of the case when read."""

    name = one_of({name: move.label for name, move in MOVES.items()})
    key = Key()
    version = Whole(min_value=1, max_value=2**31 - 1)
    details = DetailsInput(required=False)


class StepInput(Input):
    """The next of the five steps."""

    step = one_of(STEP_LABELS)
    note = short(2000, required=True, allow_blank=False)
    hearts = Many(child=one_of(HEARTS), required=False, max_length=len(HEARTS))
    version = Whole(min_value=1, max_value=2**31 - 1)


class CaseFilters(Input):
    """Which cases; those after `before` on the next page."""

    # As the model says them: a state and a move may be one word in Chinese.
    state = Choice(choices=Incident._meta.get_field("state").flatchoices, required=False)
    topic = Pattern(TOPIC_CODE, required=False)
    area = Pattern(PLACE_CODE, required=False, help_text=_("区域代码，下级都算"))
    cell = Pattern(PLACE_CODE, required=False, help_text=_("网格代码"))
    open = TruthText(required=False)
    overdue = TruthText(required=False)
    text = Text(required=False, max_length=40, help_text=_("编号、名称或地点里的字"))
    before = WholeText(min_value=1, max_value=10**18 - 1, required=False)
    limit = WholeText(min_value=1, max_value=200, default=50)


class PointFilters(Input):
    """A point."""

    lon = NumberText(min_value=-FAR, max_value=FAR)
    lat = NumberText(min_value=-FAR, max_value=FAR)
    datum = Pattern(DATUM, required=False, max_length=20, help_text=_("坐标系，默认 cgcs2000"))
