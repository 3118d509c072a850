"""The briefing as a PDF says what the page says, with a font of its own, on sheets of A4."""

from datetime import timedelta
from html import unescape
from typing import Any

import pypdfium2
import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from gridmap.accounts.models import Role, User
from gridmap.console.briefing.paper import HEIGHT, MARGIN, Column, Paper
from tests.incidents.makers import NOW, make_incident
from tests.makers import appoint, make_small_city, make_user
from tests.recurring.makers import make_conflict

A4 = (595, 842)


def words_of(content: bytes) -> list[str]:
    """The text of each sheet, without the spaces that only part its lines."""
    with pypdfium2.PdfDocument(content) as document:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def test_rows_go_on_over_on_the_next_sheet_under_their_head() -> None:
    paper = Paper("表", "zh-hans")
    rows = [[[f"第{number}行"], ["一句话" * 9, "小字"]] for number in range(60)]
    paper.table([Column("名称", 0.3), Column("说明", 0.3, "R", is_bold=True)], rows)
    first, *others = sheets = words_of(paper.as_bytes())
    assert others
    assert all(sheet.startswith("名称说明") for sheet in sheets)
    assert "".join(sheets).count("小字") == 60
    assert "第0行" in first
    assert paper.y <= HEIGHT - MARGIN


@pytest.mark.parametrize(
    "name",
    ["镜铁西路马路市场 · 马路市场 · 周末早上", "Gebi Estate · Street market · May–Sep nights"],
)
def test_a_line_ends_with_its_dot(name: str) -> None:
    paper = Paper("表", "zh-hans")
    lines = [line for width in range(100, 260, 4) for line in paper.lines(name, 8.5, width)]
    assert not any(line.lstrip().startswith("·") for line in lines)
    assert any(line.rstrip().endswith("·") for line in lines)


# Page and document are asked for one after the other, and a week may end in between.
@time_machine.travel(NOW, tick=False)
@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_document_says_what_the_page_says(language: str) -> None:
    chen = _commander()
    User.objects.filter(pk=chen.pk).update(language=language)
    client = Client(headers={"accept-language": language})
    client.force_login(chen)
    shown = client.get("/briefing/").context
    told, found = shown["told"], shown["found"]
    answer = client.get("/briefing/?format=pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith('inline; filename="20')
    text = "".join(words_of(answer.content))
    said = [told.title, told.week, told.of_now, told.of_measures, told.map_title, told.conflicts_note,
            *told.map_notes, *(words for _, words in told.legend)]  # fmt: skip
    for part in (found.figures, found.measures, found.topics, found.conflicts, found.communities):
        assert part, "nothing compared"
        said += [word for row in part for word in _words(row)]
    missing = [word for word in said if "".join(word.split()) not in text]
    assert missing == []
    page = "".join(unescape(strip_tags(client.get("/briefing/").text)).split())
    assert [word for word in said if "".join(word.split()) not in page] == []


def _commander() -> Any:
    """Over a sub-district with cases in two communities, and a conflict."""
    city, op, chen = make_small_city(), make_user("op"), make_user("chen")
    appoint(chen, Role.DISTRICT_COMMANDER, city.areas["x"])
    at = timezone.now() - timedelta(days=7)
    for column in (0.5, 2.5, 4.5):
        make_incident(op, at=at, occurred_at=at, column=column)
    make_conflict(city.areas["p"], at=timezone.now())
    return chen


def _words(row: Any) -> list[str]:
    """What is written of a row: not its codes, nor how it is coloured."""
    hidden = {"code", "chip", "tone", "is_dashed", "area"}
    found: list[str] = []
    for name, value in vars(row).items():
        if name not in hidden:
            found += (
                value
                if isinstance(value, list)
                else [f"{value:,}" if isinstance(value, int) else value]
            )
    return found


def test_sheets_are_a4_and_the_font_comes_along() -> None:
    content = Paper("纸", "zh-hans").as_bytes()
    with pypdfium2.PdfDocument(content) as document:
        assert tuple(round(side) for side in document[0].get_size()) == A4
    paper = Paper("纸", "zh-hans")
    paper.write("嘉峪关")
    assert b"/FontFile3" in paper.as_bytes()
