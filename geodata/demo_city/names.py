"""What cells are called, in Chinese and English: estates, schools, markets, parks, works."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from geodata.demo_city.cells import CHANGSHENG, PARKS, UrbanCell
from geodata.demo_city.divisions import COMMUNITIES, ZIXUAN, short_name, short_name_en

Name = tuple[str, str]


def _pairs(text: str) -> list[Name]:
    """Read `中文 English` pairs separated by commas."""
    return [
        (name, english)
        for name, english in (pair.strip().split(" ", 1) for pair in text.split(","))
    ]


FIXED: dict[str, Name] = {
    ZIXUAN + "002": ("讨赖小区", "Taolai Estate"),
    ZIXUAN + "003": ("紫轩花苑", "Zixuan Garden"),
}

ESTATE_STEMS = _pairs(
    "银河 Yinhe, 金穗 Jinsui, 瑞景 Ruijing, 祥和 Xianghe, 锦绣 Jinxiu, 康乐 Kangle, 安居 Anju,"
    "雅园 Yayuan, 翠湖 Cuihu, 雪峰 Xuefeng, 丝路 Silu, 天诚 Tiancheng, 清泉 Qingquan, 阳光 Yangguang,"
    "绿洲 Lüzhou, 逸景 Yijing, 景泰 Jingtai, 润和 Runhe, 春光 Chunguang, 嘉禾 Jiahe, 长青 Changqing,"
    "丰泽 Fengze, 盛世 Shengshi, 观礼 Guanli, 碧水 Bishui, 龙湖 Longhu, 和悦 Heyue, 明珠 Mingzhu,"
    "金港 Jingang, 宏丰 Hongfeng, 永安 Yong'an, 世纪 Shiji, 红柳 Hongliu, 胡杨 Huyang, 沙枣 Shazao,"
    "戈壁 Gebi, 冰川 Bingchuan, 黑山 Heishan, 铁山 Tieshan, 钢花 Ganghua, 向阳 Xiangyang, 前进 Qianjin"
)
ESTATE_ENDINGS = _pairs(
    "小区 Estate, 家园 Homes, 花园 Gardens, 佳苑 Court, 新村 New Village, 雅居 Residence,"
    "嘉园 Park Homes, 公寓 Apartments, 名邸 Mansions, 馨苑 Close"
)

PLAIN: dict[str, list[Name]] = {
    "school": _pairs(
        "市第一中学 No. 1 Middle School, 市第二中学 No. 2 Middle School,"
        "市第四中学 No. 4 Middle School, 市第五中学 No. 5 Middle School,"
        "市第六中学 No. 6 Middle School, 市实验中学 Experimental Middle School,"
        "酒钢三中 Jiugang No. 3 Middle School, 市职业技术学校 Vocational School,"
        "市逸夫小学 Yifu Primary School, 市实验小学 Experimental Primary School"
    ),
    "hospital": _pairs(
        "市第一人民医院 First People's Hospital, 酒钢医院 Jiugang Hospital,"
        "市中医医院 Hospital of Chinese Medicine, 市妇幼保健院 Maternity Hospital,"
        "市第二人民医院 Second People's Hospital, 市康复医院 Rehabilitation Hospital"
    ),
    "market": _pairs(
        "富强市场 Fuqiang Market, 兰新市场 Lanxin Market, 永乐市场 Yongle Market,"
        "春光农贸市场 Chunguang Farmers' Market, 建材市场 Building Materials Market,"
        "绿化市场 Lühua Market, 果蔬批发市场 Produce Market"
    ),
    "park": _pairs(
        "英雄公园 Heroes' Park, 雄关儿童公园 Children's Park, 文化公园 Culture Park,"
        "讨赖河游园 Taolai Green, 明珠游园 Mingzhu Green, 体育公园 Sports Park"
    ),
    "enterprise": _pairs(
        "酒钢炼铁厂 Jiugang Ironworks, 酒钢炼钢厂 Jiugang Steelworks,"
        "酒钢轧钢厂 Jiugang Rolling Mill, 酒钢焦化厂 Jiugang Coking Works,"
        "酒钢选矿厂 Jiugang Ore Mill, 酒钢动力厂 Jiugang Power Works,"
        "酒钢储运部 Jiugang Depot, 大友公司 Dayou Company, 宏达建材厂 Hongda Building Materials,"
        "嘉北机械厂 Jiabei Machine Works, 钢结构公司 Steel Structures"
    ),
    "station": [("嘉峪关站", "Jiayuguan Station")],
}
# When the list of proper names is used up, the community's name stands before the word.
WORDS: dict[str, Name] = {
    "school": ("小学", "Primary School"),
    "hospital": ("卫生服务中心", "Health Centre"),
    "market": ("便民市场", "Market"),
    "park": ("游园", "Green"),
    "enterprise": ("工业园", "Works"),
    "station": ("站", "Station"),
    "residential": ("小区", "Estate"),
    "commercial": ("商业街区", "Shopping Quarter"),
}
SHORT_NAMES = {
    community.code: (short_name(community), short_name_en(community)) for community in COMMUNITIES
}


def with_names(cells: list[UrbanCell], rng: np.random.Generator) -> list[UrbanCell]:
    """Name every cell once; the market on 镜铁西路 gets its cell in 昌盛社区."""
    cells = _with_street_market(cells)
    taken: set[str] = {name for name, _english in FIXED.values()}
    estates = _endless_estates(rng)
    plain = {use: iter(names) for use, names in PLAIN.items()}
    named = []
    for cell in cells:
        name, english = _name_of(cell, taken, estates, plain)
        taken.add(name)
        named.append(replace(cell, name=name, name_en=english))
    return named


def _with_street_market(cells: list[UrbanCell]) -> list[UrbanCell]:
    """The southernmost cut-out cell of 昌盛社区, or its southernmost one, is the market."""
    mine = [cell for cell in cells if cell.community == CHANGSHENG]
    carved = [cell for cell in mine if cell.kind == "dedicated"] or mine
    chosen = min(carved, key=lambda cell: float(cell.middle[1]))
    market = replace(chosen, kind="dedicated", use="market")
    return [market if cell is chosen else cell for cell in cells]


def _name_of(
    cell: UrbanCell, taken: set[str], estates: Iterator[Name], plain: dict[str, Iterator[Name]]
) -> Name:
    if cell.code in FIXED:
        return FIXED[cell.code]
    if (cell.row, cell.column) in PARKS and cell.use == "park":
        return PARKS[cell.row, cell.column]
    if cell.use == "market" and cell.community == CHANGSHENG:
        return ("镜铁市场", "Jingtie Market")
    own = SHORT_NAMES[cell.community][0] + WORDS[cell.use][0]
    if own not in taken and cell.use in {"residential", "commercial"}:
        return own, f"{SHORT_NAMES[cell.community][1]} {WORDS[cell.use][1]}"
    if cell.kind == "base":
        return next(name for name in estates if name[0] not in taken)
    return next(plain[cell.use], None) or _numbered_name(cell, taken)


def _numbered_name(cell: UrbanCell, taken: set[str]) -> Name:
    name, english = SHORT_NAMES[cell.community]
    word, word_en = WORDS[cell.use]
    for mark, mark_en in (("", ""), ("第二", " No. 2"), ("第三", " No. 3"), ("第四", " No. 4")):
        if name + mark + word not in taken:
            return name + mark + word, f"{english}{mark_en} {word_en}"
    raise ValueError(f"{cell.code}: no name left for {cell.use}")


def _endless_estates(rng: np.random.Generator) -> Iterator[Name]:
    """All stems with all endings in random order."""
    for n in rng.permutation(len(ESTATE_STEMS) * len(ESTATE_ENDINGS)):
        stem, ending = divmod(int(n), len(ESTATE_ENDINGS))
        name, english = ESTATE_STEMS[stem], ESTATE_ENDINGS[ending]
        yield name[0] + english[0], f"{name[1]} {english[1]}"
