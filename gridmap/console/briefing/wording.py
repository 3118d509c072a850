"""The rows of a briefing, as they are written on the page and in the document."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from gridmap.console.briefing.asking import Asked
from gridmap.console.briefing.figures import Counts
from gridmap.console.cases.wording import called
from gridmap.console.conflicts.claims import avoidable_parts
from gridmap.console.conflicts.wording import Row, overdue_words, row_of
from gridmap.console.templatetags.measures import percent, reach
from gridmap.console.times import day_words, span
from gridmap.performance.measures import MEASURES, Share
from gridmap.performance.shares import Shares, none
from gridmap.performance.situation import Part, Situation
from layers.hotspots.thresholds import LEAST_USUAL
from layers.hotspots.usual import Usual

TOPICS_SHOWN = 10
# By which communities are compared.
COMPARED = "on_time_rate"


@dataclass(frozen=True)
class Figure:
    """A number with what stands below it; `tone` where it asks for somebody."""

    label: str
    value: str
    note: str
    tone: str = ""


@dataclass(frozen=True)
class MeasureRow:
    """A measure with its denominator and its 95 % interval."""

    label: str
    value: str
    of: str
    reach: str


@dataclass(frozen=True)
class ConflictRow:
    """What keeps coming back: evidence in words, what could be avoided with its interval, who has it, what was done."""

    number: int
    code: str
    name: str
    area: str
    evidence: str
    avoidable: str
    avoidable_reach: str
    state: str
    chip: str
    owner: str
    done: list[str]
    is_dashed: bool


@dataclass(frozen=True)
class TopicRow:
    """The week of a topic against its usual ones; `tone` is “amb” where it is more, “pri” where it is less."""

    name: str
    count: int
    usual: str
    verdict: str
    tone: str


@dataclass(frozen=True)
class AreaRow:
    """A community with its week and the measure by which it is compared."""

    code: str
    name: str
    new: int
    value: str
    of: str
    reach: str
    verdict: str


def figures_of(counts: Counts, situation: Situation, asked: Asked) -> list[Figure]:
    """Two of the week, four of now."""
    now = situation.figures
    waits = now.unrouted_since
    return [
        Figure(pgettext("figure", "登记"), _many(counts.new), _usual_words(counts.usual, asked)),
        Figure(pgettext("figure", "结案"), _many(counts.closed), _("上一周 {n} 件").format(n=_many(counts.closed_before))),
        Figure(
            _("在办"),
            _many(now.open),
            _("提级 {escalated}，挂账 {suspended}").format(
                escalated=_many(now.escalated), suspended=_many(now.suspended)
            ),
        ),
        Figure(_("超期"), _many(now.overdue), _of_open(situation.overdue), "red" if now.overdue else ""),
        Figure(
            _("无主"),
            _many(now.unrouted),
            _("最久 {span}").format(span=span(situation.at - waits)) if waits else _of_open(Share(0, now.open)),
            "red" if now.unrouted else "",
        ),
        Figure(_("等回访"), _many(now.to_visit), _of_open(Share(now.to_visit, now.open))),
    ]  # fmt: skip


def _many(count: int) -> str:
    return f"{count:,}"


def _of_open(share: Share) -> str:
    """占在办 2.1%; of few cases 1 / 8."""
    return _("占在办 {share}").format(share=percent(share))


def _usual_words(usual: Usual | None, asked: Asked) -> str:
    if usual is None:
        return _("记录太短，看不出平常")
    words = _("平常一周 {low}～{high} 件").format(low=_many(usual.low), high=_many(usual.high))
    return words if asked.is_over else _("{usual}；本周未完").format(usual=words)


def measure_rows(shares: Mapping[str, Share]) -> list[MeasureRow]:
    """All measures, those without a case too."""
    return [
        MeasureRow(_(one.label), percent(share), _fraction(share), _reach(share))
        for one in MEASURES
        for share in (shares[one.name],)
    ]


def _fraction(share: Share) -> str:
    """1,206 / 1,280 件."""
    return _("{part} / {whole} 件").format(
        part=_many(share.numerator), whole=_many(share.denominator)
    )


def _reach(share: Share) -> str:
    return _("件数太少") if share.is_few else str(reach(share))


def conflict_rows(listed: Sequence[Any], asked: Asked) -> list[ConflictRow]:
    """With the same numbers and words as the list of conflicts."""
    found = []
    for number, one in enumerate(listed, 1):
        row = row_of(one, number, asked.scope, asked.now)
        avoidable, reach_of_it = avoidable_parts(one.latest)
        found.append(
            ConflictRow(
                number=number,
                code=row.code,
                name=row.name,
                area=row.area,
                evidence=_evidence(one, row),
                avoidable=avoidable,
                avoidable_reach=reach_of_it,
                state=row.state,
                chip=row.chip,
                owner=row.owner or _("尚无负责人"),
                done=_done(one, asked),
                is_dashed=row.is_dashed,
            )
        )
    return found


def _evidence(conflict: Any, row: Row) -> str:
    """平常的 3.4 倍（2.5～4.5）；2021 年起 48 件; where next to nothing is usual, the cases are told already."""
    if conflict.latest.expected < LEAST_USUAL:
        return _("{ratio}；{year} 年起").format(ratio=row.ratio, year=row.since)
    words = ngettext("{ratio}；{year} 年起 {n} 件", "{ratio}；{year} 年起 {n} 件", row.observed)
    return words.format(ratio=row.ratio, year=row.since, n=row.observed)


def _done(conflict: Any, asked: Asked) -> list[str]:
    """The plan, the joint tasks, the last measure."""
    found = []
    if conflict.plan_due:
        is_running = conflict.state == "under_plan"
        when = overdue_words(conflict.plan_due, asked.now, is_running=is_running)
        found.append(_("方案：{when}").format(when=when))
    tasks = list(conflict.tasks.all())
    if tasks:
        done = sum(task.done_at is not None for task in tasks)
        words = ngettext(
            "联合任务 {n} 项，办完 {done} 项", "联合任务 {n} 项，办完 {done} 项", len(tasks)
        )
        found.append(words.format(n=len(tasks), done=done))
    measures = list(conflict.measures.all())
    if measures:
        last = measures[-1]
        found.append(f"{day_words(last.taken_on, asked.now)} {last.words}")
    return found


def topic_rows(counts: Counts) -> list[TopicRow]:
    """The most frequent ones; the others as one row without what is usual."""
    shown = counts.topics[:TOPICS_SHOWN]
    rest = counts.topics[TOPICS_SHOWN:]
    rows = [
        TopicRow(called(one.topic), one.count, *_against(one.count, one.usual)) for one in shown
    ]
    if rest:
        name = ngettext("其余 {n} 个专题", "其余 {n} 个专题", len(rest)).format(n=len(rest))
        rows.append(TopicRow(name, sum(one.count for one in rest), "", "", ""))
    return rows


def _against(count: int, usual: Usual | None) -> tuple[str, str, str]:
    if usual is None:
        return _("看不出平常"), "", ""
    words = _("{low}～{high}").format(low=_many(usual.low), high=_many(usual.high))
    if count > usual.high:
        return words, _("比平常多"), "amb"
    if count < usual.low:
        return words, _("比平常少"), "pri"
    return words, _("平常"), ""


def area_rows(
    asked: Asked, counts: Counts, shares: Mapping[Part, Shares], whole: Mapping[str, Share]
) -> list[AreaRow]:
    """The communities in the order of the tree, where there are several; compared with all of the area."""
    kinds = settings.CITY.cell_parents
    areas = [one for one in asked.tree.areas if one.kind in kinds and one.pk in asked.areas]
    found = []
    for area in areas if len(areas) > 1 else ():
        share = shares.get(area.pk, none())[COMPARED]
        found.append(
            AreaRow(
                code=area.code,
                name=called(area),
                new=counts.by_area.get(area.pk, 0),
                value="" if share.is_few else percent(share),
                of=_fraction(share),
                reach=pgettext("column", "件数太少") if share.is_few else _reach(share),
                verdict=_beside(share, whole[COMPARED]),
            )
        )
    return found


def _beside(share: Share, whole: Share) -> str:
    """Whether its interval lies to one side of the value of all."""
    if share.is_few or whole.value is None:
        return pgettext("column", "看不出")
    low, high = share.interval
    if high < whole.value:
        return pgettext("column", "低于全体")
    return pgettext("column", "高于全体") if low > whole.value else pgettext("column", "看不出")


def halves(rows: Sequence[AreaRow]) -> Iterable[Sequence[AreaRow]]:
    """Beside each other, so that all communities of a city have room on a sheet."""
    middle = -(-len(rows) // 2)
    return [part for part in (rows[:middle], rows[middle:]) if part]
