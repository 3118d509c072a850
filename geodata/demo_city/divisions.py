"""The divisions of Jiayuguan: names and statistical codes are public facts."""

from typing import NamedTuple


class Division(NamedTuple):
    code: str
    name: str
    name_en: str


CITY = Division("620201000000", "嘉峪关市", "Jiayuguan")
WEST = Division("620201001000", "雄关街道", "Xiongguan Sub-district")
EAST = Division("620201002000", "钢城街道", "Gangcheng Sub-district")
# The suburb has no statistical code of its own; this one is made up and clashes with none.
SUBURB = Division("620201099000", "郊区", "Suburb")
TOWNS = (
    Division("620201100000", "新城镇", "Xincheng Town"),
    Division("620201101000", "峪泉镇", "Yuquan Town"),
    Division("620201102000", "文殊镇", "Wenshu Town"),
)


def _listed(first: str, unit: str, unit_en: str, names: str) -> tuple[Division, ...]:
    """Consecutive codes from `first` for names written as `中文 English`, one a line."""
    pairs = [line.split(" ", 1) for line in names.strip().splitlines()]
    return tuple(
        Division(str(int(first) + n), name + unit, f"{english} {unit_en}")
        for n, (name, english) in enumerate(pairs)
    )


WEST_COMMUNITIES = _listed(
    "620201001001",
    "社区",
    "Community",
    """
福民 Fumin
胜利 Shengli
绿化 Lühua
祁连 Qilian
人民 Renmin
雍和 Yonghe
友谊 Youyi
嘉北 Jiabei
雄关 Xiongguan
铁北 Tiebei
铁南 Tienan
迎宾 Yingbin
德惠 Dehui
昌盛 Changsheng
峪苑 Yuyuan
曙光 Shuguang
和诚 Hecheng
""",
)
EAST_COMMUNITIES = _listed(
    "620201002001",
    "社区",
    "Community",
    """
大众 Dazhong
新华 Xinhua
利民 Limin
五一 Wuyi
兰新 Lanxin
建设 Jianshe
永乐 Yongle
东安 Dong'an
建林 Jianlin
佳苑 Jiayuan
朝晖 Zhaohui
紫轩 Zixuan
明珠 Mingzhu
南湖 Nanhu
""",
)
NORTH_VILLAGES = _listed(
    "620201100200",
    "村",
    "Village",
    """
野麻湾 Yemawan
横沟 Henggou
长城 Changcheng
新城 Xincheng
中沟 Zhonggou
观蒲 Guanpu
泥沟 Nigou
安远沟 Anyuangou
""",
)
WEST_VILLAGES = _listed(
    "620201101201",
    "村",
    "Village",
    """
嘉峪关 Jiayuguan
黄草营 Huangcaoying
段山口 Duanshankou
""",
)
SOUTH_VILLAGES = _listed(
    "620201102200",
    "村",
    "Village",
    """
冯家沟 Fengjiagou
石桥 Shiqiao
塔湾 Tawan
团结 Tuanjie
文殊 Wenshu
河口 Hekou
""",
)

COMMUNITIES = WEST_COMMUNITIES + EAST_COMMUNITIES
VILLAGES = NORTH_VILLAGES + WEST_VILLAGES + SOUTH_VILLAGES
ZIXUAN = "620201002012"


def short_name(division: Division) -> str:
    """Return the name without its last word: 紫轩社区 → 紫轩."""
    return division.name.removesuffix("社区").removesuffix("村")


def short_name_en(division: Division) -> str:
    """Return the English name without its last word: Zixuan Community → Zixuan."""
    return division.name_en.rsplit(" ", 1)[0]


def parent_of(code: str) -> str:
    """Return the code of the division above a code; the city has none: an empty string."""
    if code == CITY.code:
        return ""
    if code in {WEST.code, EAST.code, SUBURB.code}:
        return CITY.code
    if code in {town.code for town in TOWNS}:
        return SUBURB.code
    return code[:9] + "000"


def kind_of(code: str) -> str:
    """Return the level of a division of the tree by its code."""
    if code == CITY.code:
        return "city"
    if code in {WEST.code, EAST.code}:
        return "subdistrict"
    if code == SUBURB.code:
        return "suburb"
    if code in {town.code for town in TOWNS}:
        return "town"
    return "community" if code[6:9] in {"001", "002"} else "village"


def tree() -> tuple[Division, ...]:
    """Return every division, parents before children."""
    return (CITY, WEST, EAST, SUBURB, *TOWNS, *COMMUNITIES, *VILLAGES)
