"""Faults and effects as a person reads them, in the language of the page."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from geodata.boundaries.checks import TOLERANCE_M
from geodata.models import Cell
from gridmap.console.pages import is_english

# The order in which faults are numbered, and what each is called.
KINDS: dict[str, str | Promise] = {
    "overlaps": _("重叠"),
    "gaps": _("缝隙"),
    "slivers": _("碎片"),
    "outside": _("越界"),
    "edges": _("错边"),
    "invalid": _("无效"),
    "row": _("内容"),
    "place": _("归属"),
}
Labels = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Line:
    """One fault in the list."""

    number: int
    kind: str
    title: str
    note: str
    place: str
    area: str


@dataclass(frozen=True)
class Count:
    kind: str
    label: str
    count: int


def called(name: str, labels: Labels) -> str:
    """The short name of a cell or area: “迎宾 012”, “Yingbin 012”."""
    chinese, english = labels.get(name, (name, ""))
    return english if english and is_english() else chinese


def counts(faults: Iterable[Mapping[str, Any]]) -> list[Count]:
    """How many faults of each kind, in the order of the list."""
    found = Counter(fault["kind"] for fault in faults)
    return [Count(kind, str(label), found[kind]) for kind, label in KINDS.items() if found[kind]]


def line(fault: Mapping[str, Any], labels: Labels) -> Line:
    """A fault as a row of the list."""
    has_place = fault["lon"] is not None
    return Line(
        number=fault["number"],
        kind=fault["kind"],
        title=title(fault, labels),
        note=_rows_note(fault),
        place=f"{fault['lon']:.5f}, {fault['lat']:.5f}" if has_place else "",
        area="" if fault["kind"] in ("row", "place") else area(fault["area_m2"]),
    )


def title(fault: Mapping[str, Any], labels: Labels) -> str:
    """What is wrong, with the cells by name."""
    names = [called(name, labels) for name in fault["cells"]]
    pattern = TITLES.get((fault["kind"], min(len(names), 2)), PLAIN)
    first, second, *more = [*names, "", ""]
    text = str(pattern) % {
        "kind": KINDS[fault["kind"]],
        "a": first,
        "b": second,
        "reason": fault["reason"],
    }
    # A gap's further neighbours only touch its ends.
    beyond = 0 if fault["kind"] in ("gaps", "slivers") else len([name for name in more if name])
    return text + (gettext("，还有 %(more)d 个") % {"more": beyond} if beyond else "")


PLAIN = _("%(kind)s：%(reason)s")
TITLES = {
    ("overlaps", 2): _("重叠：%(a)s 与 %(b)s"),
    ("gaps", 0): _("缝隙：没有网格的地方"),
    ("gaps", 1): _("缝隙：%(a)s 旁边"),
    ("gaps", 2): _("缝隙：%(a)s 与 %(b)s 之间"),
    ("slivers", 0): _("碎片：一条细缝"),
    ("slivers", 1): _("碎片：%(a)s 旁边一条细缝"),
    ("slivers", 2): _("碎片：%(a)s 与 %(b)s 之间一条细缝"),
    ("outside", 1): _("越界：%(a)s 伸到上级之外"),
    ("outside", 2): _("越界：%(a)s 伸到 %(b)s"),
    ("edges", 1): _("错边：%(a)s 的边与邻居对不上"),
    ("edges", 2): _("错边：%(a)s 与 %(b)s 的边对不上"),
    ("invalid", 1): _("无效：%(a)s，%(reason)s"),
    ("row", 1): _("%(a)s：%(reason)s"),
    ("place", 1): _("%(a)s：%(reason)s"),
}


def area(square_metres: float | None) -> str:
    """66,633 平方米; below a hundred with a decimal."""
    if square_metres is None:
        return gettext("算不出")
    digits = 1 if square_metres < 99.95 else 0
    return gettext("%(area)s 平方米") % {"area": f"{square_metres:,.{digits}f}"}


def _rows_note(fault: Mapping[str, Any]) -> str:
    if fault["kind"] in ("gaps", "slivers"):
        return gettext("没有网格管")
    rows = fault["rows"]
    if not rows:
        return ""
    return ngettext("第 %(rows)s 行", "第 %(rows)s 行", len(rows)) % {
        "rows": gettext("、").join(str(row) for row in rows)
    }


def as_report(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """The faults with the keys of `check_coverage --format json`, numbered as on the page."""
    lists = {
        kind: [
            {key: value for key, value in fault.items() if key != "kind"}
            for fault in outcome["faults"]
            if fault["kind"] == kind
        ]
        for kind in KINDS
    }
    return {"ok": False, "cells": outcome["rows"], **lists}


def spared(outcome: Mapping[str, Any]) -> str:
    """What looks like a fault and is none."""
    found, labels = outcome["spared"], outcome["labels"]
    said = []
    if found["holes"]:
        text = ngettext(
            "%(count)d 个专属网格是基础网格里的合法空洞",
            "%(count)d 个专属网格是基础网格里的合法空洞",
            found["holes"],
        )
        said.append(text % {"count": found["holes"]})
    said += [
        gettext("%(name)s 分成 %(parts)d 块") % {"name": called(name, labels), "parts": parts}
        for name, parts in found["in_parts"][:3]
    ]
    if len(found["in_parts"]) > 3:
        said.append(gettext("共有 %(count)d 个分成几块") % {"count": len(found["in_parts"])})
    if found["tolerated"]:
        said.append(
            ngettext(
                "%(count)d 处相差不到 %(metres)s 米，当作同一条边",
                "%(count)d 处相差不到 %(metres)s 米，当作同一条边",
                found["tolerated"],
            )
            % {"count": found["tolerated"], "metres": TOLERANCE_M}
        )
    return gettext("；").join(said)


def summary(outcome: Mapping[str, Any]) -> list[str]:
    """How many of what, in which system."""
    levels = outcome.get("levels") or {}
    cells = sum(count for kind, count in levels.items() if kind in Cell.Kind.values)
    areas = sum(levels.values()) - cells
    said = []
    if areas:
        said.append(
            ngettext("%(count)s 个区域", "%(count)s 个区域", areas) % {"count": f"{areas:,}"}
        )
    if cells:
        said.append(
            ngettext("%(count)s 个网格", "%(count)s 个网格", cells) % {"count": f"{cells:,}"}
        )
    if outcome.get("system"):
        said.append(system_label(outcome["system"]))
    return said


def system_label(system: str) -> str:
    """What people call a coordinate system."""
    known = {"cgcs2000": "CGCS2000", "wgs84": "WGS 84", "gcj02": "GCJ-02", "bd09": "BD-09"}
    return known.get(system, system if len(system) < 12 else gettext("文件自带的坐标系"))


# What the page itself can mend, in its own words: a command would say --crs.
QUESTIONS: dict[str, tuple[str, str | Promise]] = {
    "crs_missing": ("crs", _("文件没有写坐标系，在这里选一个")),
    "crs_unknown": ("crs", _("文件写的坐标系认不出来，在这里选一个")),
    "crs_differs": ("crs", _("文件自己写了另一个坐标系，选“文件里写了”，或换一个文件")),
    "coordinates_impossible": ("crs", ""),
    "which_layer": ("layer", _("文件里有几个图层，选一个")),
    "columns": ("columns", _("在这里说明是哪一列")),
}


def question(outcome: Mapping[str, Any]) -> dict[str, Any] | None:
    """Which field of the form answers why a file could not be read; None where none does."""
    found = QUESTIONS.get(outcome.get("code", ""))
    if found is None:
        return None
    field, text = found
    # A command's own words name its options.
    reasons = (
        [text]
        if outcome["code"] in ("crs_missing", "crs_unknown", "which_layer")
        else outcome["reasons"]
    )
    return {"field": field, "text": text or reasons[0], "reasons": reasons}


def for_scripts() -> dict[str, str]:
    """The sentences that the map's scripts fill in."""
    return {
        "problem": gettext("问题 {number}"),
        "enlarged": gettext("，放大 {factor} 倍"),
        "then": gettext("。"),
        "solid": gettext("实线是{name}"),
        "dashed": gettext("虚线是{name}"),
        "and": gettext("，"),
    }
