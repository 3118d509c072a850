"""Cases in the demonstration city for the stories at the desk: what has come in, what is under way."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from geodata.models import Building
from gridmap.accounts.models import Appointment, GuideTeam, User
from gridmap.incidents.drafts import ReportDraft
from gridmap.incidents.models import Incident, RoutingRule, Topic, Unit
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.services.reporting import report_incident
from gridmap.incidents.services.steps import record_step
from gridmap.incidents.states import STEPS, Name

SINCE = date(2021, 1, 1)
HOUR = timedelta(hours=1)
# topic: leading team, assisting team, unit that carries out
RULES = {
    "water_supply": ("住建物业", "城市管理", ("市供水公司", "Water company")),
    "property_mgmt": ("住建物业", None, None),
    "heating": ("住建物业", None, ("市热力公司", "Heating company")),
    "street_market": ("城市管理", "市场监管", ("市城管执法队", "Urban enforcement")),
    "noise_road": ("城市管理", "平安综治", None),
    "noise_neighbour": ("平安综治", None, None),
    "neighbour": ("司法法律", None, None),
    "family": ("人社民政", "司法法律", None),
    "wages": ("人社民政", "司法法律", ("市劳动监察队", "Labour inspection")),
    "parking": ("城市管理", None, None),
    "consumer": ("市场监管", None, None),
    "repair": ("住建物业", None, None),
}


@dataclass(frozen=True)
class Told:
    """One call: how long ago, what about, where, in whose words."""

    hours: float
    topic: str
    estate: str
    number: str
    title: str
    words: str
    risk: str = "blue"
    urgency: str = "normal"
    source: str = "hotline_12345"
    address: str = ""
    accuracy_m: float = 8.0


# What waits at the desk, the first ones for hours already.
WAITING = (
    Told(4.67, "street_market", "雅园馨苑", "3", "流动摊占道，与沿街商户争吵", "摊子把人行道占满了，跟店里吵起来了。", "orange", "emergency", address="镜铁西路 118 号"),
    Told(3.42, "street_market", "雅园馨苑", "9", "早市油烟和叫卖声", "天不亮就开始叫卖，油烟往楼上冒。", "yellow", "emergency", address="镜铁西路 86 号"),
    Told(2.98, "water_supply", "紫轩花苑", "12", "地下室返水，三户受损", "地下室又返水，上个月刚修过，这次进了三家。", "orange", "emergency"),
    Told(3.4, "wages", "阳光花园", "5", "拖欠工程款，工人到项目部讨要", "三十几个人，去年的工钱还没结清。", "orange", "urgent", "walk_in", "迎宾西路 45 号"),
    Told(3.1, "property_mgmt", "迎宾小区", "8", "电梯停用两周，物业与业主互不相让", "老人下不了楼，物业说要先交钱再修。", "yellow", "urgent"),
    Told(2.9, "land", "锦绣嘉园", "2", "院墙拆除后边界不清", "墙一拆，两家都说地是自己的。", "blue", "urgent", "patrol", "长城西路北侧"),
    Told(2.2, "neighbour", "永安佳苑", "6", "楼上漏水，赔偿谈不拢", "天花板泡坏了，楼上只肯出一半。", "blue", "urgent", address="体育大道 22 号院"),
    Told(1.5, "noise_neighbour", "绿洲佳苑", "4", "广场舞音响到 22:30", "每天晚上音响开到十点半。", "blue", "urgent", "online", "雄关大道广场"),
    Told(1.1, "heating", "雪峰花园", "7", "三个单元暖气不热", "报修四天了，还是十五度。", "yellow"),
    Told(0.7, "parking", "宏丰花园", "11", "占用消防通道停车", "消防通道天天停满，消防车进不来。", "blue"),
    Told(0.4, "consumer", "润和家园", "3", "健身房关门不退卡", "卡刚办三个月，门一关人都找不到。", "blue", "normal", "police_110"),
    Told(0.2, "repair", "讨赖小区", "14", "路灯不亮", "院里三盏灯都不亮，晚上看不见。", "blue", "normal", "sentinel"),
)  # fmt: skip
# Under way in the town, a few in every state.
UNDER_WAY = (
    ("water_supply", "紫轩花苑", "反复停水，水压低"),
    ("noise_neighbour", "讨赖小区", "楼上夜间装修"),
    ("property_mgmt", "铁南小区", "车棚占用，物业不管"),
    ("family", "向阳小区", "老人独居，子女互推照料"),
    ("neighbour", "冰川雅居", "楼道堆物，两家争执"),
    ("noise_road", "天诚佳苑", "夜间货车鸣笛"),
    ("wages", "和悦公寓", "装修队工钱没结"),
    ("heating", "盛世馨苑", "暖气片漏水"),
    ("consumer", "向阳新村", "买的家电不给换"),
    ("neighbour", "逸景雅居", "空调滴水到楼下"),
    ("street_market", "雅园嘉园", "夜市收摊太晚"),
    ("property_mgmt", "和悦嘉园", "物业费涨价没有商量"),
)


def fill_desk(now: datetime) -> dict[str, Incident]:
    """Rules, units and cases; those that wait by their title."""
    _write_rules()
    operator = User.objects.get(username="hotline-operator")
    waiting = {told.title: _report(told, operator, now) for told in WAITING}
    _unrouted(operator, now)
    for number, (topic, estate, title) in enumerate(UNDER_WAY * 3):
        told = Told(
            30 + number, topic, estate, str(1 + number % 12), title, f"{title}，请来人看看。"
        )
        _bring_on(_report(told, operator, now), number % len(WAYS), now)
    return waiting


def _write_rules() -> None:
    teams = {team.name: team for team in GuideTeam.objects.all()}
    topics = {topic.code: topic for topic in Topic.objects.all()}
    for code, (lead, assisting, unit) in RULES.items():
        carrier = Unit.objects.get_or_create(name=unit[0], name_en=unit[1])[0] if unit else None
        rule = RoutingRule.objects.create(
            topic=topics[code], lead_team=teams[lead], unit=carrier, valid_from=SINCE
        )
        if assisting:
            rule.assisting_teams.add(teams[assisting])


def _report(told: Told, by: User, now: datetime) -> Incident:
    building = Building.objects.get(estate=told.estate, number=told.number)
    place = building.geom.point_on_surface
    at = now - told.hours * HOUR
    draft = ReportDraft(
        key=uuid4(),
        source=told.source,
        topic=told.topic,
        occurred_at=at,
        words=told.words,
        title=told.title,
        lon=place.x,
        lat=place.y,
        accuracy_m=told.accuracy_m,
        address=told.address,
        building_id=building.pk,
        risk_level=told.risk,
        urgency=told.urgency,
    )
    receipt = report_incident(draft=draft, by=by, at=at)
    return Incident.objects.get(pk=receipt.incident_id)


def _unrouted(by: User, now: datetime) -> None:
    """What nobody could place: no address, and a point with a wide circle."""
    at = now - HOUR
    lost = ReportDraft(
        key=uuid4(), source="hotline_12345", topic="noise_road", occurred_at=at,
        words="高速口边上货车一直响，说不清在哪里。", title="货车鸣笛，说不清地点",
    )  # fmt: skip
    report_incident(draft=lost, by=by, at=at)
    wide = Told(
        1.3,
        "neighbour",
        "沙枣家园",
        "2",
        "两家为车位争吵",
        "就在铁南那边，手机定位不准。",
        accuracy_m=600.0,
    )
    _report(wide, by, now)


# How far each is brought on: what is done after the dispatch.
WAYS = (
    (),
    (Name.START,),
    (Name.START,),
    (Name.START, Name.ESCALATE),
    (Name.START, Name.HANDLE),
    (Name.START, Name.HANDLE, Name.CHECK),
)


def _bring_on(case: Incident, way: int, now: datetime) -> None:
    dispatcher = User.objects.get(username="dispatcher")
    dispatch_incident(incident=case, by=dispatcher, at=now - 24 * HOUR)
    member = member_of(case)
    if member is None:
        return
    for hours, name in enumerate(WAYS[way], 1):
        at = now - (20 - hours) * HOUR
        if name is Name.HANDLE and case.is_dispute:
            settle(case, member, at)
        by = dispatcher if name is Name.CHECK else member
        details = Details(reason="办不动，请上级协调", outcome="agreement_oral", text="双方说好了")
        fresh = Incident.objects.get(pk=case.pk)
        move_incident(incident=fresh, name=name, by=by, at=at, details=details)


def member_of(case: Incident) -> User | None:
    """Who answers for the cell of a case; nobody where the post is vacant."""
    held = Appointment.objects.filter(cell=case.cell_id, role="grid_member", ends_on=None)
    found = held.select_related("user").first()
    return found.user if found else None


def settle(case: Incident, by: User, at: datetime) -> None:
    for step in STEPS:
        fresh = Incident.objects.get(pk=case.pk)
        record_step(incident=fresh, step=step, by=by, at=at, note="上门谈了")
