"""What can be wrong with the log, and how it is said."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

WORDS = {
    # The chain.
    "gap": gettext_noop("链环 %(last)s 后面应该是下一环，却是 %(position)s：中间有链环被删或移动"),
    "empty": gettext_noop("链环 %(position)s 下面的日志不在了（第 %(entry)s 到 %(last)s 条）"),
    "broken": gettext_noop(
        "链环 %(position)s 接不上：它或它下面的日志（第 %(entry)s 到 %(last)s 条）被改过"
    ),
    "span": gettext_noop("链环 %(position)s 写的范围（第 %(entry)s 到 %(last)s 条）不对"),
    "head": gettext_noop("链尾和最后一环（%(position)s）不一致"),
    "note": gettext_noop(
        "位置 %(position)s 和记下的链尾不一致（现在的最后一环是 %(last)s）：日志从尾部被截断，或整条重写过"
    ),
    # An entry.
    "unsealed": gettext_noop("日志第 %(entry)s 条（%(table)s）不在任何链环下"),
    "sealed_twice": gettext_noop("日志第 %(entry)s 条（%(table)s）在几个链环下"),
    "content": gettext_noop("日志第 %(entry)s 条（%(table)s）的内容和它的摘要不一致"),
    "unknown_table": gettext_noop("日志第 %(entry)s 条说的是没有日志的表 %(table)s"),
    # A table, and a row of it.
    "unwatched": gettext_noop("表 %(table)s 的日志触发器缺少或停用"),
    "there_already": gettext_noop(
        "%(table)s %(key)s：日志第 %(entry)s 条新增它，第 %(last)s 条后它还在：删除没有进日志"
    ),
    "out_of_nothing": gettext_noop(
        "%(table)s %(key)s：日志第 %(entry)s 条改动它，之前没有它：新增没有进日志"
    ),
    "between": gettext_noop(
        "%(table)s %(key)s：日志第 %(last)s 条和第 %(entry)s 条之间，有改动没有进日志"
    ),
    "changed": gettext_noop("%(table)s %(key)s：日志第 %(entry)s 条以后，有改动没有进日志"),
    "missing": gettext_noop("%(table)s %(key)s：日志第 %(entry)s 条以后，被删除而没有进日志"),
    "unlogged": gettext_noop("%(table)s %(key)s：这一行不在日志里"),
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: what, and where."""

    kind: str
    position: int | None = None
    entry: int | None = None
    # The other end: of a span of entries, of a gap between seals, of a time between entries.
    last: int | None = None
    table: str = ""
    key: str = ""

    def __str__(self) -> str:
        return _(WORDS[self.kind]) % vars(self)

    def as_dict(self) -> dict[str, Any]:
        known = {name: value for name, value in vars(self).items() if value not in (None, "")}
        return {**known, "text": str(self)}
