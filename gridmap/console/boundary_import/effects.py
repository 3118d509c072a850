"""What an import changes, as the preview, the question and the answer say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gridmap.console.boundary_import.wording import Labels, area, called
from gridmap.console.pages import is_english

PAGE_ROWS = 50
# The parts of a change in the order of the page, each with its label.
PARTS = {
    "cut": _("边界切开的楼"),
    "ended": _("撤销"),
    "new": _("新增"),
    "changed": _("改边界"),
    "posts": _("换网格的责任区"),
    "buildings": _("换网格的楼"),
}
WARNINGS = ("cut", "ended")


@dataclass(frozen=True)
class Figure:
    label: str
    count: str
    tone: str = ""


@dataclass(frozen=True)
class Row:
    title: str
    note: str
    place: str
    # The language of a title that is not in the reader's.
    language: str = ""


@dataclass(frozen=True)
class Part:
    """One list of the preview."""

    name: str
    label: str
    count: int
    lines: Page[Row]
    is_warning: bool


@dataclass(frozen=True)
class Effects:
    """Everything that the pages after the check say."""

    change: Mapping[str, Any]
    labels: Labels

    @property
    def is_nothing(self) -> bool:
        return not self.change["opened"] and not self.change["closed"]

    @property
    def figures(self) -> list[Figure]:
        """How many of each; colour only where somebody should look."""
        found = {name: len(self.change[name]) for name in PARTS}
        return [
            *(
                Figure(
                    str(PARTS[name]),
                    f"{found[name]:,}",
                    "amb" if name in WARNINGS and found[name] else "",
                )
                for name in ("new", "changed", "ended")
            ),
            Figure(gettext("不变"), f"{self.change['kept']:,}"),
            Figure(gettext("换网格的楼"), f"{found['buildings']:,}"),
            Figure(gettext("换网格的责任区"), f"{found['posts']:,}"),
        ]

    @property
    def parts(self) -> list[Part]:
        return [
            Part(
                name,
                str(label),
                len(self.change[name]),
                self.page_of(name, 1),
                is_warning=name in WARNINGS,
            )
            for name, label in PARTS.items()
            if self.change[name]
        ]

    def page_of(self, part: str, number: int | str) -> Page[Row]:
        """Fifty rows of one list."""
        page = Paginator(self.change[part], PAGE_ROWS).get_page(number)
        page.object_list = [self._row(part, item) for item in page.object_list]
        return page

    def _row(self, part: str, item: Mapping[str, Any]) -> Row:
        place = "" if item["lon"] is None else f"{item['lon']:.6f},{item['lat']:.6f}"
        note = self._note(part, item)
        if "code" in item:
            return Row(called(item["code"], self.labels), note, place)
        english = item.get("name_en", "") if is_english() else ""
        language = "zh-Hans" if is_english() and not english else ""
        return Row(english or item["name"], note, place, language)

    def _note(self, part: str, item: Mapping[str, Any]) -> str:
        if part == "cut":
            return gettext("在 %(cell)s 的边上") % {"cell": called(item["cell"], self.labels)}
        if "code" in item:
            sizes: Sequence[float | None] = (item["before_m2"], item["after_m2"])
            return " → ".join(area(size) for size in sizes if size is not None)
        before, after = (called(item[key], self.labels) for key in ("before", "after"))
        return f"{before} → {after or gettext('没有网格')}"

    @property
    def question(self) -> str:
        count = self.change["opened"]
        return ngettext("写入 %(count)s 条边界？", "写入 %(count)s 条边界？", count) % {
            "count": f"{count:,}"
        }

    @property
    def verb(self) -> str:
        count = self.change["opened"]
        return ngettext("写入 %(count)s 条边界", "写入 %(count)s 条边界", count) % {
            "count": f"{count:,}"
        }

    @property
    def answer(self) -> str:
        count = self.change["opened"]
        return ngettext("已写入 %(count)s 条边界", "已写入 %(count)s 条边界", count) % {
            "count": f"{count:,}"
        }

    @property
    def consequences(self) -> list[str]:
        """What follows at once, and what stays."""
        change = self.change
        said = [gettext("立即生效，所有人的地图和名单随之改变")]
        moved = len(change["buildings"]) + len(change["posts"])
        if moved:
            said.append(
                gettext("%(buildings)d 栋楼和 %(posts)d 个责任区换网格，由新网格的人负责")
                % {"buildings": len(change["buildings"]), "posts": len(change["posts"])}
            )
        if change["ended"]:
            said.append(
                ngettext(
                    "%(count)d 个网格撤销，代码不再使用",
                    "%(count)d 个网格撤销，代码不再使用",
                    len(change["ended"]),
                )
                % {"count": len(change["ended"])}
            )
        if change["cut"]:
            said.append(
                ngettext(
                    "%(count)d 栋楼被边界切开",
                    "%(count)d 栋楼被边界切开",
                    len(change["cut"]),
                )
                % {"count": len(change["cut"])}
            )
        said.append(gettext("不能撤回，只能再导入一次；旧边界留着，以前的案件和统计仍按当时的边界"))
        return said
