"""The briefing as a PDF: the same words and numbers as the page, with its own font, so that it prints anywhere."""

from functools import partial

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from gridmap.console.briefing.briefing import Briefing
from gridmap.console.briefing.paper import GREY, INK, INNER, MARGIN, SMALL, TEXT, Column, Paper
from gridmap.console.briefing.telling import Told
from gridmap.console.briefing.wording import AreaRow, halves
from gridmap.console.pages import is_english

TITLE, VALUE, TINY = 18.0, 15.0, 6.6
# Communities, in two columns.
ON_A_SHEET = 100
BETWEEN = 9.0


def draw_document(found: Briefing, told: Told) -> bytes:
    """An A4 document whose text can be selected; the map is drawn in lines, not in dots."""
    paper = Paper(f"{told.title} {found.asked.week.code}", get_language() or "")
    _title(paper, told)
    if found.is_empty:
        paper.write(_("这里还没有案件"), TEXT)
        return paper.as_bytes()
    _figures(paper, found, told)
    paper.beside(
        lambda x, width: _measures(paper, found, told, x, width),
        lambda x, width: _topics(paper, found, told, x, width),
    )
    paper.y += BETWEEN
    _ground(paper, found, told)
    _conflicts(paper, found, told)
    _communities(paper, found, told)
    return paper.as_bytes()


def _title(paper: Paper, told: Told) -> None:
    paper.write(told.title, TITLE, is_bold=True)
    paper.write(f"{told.week} · {told.generated}", TEXT, grey=GREY)
    if told.made_up:
        paper.write(told.made_up, TEXT)
    paper.y += 4
    paper.rule(1.4, INK)
    paper.y += BETWEEN


def _figures(paper: Paper, found: Briefing, told: Told) -> None:
    paper.head(_("这一周"))
    top, width, ends = paper.y, INNER / len(found.figures), []
    for number, one in enumerate(found.figures):
        x = MARGIN + number * width
        paper.y = top
        paper.write(one.label, SMALL, x=x, width=width, grey=GREY)
        paper.write(one.value, VALUE, x=x, width=width, is_bold=True)
        paper.write(one.note, SMALL, x=x, width=width, grey=GREY)
        ends.append(paper.y)
    paper.y = max(ends) + 2
    paper.write(told.of_now, SMALL, grey=GREY)
    paper.y += BETWEEN


def _measures(paper: Paper, found: Briefing, told: Told, x: float, width: float) -> None:
    paper.head(pgettext("many", "指标"), told.of_measures, x=x, width=width)
    columns = [
        Column(_("指标"), 0.34),
        Column(_("占比"), 0.17, "R", is_bold=True),
        Column(_("件数"), 0.26, "R"),
        Column(_("95% 范围"), 0.23, "R"),
    ]
    rows = [[[one.label], [one.value], [one.of], [one.reach]] for one in found.measures]
    paper.table(columns, rows, x=x, width=width, size=SMALL)


def _topics(paper: Paper, found: Briefing, told: Told, x: float, width: float) -> None:
    paper.head(_("本周的专题"), told.topics_note, x=x, width=width)
    columns = [
        Column(_("专题"), 0.34),
        Column(_("本周"), 0.17, "R", is_bold=True),
        Column(_("平常一周"), 0.22, "R"),
        Column(_("和平常比"), 0.27, "R"),
    ]
    rows = [[[one.name], [f"{one.count:,}"], [one.usual], [one.verdict]] for one in found.topics]
    paper.table(columns, rows, x=x, width=width, size=SMALL)


def _ground(paper: Paper, found: Briefing, told: Told) -> None:
    if found.ground is None:
        return
    paper.make_room(found.ground.picture.height * INNER / found.ground.picture.width + 60)
    paper.head(_("地图"), told.map_title)
    paper.picture(found.ground.picture)
    paper.swatches(told.legend, _("件数"))
    paper.y += 2
    paper.write(" ".join(told.map_notes), SMALL, grey=GREY)
    paper.y += BETWEEN


def _conflicts(paper: Paper, found: Briefing, told: Told) -> None:
    if not found.conflicts:
        return
    paper.make_room(80)
    paper.head(_("反复发生"), told.conflicts_note)
    columns = [
        Column("", 0.04, is_bold=True),
        Column(_("地点和依据"), 0.38),
        Column(_("下季可避免"), 0.11, "R", is_bold=True),
        Column("", 0.02),
        Column(_("状态"), 0.11, is_small=True),
        Column(_("负责人"), 0.11, is_small=True),
        Column(_("做了什么"), 0.23, is_small=True),
    ]
    rows = [
        [
            [str(one.number)],
            [one.name, one.evidence],
            [one.avoidable, one.avoidable_reach],
            [],
            [one.state],
            [one.owner],
            one.done or [_("还没有")],
        ]
        for one in found.conflicts
    ]
    paper.table(columns, rows)
    paper.y += BETWEEN


def _communities(paper: Paper, found: Briefing, told: Told) -> None:
    """In two columns, as many on a sheet as have room."""
    for first in range(0, len(found.communities), ON_A_SHEET):
        parts = [
            [_community(one) for one in half]
            for half in halves(found.communities[first : first + ON_A_SHEET])
        ]
        tall = max(paper.tall(_columns(), rows, TINY, width=paper.part(2)) for rows in parts)
        paper.make_room(tall + 2 * VALUE * 2)
        paper.head(_("社区（村）"), told.areas_note)
        paper.beside(*(partial(_half, paper, rows) for rows in parts))


def _half(paper: Paper, rows: list[list[list[str]]], x: float, width: float) -> None:
    paper.table(_columns(), rows, x=x, width=width, size=TINY)


# English has long names of communities and short heads, Chinese the reverse.
SHARES_OF_COMMUNITIES = {True: (0.32, 0.07, 0.13, 0.15, 0.21, 0.12), False: (0.27, 0.07, 0.17, 0.15, 0.2, 0.14)}  # fmt: skip


def _columns() -> list[Column]:
    name, new, rate, cases, reach, verdict = SHARES_OF_COMMUNITIES[is_english()]
    return [
        Column(pgettext("column", "社区（村）"), name),
        Column(pgettext("column", "登记"), new, "R"),
        Column(pgettext("column", "按期处置率"), rate, "R", is_bold=True),
        Column(_("件数"), cases, "R"),
        Column(_("95% 范围"), reach, "R"),
        Column(pgettext("column", "和全体比"), verdict, "R"),
    ]


def _community(one: AreaRow) -> list[list[str]]:
    return [[one.name], [f"{one.new:,}"], [one.value], [one.of], [one.reach], [one.verdict]]
