"""The five claims in plain words, each with its number, what it is compared with, and how sure it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dates import MONTHS_3
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from gridmap.console.pages import is_english
from gridmap.recurring.models import Evidence, RecurringConflict, Run
from layers.hotspots.thresholds import CHANCE, LEAST_USUAL, QUIET_DAYS

ONE_VOICE_FROM = 0.1


@dataclass(frozen=True)
class Claim:
    """What it is about, its number, what that means, and its interval."""

    label: str
    value: str
    words: str
    sure: str


@dataclass(frozen=True)
class Caveat:
    """What speaks for the finding (`check`), what against it (`warn`), what cannot be known (`info`)."""

    kind: str
    words: str


def claims_of(seen: Evidence) -> list[Claim]:
    """In the order of the page; nothing where the run wrote none."""
    makers = (_intense, _recurrent, _current, _rhythmic, _burdensome)
    return [make(seen) for make in makers] if seen.claims else []


def ratio_words(seen: Evidence) -> str:
    """平常的 3.4 倍（2.5～4.5）; where next to nothing is usual, the cases alone."""
    if seen.expected < LEAST_USUAL:
        return _("{observed} 件，平常几乎没有").format(observed=seen.observed)
    return _("平常的 {ratio} 倍（{low}～{high}）").format(
        ratio=_one(seen.ratio), low=_one(seen.ratio_low), high=_one(seen.ratio_high)
    )


def avoidable_range(seen: Evidence) -> tuple[float, float] | None:
    """The 90 % interval of the cases of the next quarter that can be avoided; None of runs that did not ask."""
    said = seen.claims.get("avoidable")
    return (max(said["low"], 0.0), max(said["high"], 0.0)) if said else None


def avoidable_words(seen: Evidence) -> str:
    """9.5 件（6.1～13.2）."""
    value, reach = avoidable_parts(seen)
    return _("{value}（{reach}）").format(value=value, reach=reach) if reach else value


def avoidable_parts(seen: Evidence) -> tuple[str, str]:
    """9.5 件 and 6.1～13.2, which is empty of runs that did not ask."""
    value = pgettext("avoidable", "{value} 件").format(value=_one(seen.avoidable))
    known = avoidable_range(seen)
    if known is None:
        return value, ""
    low, high = map(_one, known)
    return value, _("{low}～{high}").format(low=low, high=high)


def _intense(seen: Evidence) -> Claim:
    years = round((seen.run.until - seen.run.since).days / 365.25, 1)
    if seen.expected < LEAST_USUAL:
        words = _(
            "{years} 年；和这里的其他专题、同类用途的地方、本社区相比，平常几乎没有（{expected} 件），倍数没有意义。"
        ).format(years=f"{years:g}", expected=_few(seen.expected))
        value = ngettext("{n} 件", "{n} 件", seen.observed).format(n=seen.observed)
        return Claim(_("强度"), value, words, "")
    return Claim(
        _("强度"),
        _("{ratio} 倍").format(ratio=_one(seen.ratio)),
        _together(
            _(
                "{years} 年 {observed} 件；和这里的其他专题、同类用途的地方、本社区相比，平常是 {expected} 件。"
            ).format(years=f"{years:g}", observed=seen.observed, expected=_few(seen.expected)),
            _("倍数按保守算：件数越少，越靠近 1。"),
        ),
        _("多半 {low}～{high} 倍（90%）").format(
            low=_one(seen.ratio_low), high=_one(seen.ratio_high)
        ),
    )


def _recurrent(seen: Evidence) -> Claim:
    said = seen.claims["recurrent"]
    spells, returns, year = said["spells"], said["returns"], said["spells_a_year"]
    weeks = ngettext("分布在 {n} 个星期里。", "分布在 {n} 个星期里。", said["weeks"])
    again = ngettext(
        "全部办结后又来了 {n} 次，中间平静 {days} 天（中位数）。",
        "全部办结后又来了 {n} 次，中间平静 {days} 天（中位数）。",
        returns,
    ).format(n=returns, days=round(said["quiet_before_return"] or 0))
    return Claim(
        _("反复"),
        ngettext("{n} 阵", "{n} 阵", spells).format(n=spells),
        _together(_course(said["course"]), weeks.format(n=said["weeks"]), again if returns else ""),
        _("多半每年 {low}～{high} 阵（90%）").format(
            low=_one(year["low"]), high=_one(year["high"])
        ),
    )


def _current(seen: Evidence) -> Claim:
    said = seen.claims["current"]
    quarter, days = said["a_quarter"], int(said["days_since"])
    value = _("仍在发生")
    if said["ended_p"] <= CHANCE:
        value = _("可能停了")
    elif days >= QUIET_DAYS:
        value = ngettext("平静 {n} 天", "平静 {n} 天", days).format(n=days)
    elif said["new_p"] <= CHANCE:
        value = _("新近出现")
    return Claim(
        _("当前"),
        value,
        ngettext(
            "近 12 个月每季 {n} 件，查找时离最近一件 {days} 天。",
            "近 12 个月每季 {n} 件，查找时离最近一件 {days} 天。",
            days,
        ).format(n=_one(quarter["value"]), days=days),
        _("多半每季 {low}～{high} 件（90%）").format(
            low=_one(quarter["low"]), high=_one(quarter["high"])
        ),
    )


def _rhythmic(seen: Evidence) -> Claim:
    """When it happens, as in its name, and how that differs from its topic elsewhere."""
    said = seen.claims["rhythmic"]
    peaks = [(kind, said[kind]) for kind in ("hours", "months") if _stands_out(said[kind])]
    value = _("、").join(_when(said["when"])) or _("看不出")
    if not peaks:
        return Claim(_("节律"), value, _("时间上和全市这个专题没有分得清的差别。"), "")
    kind, peak = peaks[0]
    return Claim(
        _("节律"),
        value,
        _(
            "比全市这个专题更集中在 {window}：{observed} / {all} 件，照全市的时间分布只该有 {expected} 件。"
        ).format(
            window=WINDOWS[kind](peak),
            observed=peak["observed"],
            all=seen.observed,
            expected=_one(peak["expected"]),
        ),
        "",
    )


def _when(window: Mapping[str, Any]) -> list[str]:
    parts = []
    if window["months"]:
        first, length = window["months"]
        parts.append(_months({"first": first - 1, "length": length}))
    if window["hours"]:
        first, length = window["hours"]
        parts.append(_hours({"first": first, "length": length, "days": window["days"]}))
    elif DAYS[window["days"]]:
        parts.append(_(DAYS[window["days"]]))
    return parts


def _burdensome(seen: Evidence) -> Claim:
    said = seen.claims["burdensome"]
    again, days = said["reopened"], said["days_to_settle"]
    words = [] if days is None else [_("办结多半要 {n} 天（中位数）。").format(n=_one(days))]
    if again["value"] is not None:
        words.append(
            _("重新办理的占 {share}，{n} / {all} 件。").format(
                share=_percent(again["value"]),
                n=round(again["value"] * seen.observed),
                all=seen.observed,
            )
            if seen.observed >= LEAST_FOR_PERCENT
            else _("重新办理的 {n} / {all} 件。").format(
                n=round(again["value"] * seen.observed), all=seen.observed
            )
        )
    return Claim(
        _("负担"),
        ngettext("{n} 件在办", "{n} 件在办", said["open"]).format(n=said["open"]),
        _together(*words),
        _("多半 {low}～{high}% 重新办理（90%）").format(
            low=f"{again['low'] * 100:.0f}", high=f"{again['high'] * 100:.0f}"
        ),
    )


# A share of fewer is said as a count.
LEAST_FOR_PERCENT = 20
COURSES = {
    "recurrent": gettext_noop("一再回来。"),
    "twice": gettext_noop("来过两回。"),
    "burst": gettext_noop("集中在一阵。"),
    "undetermined": "",
}


def _together(*sentences: str) -> str:
    """Sentences that follow each other: English ones have a space between them."""
    return (" " if is_english() else "").join(filter(None, sentences))


def _course(name: str) -> str:
    return _(COURSES[name]) if COURSES[name] else ""


def _stands_out(peak: Mapping[str, Any] | None) -> bool:
    return peak is not None and peak["p_value"] <= CHANCE


def _hours(peak: Mapping[str, Any]) -> str:
    """22～3 时, on the days that it is about."""
    last = (peak["first"] + peak["length"]) % 24
    hours = _("{first}～{last} 时").format(first=peak["first"], last=last)
    days = DAYS[peak["days"]]
    return f"{_(days)} {hours}" if days else hours


def _months(peak: Mapping[str, Any]) -> str:
    first, last = peak["first"] + 1, (peak["first"] + peak["length"] - 1) % 12 + 1
    if is_english():
        return f"{MONTHS_3[first]}–{MONTHS_3[last]}".title()
    words = _("{first}～{last} 月") if first <= last else _("{first} 月—次年 {last} 月")
    return words.format(first=first, last=last)


DAYS = {"all": "", "weekdays": gettext_noop("周一到周五"), "weekend": gettext_noop("周末")}
WINDOWS = {"hours": _hours, "months": _months}


def _one(value: float) -> str:
    """One decimal; from a hundred on none, which nobody could vouch for."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _few(value: float) -> str:
    return _one(value) if value >= 0.1 else _("不到 0.1")


