"""The five claims of a conflict, and a change, as sentences in Chinese and in English with numbers and intervals."""

import math
from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

from layers.hotspots.claims import Interval
from layers.hotspots.naming import Window, Words, say_window
from layers.hotspots.rhythm import Days
from layers.hotspots.thresholds import CHANCE, LEAST_USUAL, QUIET_DAYS

Row = Mapping[str, Any]

TITLES = {
    "intense": Words("强度", "Intense"),
    "recurrent": Words("反复", "Recurrent"),
    "current": Words("当前", "Current"),
    "rhythmic": Words("节律", "Rhythmic"),
    "burdensome": Words("负担", "Burdensome"),
}
_DAYS = {
    Days.ALL: Words("", ""),
    Days.WEEKDAYS: Words("工作日 ", "weekdays "),
    Days.WEEKEND: Words("周末 ", "weekends "),
}


def say_claims(row: Row) -> dict[str, Words]:
    """What each claim says, in the order of `TITLES`.

    Parameters
    ----------
    row
        The fields of `layers.hotspots.claims`, each under the name of its claim: `intense_observed`,
        `intense_ratio`, `intense_ratio_low`, `recurrent_spells`, `rhythmic_hours_first`, …; what is not known
        is absent, None or NaN.

    Raises
    ------
    KeyError
        A field is missing that every conflict has.
    """
    cases = int(row["intense_observed"])
    said = (
        _intense(row),
        _recurrent(row),
        _current(row),
        _rhythmic(row, cases),
        _burdensome(row, cases),
    )
    return dict(zip(TITLES, said, strict=True))


def say_change(change: Interval) -> Words:
    """A ratio as a change in per cent; that nothing can be told where the interval includes none."""
    value, low, high = (f"{100 * (part - 1):+.0f}%".replace("-", "−") for part in astuple(change))
    if change.low <= 1 <= change.high:
        return Words(f"看不出（{low} 到 {high}）", f"cannot tell ({low} to {high})")
    return Words(f"{value}（{low} 到 {high}）", f"{value} ({low} to {high})")


def _known(row: Row, name: str) -> Any:
    value = row.get(name)
    return None if isinstance(value, float) and math.isnan(value) else value


def _is_sure(row: Row, window: str) -> bool:
    p = _known(row, f"rhythmic_{window}_p_value")
    return p is not None and p <= CHANCE


def _window(row: Row) -> Window:
    """When most of it happens, as its name says it."""
    hours, days, months = (_known(row, f"rhythmic_when_{n}") for n in ("hours", "days", "months"))
    return Window(
        hours=(hours[0], hours[1]) if hours else None,
        days=Days(days or Days.ALL),
        months=(months[0], months[1]) if months else None,
    )


def _first_and_length(row: Row, window: str) -> tuple[int, int]:
    return int(row[f"rhythmic_{window}_first"]), int(row[f"rhythmic_{window}_length"])


def _intense(row: Row) -> Words:
    seen, ratio = row["intense_observed"], row["intense_ratio"]
    usual, (zh, en) = _few(row["intense_expected"]), _interval(row, "intense_ratio")
    if row["intense_expected"] < LEAST_USUAL:
        return Words(
            f"{seen} 件，通常几乎没有（{usual} 件）", f"{seen} cases, usually hardly any ({usual})"
        )
    return Words(
        f"{seen} 件，通常 {usual} 件；平常的 {ratio:.1f} 倍（{zh}）",
        f"{seen} cases, usually {usual}; {ratio:.1f} times the usual ({en})",
    )


def _recurrent(row: Row) -> Words:
    spells, rate = row["recurrent_spells"], row["recurrent_spells_a_year"]
    zh, en = _interval(row, "recurrent_spells_a_year")
    said = Words(
        f"分成 {spells} 段，每年 {rate:.1f} 段（{zh}）",
        f"{spells} spells, {rate:.1f} a year ({en})",
    )
    returns = row["recurrent_returns"]
    if not returns:
        return said
    quiet = f"{row['recurrent_quiet_before_return']:.0f}"
    return Words(
        f"{said.zh}；办结后又来 {returns} 次，中间静了 {quiet} 天（中位数）",
        f"{said.en}; came back {returns} times after all was settled, quiet for {quiet} days between (median)",
    )


def _current(row: Row) -> Words:
    rate, since = row["current_a_quarter"], f"{row['current_days_since']:.0f}"
    zh, en = _interval(row, "current_a_quarter")
    state = _state(row)
    return Words(
        f"近一年每季 {rate:.1f} 件（{zh}），最近一件 {since} 天前；{state.zh}",
        f"{rate:.1f} a quarter in the last year ({en}), the latest {since} days ago; {state.en}",
    )


def _state(row: Row) -> Words:
    if row["current_ended_p"] <= CHANCE:
        return Words("看来已经停了", "seems to have ended")
    if row["current_days_since"] >= QUIET_DAYS:
        chance = f"{row['current_quiet_chance']:.0%}"
        return Words(f"静了，碰巧这样的机会 {chance}", f"quiet, which chance does in {chance}")
    if row["current_new_p"] <= CHANCE:
        return Words("是新出现的", "it is new")
    return Words("还在发生", "it goes on")


def _rhythmic(row: Row, cases: int) -> Words:
    when = say_window(_window(row))
    parts = [_peak(row, name, cases) for name in ("hours", "months") if _is_sure(row, name)]
    if not parts:
        parts = [Words("与全市同专题没有看出差别", "not told apart from its topic elsewhere")]
    return Words(
        "：".join(filter(None, (when.zh, "；".join(part.zh for part in parts)))),
        ": ".join(filter(None, (when.en, "; ".join(part.en for part in parts)))),
    )


def _peak(row: Row, window: str, cases: int) -> Words:
    first, length = _first_and_length(row, window)
    inside = int(row[f"rhythmic_{window}_observed"])
    usual = f"{row[f'rhythmic_{window}_expected'] / cases:.0%}"
    if window == "hours":
        last, days = (first + length) % 24, _DAYS[Days(row["rhythmic_hours_days"])]
        when = Words(f"{days.zh}{first}～{last} 时", f"{days.en}{first}:00–{last}:00")
    else:
        last = (first + length - 1) % 12 + 1
        when = Words(f"{first + 1} 月—{last} 月", f"months {first + 1}–{last}")
    return Words(
        f"{when.zh} {inside} / {cases} 件，别处同专题只占 {usual}",
        f"{when.en} {inside} of {cases}, elsewhere {usual} of the topic",
    )


def _burdensome(row: Row, cases: int) -> Words:
    again = round((_known(row, "burdensome_reopened") or 0) * cases)
    days, still = _known(row, "burdensome_days_to_settle"), row["burdensome_open"]
    settled = Words("还没有办结的", "none is settled yet")
    if days is not None:
        settled = Words(f"办结用 {days:.0f} 天（中位数）", f"settled in {days:.0f} days (median)")
    return Words(
        f"{still} 件在办，{again} / {cases} 件重新办理；{settled.zh}",
        f"{still} open, {again} of {cases} begun again; {settled.en}",
    )


def _few(number: float) -> str:
    """One decimal, or the first digit that is not 0."""
    return f"{number:.1f}" if number >= 0.1 else f"{number:.1g}"


def _interval(row: Row, name: str) -> tuple[str, str]:
    low, high = f"{row[f'{name}_low']:.1f}", f"{row[f'{name}_high']:.1f}"
    return f"{low}～{high}", f"{low}–{high}"
