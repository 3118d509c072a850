import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from layers.charts import Chart, Row, intervals, months, rhythm
from layers.styles import PALETTES

SVG = "{http://www.w3.org/2000/svg}"
EVIL = '"><script>alert(1)</script>'
STARTS = np.arange("2024-10", "2025-04", dtype="datetime64[M]").astype("datetime64[D]")


def texts(chart: Chart) -> list[str]:
    return [str(one.text) for one in ElementTree.fromstring(chart._repr_svg_()).iter(f"{SVG}text")]


def bars(chart: Chart, fill: str) -> list[ElementTree.Element]:
    found = ElementTree.fromstring(chart.svg).iter(f"{SVG}rect")
    return [one for one in found if one.get("fill") == fill]


def test_a_rhythm_shows_each_hour_of_the_week_in_the_class_of_its_count() -> None:
    week = np.zeros((7, 24), int)
    week[5, 7] = 22
    week[0, 0] = 2
    chart = rhythm(week, label="节律")
    # The square and its place in the key.
    assert len(bars(chart, PALETTES["light"]["h6"])) == 2
    assert len(bars(chart, PALETTES["light"]["h1"])) == 2
    assert len(bars(chart, PALETTES["light"]["h3"])) == 1
    assert {"一 Mon", "日 Sun", "0", "21"} <= set(texts(chart))


def test_months_stand_on_an_axis_from_nought_with_few_lines() -> None:
    chart = months(STARTS, [0, 3, 5, 7, 1, 2], label="每月", usual=2.0, marks=[(STARTS[3], "限速")])
    heights = [float(one.get("height", 0)) for one in bars(chart, PALETTES["light"]["h4"])]
    assert heights[0] == 0
    assert heights[3] / heights[1] == pytest.approx(7 / 3, rel=0.01)
    assert texts(chart)[:4] == ["0", "3", "6", "9"]
    assert {"2024", "2025", "(1) 限速"} <= set(texts(chart))
    assert "stroke-dasharray" in chart.svg


def test_intervals_are_drawn_on_a_scale_of_ratios() -> None:
    chart = intervals(
        [Row("甲", 1.0, 0.5, 2.0, "看不出"), Row("乙" * 60, 4.0, 2.0, 8.0)], label="倍数", unit="倍"
    )
    first, second = bars(chart, PALETTES["light"]["h2"])
    assert float(first.get("width", 0)) == pytest.approx(float(second.get("width", 0)), rel=0.01)
    assert any(text.endswith("…") for text in texts(chart))
    assert {"÷2", "×1", "×8"} <= set(texts(chart))


def test_an_interval_down_to_nothing_has_room() -> None:
    assert intervals([Row("甲", 0.2, 0.0, 1.4)], label="", unit="")


def test_words_are_text_and_never_markup() -> None:
    chart = intervals([Row(EVIL, 1, 0.5, 2, EVIL)], label=EVIL, unit=EVIL)
    assert "<script" not in chart.svg
    assert EVIL in texts(chart)


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="week"):
        rhythm(np.zeros((24, 7), int), label="")
    with pytest.raises(ValueError, match="counts"):
        months(STARTS, [1, 2], label="")
    with pytest.raises(ValueError, match="rows"):
        intervals([Row("甲", 3, 1, 2)], label="", unit="")
    with pytest.raises(ValueError, match="rows"):
        intervals([], label="", unit="")
