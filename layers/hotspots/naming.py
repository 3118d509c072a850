"""The name of a conflict in both languages, of its place, its topic and its rhythm: G30 收费站 · 交通噪音 · 夏季夜间."""

from dataclasses import dataclass

from layers.hotspots.rhythm import Days

# Hour at which a part of the day begins.
_PARTS = (
    (5, "早上", "mornings"),
    (10, "上午", "late mornings"),
    (12, "中午", "noons"),
    (14, "下午", "afternoons"),
    (18, "晚上", "evenings"),
    (21, "夜间", "nights"),
)
_SEASONS = (
    (frozenset({3, 4, 5}), "春季", "spring"),
    (frozenset({6, 7, 8}), "夏季", "summer"),
    (frozenset({9, 10, 11}), "秋季", "autumn"),
    (frozenset({12, 1, 2}), "冬季", "winter"),
)
_ONE_MONTH = "{}月"
_SOME_MONTHS = "{}至{}月"
_OVER_NEW_YEAR = "{}月至次年{}月"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# A window is called by a season that it shares this many months with and leaves by at most one.
_SHARED_MONTHS = 2


@dataclass(frozen=True)
class Words:
    """The same in Chinese and in English."""

    zh: str
    en: str


_DAYS = {
    Days.ALL: Words("", ""),
    Days.WEEKDAYS: Words("工作日", "weekday"),
    Days.WEEKEND: Words("周末", "weekend"),
}


@dataclass(frozen=True)
class Window:
    """When most of it happens: `hours` and `months` are (first, number), `None` where there is no such rhythm."""

    hours: tuple[int, int] | None = None
    days: Days = Days.ALL
    months: tuple[int, int] | None = None


def name_conflict(place: Words, topic: Words, window: Window) -> Words:
    """Place, topic and, where there is one, rhythm."""
    when = say_window(window)
    return Words(
        " · ".join(filter(None, (place.zh, topic.zh, when.zh))),
        " · ".join(filter(None, (place.en, topic.en, when.en))),
    )


def say_window(window: Window) -> Words:
    """夏季周末夜间, summer weekend nights; empty where the hours and months are those of the city.

    Raises
    ------
    ValueError
        An hour or a month that is none.
    """
    season = _season(*window.months) if window.months else Words("", "")
    part = _part(*window.hours) if window.hours else Words("", "")
    day = _DAYS[window.days]
    zh = season.zh + day.zh + part.zh
    if part.en:
        return Words(zh, " ".join(filter(None, (season.en, day.en, part.en))))
    return Words(zh, " ".join(filter(None, (season.en, f"{day.en}s" if day.en else ""))))


def _part(first: int, number: int) -> Words:
    """The part of the day in which the middle of the window lies."""
    if not (0 <= first < 24 and 0 < number <= 24):
        raise ValueError(f"hours: {first} and {number} more are no window of a day")
    middle = (first + number / 2) % 24
    begun = [words for begins, *words in _PARTS if begins <= middle]
    zh, en = begun[-1] if begun else _PARTS[-1][1:]
    return Words(str(zh), str(en))


def _season(first: int, number: int) -> Words:
    if not (1 <= first <= 12 and 0 < number <= 12):
        raise ValueError(f"months: {first} and {number} more are no window of a year")
    months = [(first - 1 + n) % 12 + 1 for n in range(number)]
    for season, zh, en in _SEASONS:
        shared = len(season & {*months})
        if shared >= _SHARED_MONTHS and number - shared <= 1:
            return Words(zh, en)
    last = months[-1]
    if number == 1:
        return Words(_ONE_MONTH.format(first), _MONTHS[first - 1])
    zh = _SOME_MONTHS if first < last else _OVER_NEW_YEAR
    return Words(zh.format(first, last), f"{_MONTHS[first - 1]}–{_MONTHS[last - 1]}")
