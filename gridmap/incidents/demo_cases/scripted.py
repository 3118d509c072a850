"""Open cases around the demonstration accounts, word for word: the first pages that anybody sees. Pure."""

from dataclasses import dataclass

from gridmap.incidents.demo_cases.sites import Place
from gridmap.incidents.states import State, Step


@dataclass(frozen=True)
class Script:
    """One open case that is written and not drawn.

    `due` says when it is due: days after today, and the second of that day; None for what its limit gives.
    `came` is how many hours before today it came where `due` says nothing. `voices` are the words of
    each report; `notes` those of the steps that are done, `findings` of the matter for the rest.
    """

    topic: str
    matter: str
    place: Place
    way: str
    title: str
    voices: tuple[str, ...]
    state: State
    step: Step | None = None
    notes: tuple[str, ...] = ()
    due: tuple[int, int] | None = None
    came: float = 0.0
    urgency: str = "normal"
    risk: str = "blue"
    unit: str = ""


SCRIPTS: tuple[Script, ...] = (
    Script(
        "water_supply", "水压低", Place(estate="紫轩花苑", numbers=("7",)), "hotline_12345",
        "反复停水，水压低",
        ("早上六点起停水，楼上楼下都没有。上次修好才几个月，又开始了。",
         "我们 2 单元也停水，老人在家，麻烦快一点。",
         "水压一天比一天低，洗衣机进不了水。"),
        State.IN_PROGRESS, Step.INVESTIGATE,
        ("上门听取 4 户居民意见。", "加压泵夜间跳闸，储水箱浮球阀损坏。"),
        due=(-1, 78_000), risk="orange", unit="2",
    ),
    Script(
        "noise_neighbour", "装修", Place(estate="讨赖小区", numbers=("31",)), "hotline_12345",
        "楼上夜间装修",
        ("楼上装修到晚上十点，电钻声整栋楼都听得见，孩子写不了作业。",),
        State.IN_PROGRESS, Step.DELIBERATE,
        ("到楼上楼下各坐了一会儿，装修方说赶工期。", "装修登记写明 12 点到 14 点半停工，工人没有遵守。",
         "双方都同意定个时间表，约好在物业办公室谈。"),
        due=(0, 64_800), unit="1",
    ),
    Script(
        "property_mgmt", "占道堆物", Place(estate="讨赖小区", numbers=("19",)), "patrol",
        "车棚占用消防通道",
        ("车棚搭到消防通道上了，剩下不到两米，消防车进不来。",),
        State.IN_PROGRESS, Step.LISTEN, ("听了搭车棚的 5 户人家，都说没有地方停电动车。",),
        due=(2, 43_200), risk="yellow",
    ),
    Script(
        "family", "独居老人", Place(estate="讨赖小区", numbers=("3",)), "sentinel",
        "老人独居，约定这两天走访",
        ("老人一个人住，腿脚不方便，女儿在外地，这两天没见下楼。",),
        State.IN_PROGRESS, None, due=(2, 64_800),
    ),
    Script(
        "water_supply", "返水", Place(estate="紫轩花苑", numbers=("12",)), "hotline_12345",
        "地下室返水，三户受损",
        ("地下室又返水，上个月刚修过，这次进了三家。",),
        State.REGISTERED, came=3.2, risk="orange",
    ),
    Script(
        "property_mgmt", "维修", Place(estate="紫轩花苑", numbers=("22",)), "walk_in",
        "单元门坏了两个月",
        ("单元门关不上，灌风进来，晚上不安全。",),
        State.CHECKED, Step.SETTLE, came=130,
    ),
    Script(
        "neighbour", "公共空间", Place(cell="620201002012004"), "hotline_12345",
        "楼道鞋柜挡路，对门不让",
        ("对门把鞋柜和电动车放在楼道，开门都碰，说了几次都吵起来。",),
        State.ESCALATED, Step.MEDIATE, came=150,
    ),
    Script(
        "street_market", "占道", Place(street="镜铁西路", landmark="镜铁西路马路市场"), "hotline_12345",
        "流动摊占道，与沿街商户争吵",
        ("门口天天有水果车，店里生意没法做，今天又吵起来了。",),
        State.REGISTERED, came=8.5, risk="orange",
    ),
    Script(
        "street_market", "油烟叫卖", Place(street="镜铁西路", landmark="镜铁西路马路市场"), "online",
        "早市油烟和叫卖声",
        ("楼下六点就用喇叭喊，炸油条的摊子正对窗户，一屋子油烟。",),
        State.FILED, came=14, risk="yellow",
    ),
)  # fmt: skip
