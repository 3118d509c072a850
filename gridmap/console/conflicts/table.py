"""The list of conflicts as a file for spreadsheets, with the numbers of the page unrounded by words."""

from typing import Any

from django.utils.translation import gettext as _

from geodata.querysets import BEIJING
from gridmap.accounts.scope import Scope
from gridmap.console.belonging import name_of
from gridmap.console.cases.wording import called
from gridmap.console.conflicts.claims import avoidable_range
from gridmap.console.conflicts.wording import state_words
from gridmap.recurring.models import Evidence


def column_names() -> list[str]:
    return [
        _("编号"), _("名称"), _("专题"), _("区域"), _("状态"), _("负责人"), _("案件数"), _("通常"), _("倍数"),
        _("90% 下限"), _("90% 上限"), _("下季可避免"), _("可避免 90% 下限"), _("可避免 90% 上限"), _("最近一件"), _("查找时间"),
    ]  # fmt: skip


def cells_of(one: Any, scope: Scope) -> list[Any]:
    seen, last = one.latest, one.last_case_at
    return [
        one.code, name_of(one), called(one.topic), called(one.area), state_words(one),
        str(one.owner) if one.owner and scope.sees_people else "",
        seen.observed, *(round(value, 1) for value in (seen.expected, seen.ratio, seen.ratio_low, seen.ratio_high)),
        round(seen.avoidable, 1), *_range(seen), f"{last.astimezone(BEIJING):%Y-%m-%d %H:%M}" if last else "",
        f"{seen.run.at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
    ]  # fmt: skip


def _range(seen: Evidence) -> list[float | None]:
    known = avoidable_range(seen)
    return [None, None] if known is None else [round(end, 1) for end in known]
