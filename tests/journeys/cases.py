"""Cases of the demonstration city for the stories in the browser: made by the services, around one community.

Persons and companies are made up; no telephone can have the numbers.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from geodata.models import Area, Building, Cell
from geodata.querysets import BEIJING
from gridmap.accounts.demo_people import ABSENT, STAND_IN
from gridmap.accounts.models import Appointment, GuideTeam, Role, User
from gridmap.incidents.drafts import PartyDraft, ReportDraft
from gridmap.incidents.models import Incident, RoutingRule, Topic, Unit
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.joining import join_report
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.services.reporting import report_incident
from gridmap.incidents.services.steps import record_step
from gridmap.incidents.states import Name, Step
from gridmap.recurring.services.following import follow_conflicts
from gridmap.recurring.services.handling import confirm_conflict, give_owner
from gridmap.recurring.services.linking import link_cases
from tests.makers import PASSWORD
from tests.recurring.makers import make_conflict

SINCE = date(2021, 1, 1)
LEADS = {
    "住建物业": ("water_supply", "property_mgmt", "parking", "heating", "repair"),
    "平安综治": (None,),
}
LATE, TODAY, OPEN, FAMILY = (
    "反复停水，水压低",
    "楼上夜间装修",
    "车棚占用消防通道",
    "老人独居，约定周四走访",
)
# A conflict to be confirmed, one that rests, and one that is closed by a story.
COMING, RESTING, OVER = "紫轩花苑 · 供排水", "紫轩花苑 · 停车", "紫轩花苑 · 供暖"
ZIXUAN = "620201002012"
# In the cell of a member who is away; another one stands in.
STOOD_IN = "楼道堆物，挡住出口"
NAME, NUMBER = "李敏", "12000006620"
STAND_IN_NAME = "stand-in"


def make_cases(now: datetime) -> None:
    """Rules, and a handful of cases in different states around 紫轩花苑."""
    _make_rules()
    staff = {
        role: User.objects.get(username=role) for role in ("grid-member", "guide", "dispatcher")
    }
    operator = User.objects.get(username="hotline-operator")
    _late(now, operator, **staff)
    today = min(now + timedelta(hours=6), _end_of(now))
    _case(
        TODAY, "noise_neighbour", "紫轩花苑 31 号楼", now - timedelta(days=3), today, staff, steps=3
    )
    in_days = now.astimezone(BEIJING).replace(hour=12, minute=0) + timedelta(days=2)
    _case(
        OPEN, "property_mgmt", "讨赖小区 19 号楼", now - timedelta(days=1), in_days, staff, steps=1
    )
    later = in_days + timedelta(hours=6)
    _case(FAMILY, "family", "讨赖小区 3 号楼", now - timedelta(hours=20), later, staff, steps=0)
    _stood_in(now, operator)
    _keep_coming(now)


def _keep_coming(now: datetime) -> None:
    """What keeps coming back in 紫轩: one to be confirmed, and two that have been quiet for long."""
    area, officer = Area.objects.get(code=ZIXUAN), User.objects.get(username="community-officer")
    (late,) = Incident.objects.filter(title=LATE)
    ground = late.cell.versions.get(valid_to=None).geom
    make_conflict(area, at=now, geom=ground)
    link_cases([late.pk])
    for name, topic in ((RESTING, "parking"), (OVER, "heating")):
        begun = now - timedelta(days=200)
        words = {"name": name, "name_en": name}
        one = make_conflict(area, topic, at=begun, geom=ground, rank=None, **words)
        confirm_conflict(conflict=one, by=officer, at=begun)
        give_owner(conflict=one, owner=officer, team=None, by=officer, at=begun)
    follow_conflicts(now)


def _make_rules() -> None:
    for name, topics in LEADS.items():
        team = GuideTeam.objects.get(name=name)
        unit = Unit.objects.create(name=f"市{name}服务公司") if name == "住建物业" else None
        for topic in topics:
            row = Topic.objects.get(code=topic) if topic else None
            RoutingRule.objects.create(topic=row, lead_team=team, unit=unit, valid_from=SINCE)


def _end_of(now: datetime) -> datetime:
    return now.astimezone(BEIJING).replace(hour=23, minute=59, second=0, microsecond=0)


def _late(now: datetime, operator: User, **staff: User) -> None:
    """Three calls, two steps done, five hours over the deadline."""
    at = now - timedelta(days=6)
    parties = (
        PartyDraft("reporter", NAME, NUMBER, "紫轩花苑 7 号楼 2 单元 501"),
        PartyDraft("respondent", "紫轩物业服务有限公司", is_organisation=True),
    )
    draft = _draft(
        LATE, "water_supply", "紫轩花苑 7 号楼", at, source="hotline_12345", parties=parties,
        unit_no="2", risk_level="orange", accuracy_m=8.0,
    )  # fmt: skip
    case = _take(draft, operator, at)
    for hours in (30, 31):
        again = _draft(LATE, "water_supply", "紫轩花苑 7 号楼", at, source="hotline_12345")
        join_report(draft=again, incident=case, by=operator, at=at + timedelta(hours=hours))
    _in_hand(case, staff, at)
    notes = ("上门听取 4 户居民意见", "加压泵夜间跳闸，储水箱浮球阀损坏")
    hearts = ("warm_reception", "careful_listening", "sincerity", "careful_record")
    for step, note, by in zip(Step, notes, (staff["grid-member"], staff["guide"]), strict=False):
        at += timedelta(days=1)
        record_step(incident=_fresh(case), step=step, by=by, at=at, note=note, hearts=hearts)
    _due(case, now - timedelta(hours=5, minutes=20))


def _case(
    words: str,
    topic: str,
    building: str,
    at: datetime,
    due_at: datetime,
    staff: dict[str, User],
    *,
    steps: int,
) -> Incident:
    case = _take(_draft(words, topic, building, at), staff["grid-member"], at)
    _in_hand(case, staff, at)
    for step in list(Step)[:steps]:
        at += timedelta(hours=2)
        member = staff["grid-member"]
        record_step(incident=_fresh(case), step=step, by=member, at=at, note="和双方谈过")
    _due(case, due_at)
    return case


def _stood_in(now: datetime, operator: User) -> None:
    """A case of the absent member; whoever stands in can sign in."""
    cell = Cell.objects.get(code=ABSENT)
    point = cell.versions.get(valid_to=None).geom.point_on_surface
    draft = _draft(STOOD_IN, "property_mgmt", "", now, lon=point.x, lat=point.y)
    _take(draft, operator, now - timedelta(hours=3))
    stand_in = Appointment.objects.get(cell__code=STAND_IN, role=Role.GRID_MEMBER).user
    stand_in.username = STAND_IN_NAME
    stand_in.set_password(PASSWORD)
    stand_in.save()


def _draft(words: str, topic: str, building: str, at: datetime, **fields: Any) -> ReportDraft:
    place = Building.objects.filter(name=building).first()
    values: dict[str, Any] = {
        "key": uuid4(),
        "source": "patrol",
        "topic": topic,
        "occurred_at": at,
        "words": words,
        "building_id": place.pk if place else None,
    }
    return ReportDraft(**{**values, **fields})


def _take(draft: ReportDraft, by: User, at: datetime) -> Incident:
    return Incident.objects.get(pk=report_incident(draft=draft, by=by, at=at).incident_id)


def _in_hand(case: Incident, staff: dict[str, User], at: datetime) -> None:
    soon = at + timedelta(minutes=40)
    dispatch_incident(incident=case, by=staff["dispatcher"], at=soon, details=Details())
    later = soon + timedelta(minutes=30)
    move_incident(incident=case, name=Name.START, by=staff["grid-member"], at=later)


def _fresh(case: Incident) -> Incident:
    return Incident.objects.get(pk=case.pk)


def _due(case: Incident, at: datetime) -> None:
    """The clock as the story needs it, whatever day of the week it is today."""
    rows = Incident.objects.filter(pk=case.pk)
    rows.update(contact_due_at=min(at, case.contact_due_at), due_at=at)
