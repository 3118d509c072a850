"""A conflict is called by its place, its topic and when it happens."""

import pytest

from layers.hotspots.naming import Window, Words, name_conflict, say_window
from layers.hotspots.rhythm import Days

TOLL = Words("G30 收费站", "G30 toll station")
NOISE = Words("交通噪音", "traffic noise")


def test_the_toll_station_has_its_name() -> None:
    found = name_conflict(TOLL, NOISE, Window(hours=(22, 5), months=(6, 3)))
    assert found == Words(
        "G30 收费站 · 交通噪音 · 夏季夜间", "G30 toll station · traffic noise · summer nights"
    )


def test_without_a_rhythm_there_is_none_in_the_name() -> None:
    assert name_conflict(TOLL, NOISE, Window()).zh == "G30 收费站 · 交通噪音"


@pytest.mark.parametrize(
    ("window", "zh", "en"),
    [
        (Window(hours=(6, 4), days=Days.WEEKEND), "周末早上", "weekend mornings"),
        (Window(days=Days.WEEKEND), "周末", "weekends"),
        (Window(hours=(23, 2)), "夜间", "nights"),
        (Window(hours=(1, 3)), "夜间", "nights"),
        (Window(hours=(17, 4), days=Days.WEEKDAYS), "工作日晚上", "weekday evenings"),
        (Window(months=(12, 3), days=Days.WEEKDAYS), "冬季工作日", "winter weekdays"),
        (Window(months=(11, 4)), "冬季", "winter"),
        (Window(months=(5, 6)), "5至10月", "May–Oct"),
        (Window(months=(11, 6)), "11月至次年4月", "Nov–Apr"),
        (Window(months=(12, 2)), "冬季", "winter"),
        (Window(months=(9, 1)), "9月", "Sep"),
        (Window(months=(8, 2)), "8至9月", "Aug–Sep"),
    ],
)
def test_windows_are_said_in_words(window: Window, zh: str, en: str) -> None:
    assert say_window(window) == Words(zh, en)


@pytest.mark.parametrize(
    "window", [Window(hours=(24, 2)), Window(months=(0, 2)), Window(hours=(3, 0))]
)
def test_what_is_no_window_is_refused(window: Window) -> None:
    with pytest.raises(ValueError, match="window of a"):
        say_window(window)