def _percent(share: float) -> str:
    return _("{value}%").format(value=f"{share * 100:.0f}")


def _tested(run: Run, *, of_city: bool) -> str:
    if of_city:
        words = _("同时检验了 {n} 个“地点 × 专题”，列出的里面误报不超过 5%。")
        return words.format(n=f"{run.tested:,}")
    return _("同时检验了许多“地点 × 专题”，碰巧的也防住了：列出的里面误报不超过 5%。")


def caveats_of(conflict: RecurringConflict, seen: Evidence, *, of_city: bool) -> list[Caveat]:
    """How sure we are, and of what we cannot be; with numbers `of_city` only for whoever may be told them."""
    run = seen.run
    found = [
        Caveat("check", _tested(run, of_city=of_city))
        if seen.rank
        else Caveat("warn", _("最近一次查找没有列出它：证据不够，或者已经少了。")),
    ]
    voices = seen.claims.get("voices") or {}
    share = voices.get("share") or 0.0
    if voices.get("is_one_voice"):
        found.append(Caveat("warn", _("只靠一位来件人：去掉这个人，就看不出反复。")))
    elif share >= ONE_VOICE_FROM:
        words = _("来得最多的一位占 {n} / {all} 件；去掉以后仍然反复。")
        found.append(
            Caveat("warn", words.format(n=round(share * seen.observed), all=seen.observed))
        )
    if of_city and run.cases > run.placed:
        words = _("全市 {n} / {all} 件没有位置，没有算进去。")
        found.append(
            Caveat("info", words.format(n=f"{run.cases - run.placed:,}", all=f"{run.cases:,}"))
        )
    least = run.visible.get(conflict.level)
    if least:
        words = _("平常大小的{level}里少于 {n} 件的，这个方法看不见。")
        level = str(conflict.get_level_display()).lower()
        found.append(Caveat("info", words.format(level=level, n=least)))
    return found
