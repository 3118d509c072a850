"""What a report can be about: national categories, local topics, and three severities.

Categories follow the national data standard for disputes (GB/T 31000); what could not be confirmed
from its text is marked `?` in the vocabulary and lives in a table that the city edits. Topics are local,
many to one category; this list is what a new city starts with.
"""

from dataclasses import dataclass

from geodata.errors import gettext_noop as _

CATEGORIES: dict[str, str] = {
    "01": _("婚恋家庭"),
    "02": _("邻里"),
    "03": _("人格权"),
    "04": _("物权"),
    "05": _("侵权"),
    "06": _("合同"),
    "07": _("劳动人事"),
    "08": _("金融借贷"),
    "09": _("土地资源权属"),
    "10": _("其他民商事"),
    "11": _("城乡建设"),
    "12": _("涉民政"),
    "13": _("行政执法"),
    "14": _("涉法涉诉"),
    "15": _("涉组织涉纪检"),
    "16": _("涉民族宗教"),
    "99": _("其他"),
}
# Families and wages: of a small place these say too much about the people in it.
SENSITIVE = frozenset({"01", "07"})


@dataclass(frozen=True)
class TopicRow:
    """One local topic; a dispute closes only after settling, a plain request needs no steps."""

    code: str
    name: str
    name_en: str
    category: str
    is_dispute: bool = True


TOPICS: tuple[TopicRow, ...] = (
    TopicRow("water_supply", "供排水", "Water and drainage", "11"),
    TopicRow("noise_neighbour", "邻里噪音", "Neighbour noise", "02"),
    TopicRow("property_mgmt", "物业", "Property management", "04"),
    TopicRow("family", "家庭", "Family", "01"),
    TopicRow("street_market", "马路市场", "Street market", "13"),
    TopicRow("noise_road", "交通噪音", "Traffic noise", "05"),
    TopicRow("wages", "欠薪", "Unpaid wages", "07"),
    TopicRow("neighbour", "邻里", "Neighbours", "02"),
    TopicRow("parking", "停车", "Parking", "04"),
    TopicRow("heating", "供暖", "Heating", "11"),
    TopicRow("consumer", "消费", "Consumer rights", "06"),
    TopicRow("lending", "借贷", "Lending", "08"),
    TopicRow("land", "土地权属", "Land tenure", "09"),
    TopicRow("tort", "人身损害", "Injury", "03"),
    TopicRow("repair", "报修", "Repair request", "11", is_dispute=False),
    TopicRow("other", "其他", "Other", "99"),
)

SOURCES: dict[str, str] = {
    "hotline_12345": _("12345 热线"),
    "police_110": _("110"),
    "fire_119": _("119"),
    "traffic_122": _("122"),
    "patrol": _("网格员巡查"),
    "sentinel": _("楼栋长上报"),
    "walk_in": _("来访"),
    "online": _("网上"),
    "superior": _("上级交办"),
}
SCALES: dict[str, str] = {"01": _("个体性"), "02": _("一般群体性"), "03": _("重大群体性")}
# Most serious first.
RISKS: dict[str, str] = {
    "red": _("红色"),
    "orange": _("橙色"),
    "yellow": _("黄色"),
    "blue": _("蓝色"),
}
URGENCIES: dict[str, str] = {
    "normal": _("一般"),
    "urgent": _("紧急"),
    "emergency": _("特急"),
}
OUTCOMES: dict[str, str] = {
    "agreement_written": _("书面协议"),
    "agreement_oral": _("口头协议"),
    "resolved_on_site": _("就地化解"),
    "no_agreement": _("调解不成"),
    "withdrawn": _("撤回"),
    "terminated": _("终止"),
    "referred": _("引导其他途径"),
}
SUCCESSES = ("agreement_written", "agreement_oral", "resolved_on_site")
# Somebody mediated, with or without success; what was withdrawn, ended or led elsewhere was not.
MEDIATED = (*SUCCESSES, "no_agreement")
# Why nobody could be made responsible; the first that applies is said.
UNROUTED: dict[str, str] = {
    "no_place": _("没有位置"),
    "outside": _("在城市之外"),
    "inaccurate": _("位置误差太大"),
    "no_member": _("网格没有网格员"),
    "no_officer": _("提级的地方没有人"),
    "no_rule": _("没有派遣规则"),
}
# Metres; a circle of this radius reaches into several cells.
ACCURATE_M = 200

SATISFACTIONS: dict[str, str] = {
    "satisfied": _("满意"),
    "basically": _("基本满意"),
    "not": _("不满意"),
    "no_answer": _("没有回答"),
}
RESULTS: dict[str, str] = {
    "solved": _("已解决"),
    "partly": _("部分解决"),
    "not": _("没有解决"),
}
VISIT_WAYS: dict[str, str] = {
    "phone": _("电话"),
    "in_person": _("上门"),
    "message": _("短信"),
}
NO_VISIT: dict[str, str] = {
    "on_site": _("当场确认"),
    "anonymous": _("来件人没有留联系方式"),
    "refused": _("来件人不愿受访"),
    "unreachable": _("三次联系不上"),
}
