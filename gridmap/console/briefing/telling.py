"""What stands around the numbers of a briefing: titles, periods, notes; the same on page and document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gridmap.console.briefing.asking import Asked
from gridmap.console.briefing.briefing import Briefing
from gridmap.console.briefing.ground import Ground
from gridmap.console.cases.wording import called
from gridmap.console.times import day_words, moment
from gridmap.performance.measures import WEEKS
from layers.map_picture import EMPTY

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """Sentences; `legend` has the colour and the words of each class, the emptiest first."""

    title: str
    week: str
    generated: str
    made_up: str
    of_now: str
    of_measures: str
    map_title: str
    map_notes: Sequence[str]
    legend: Sequence[tuple[str, str]]
    conflicts_note: str
    topics_note: str
    areas_note: str


def tell(found: Briefing, *, is_made_up: bool) -> Told:
    asked = found.asked
    ground = found.ground
    return Told(
        title=_("{area}每周简报").format(area=called(asked.area)),
        week=_week_words(asked),
        generated=_("{at} 生成").format(at=moment(asked.now, asked.now)),
        made_up=_("演示数据，人名、边界、单位和案件都是虚构的") if is_made_up else "",
        of_now=_("登记、结案是本周的；在办、超期、无主、等回访截至{at}。").format(
            at=moment(asked.now, asked.now)
        ),
        of_measures=_("{weeks} 周：{days} 登记的案件；复发率是 90 天以前的 {weeks} 周").format(
            weeks=WEEKS, days=days_words(found.periods.since, found.periods.today, asked.now)
        ),
        map_title=_map_title(ground, asked.now) if ground else "",
        map_notes=_map_notes(ground, found) if ground else [],
        legend=_legend(ground) if ground else [],
        conflicts_note=_conflicts_note(found),
        topics_note=_("和往年同一季节、最近 8 周的同样一周比，100 次里 95 次落在平常范围里"),
        areas_note=_areas_note(found),
    )


def _week_words(asked: Asked) -> str:
    """2026 年第 47 周，11月16日—22日."""
    week = asked.week
    words = _("{year} 年第 {number} 周，{days}").format(
        year=week.year, number=week.number, days=days_words(week.monday, week.sunday, asked.now)
    )
    return words if asked.is_over else _("{week}，本周未完").format(week=words)


def days_words(first: date, last: date, now: datetime) -> str:
    """11月16日—11月22日, with the year where it is another one."""
    return _("{first}—{last}").format(first=day_words(first, now), last=day_words(last, now))


def _map_title(ground: Ground, now: datetime) -> str:
    days = days_words(ground.since, ground.until - DAY, now)
    return _("{weeks} 周里每个网格的件数，{days} 发生的 {n} 件").format(
        weeks=WEEKS, days=days, n=f"{ground.cases:,}"
    )


def _legend(ground: Ground) -> list[tuple[str, str]]:
    """Nothing, then the lower edge of every class, as whole numbers of cases."""
    edges = [(one.colour, int(one.lower)) for one in ground.legend]
    ends = [edge for _colour, edge in edges[1:]]
    words = [
        f"{low}" if low + 1 == end else _("{low}～{high}").format(low=low, high=end - 1)
        for (_colour, low), end in zip(edges, ends, strict=False)
    ]
    words.append(_("{n} 起").format(n=edges[-1][1]))
    return [(EMPTY, "0"), *((colour, said) for (colour, _), said in zip(edges, words, strict=True))]


def _map_notes(ground: Ground, found: Briefing) -> list[str]:
    notes = [_("颜色的分级不随星期变。")]
    if found.conflicts:
        notes.append(_("编号和下面的名单相同：实线已经确认，虚线等人确认。"))
    if ground.outside:
        words = ngettext("图外 {n} 件。", "图外 {n} 件。", ground.outside)
        notes.append(words.format(n=f"{ground.outside:,}"))
    if ground.no_cell:
        words = ngettext("没有网格的 {n} 件。", "没有网格的 {n} 件。", ground.no_cell)
        notes.append(words.format(n=f"{ground.no_cell:,}"))
    return notes


def _conflicts_note(found: Briefing) -> str:
    words = _("按下季可避免的件数，范围都是 90% 的把握")
    if not found.more_conflicts:
        return words
    rest = ngettext("还有 {n} 个没有列出", "还有 {n} 个没有列出", found.more_conflicts)
    return _("{words}；{rest}").format(words=words, rest=rest.format(n=found.more_conflicts))


def _areas_note(found: Briefing) -> str:
    """How often chance alone sets a community apart."""
    return _("按期处置率和 95% 范围，和全体比。{n} 个里面，碰巧分得开的平均有 {k} 个。").format(
        n=len(found.communities), k=f"{len(found.communities) * 0.05:.1f}"
    )
