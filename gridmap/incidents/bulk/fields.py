"""What of a case a file may bring, and how a column of the file is named for it. Pure."""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geodata.errors import gettext_noop as _
from geodata.errors import refused
from gridmap.incidents.states import STATE_LABELS
from gridmap.incidents.topics import OUTCOMES, RISKS, SCALES, SOURCES, URGENCIES

TIMES = ("occurred_at", "registered_at", "closed_at")
# Texts and the most characters that each may have.
TEXTS = {
    "title": 80,
    "words": 2000,
    "address": 200,
    "channel_reference": 60,
    "organisations_involved": 200,
    "unit_no": 10,
    "floor_no": 10,
    "room_no": 10,
    "resolution_text": 2000,
}
CHOICES: dict[str, Mapping[str, str]] = {
    "source": SOURCES,
    "urgency": URGENCIES,
    "scale": SCALES,
    "risk_level": RISKS,
    "state": {state.value: label for state, label in STATE_LABELS.items()},
    "outcome": OUTCOMES,
}
# What is assumed of a row that does not say: nothing that would make the city look better.
DEFAULTS = {
    "source": "superior",
    "urgency": "normal",
    "scale": "01",
    "risk_level": "blue",
    "state": "closed",
    "outcome": "terminated",
}
# Besides their names, for files that know no more.
STATE_WORDS = {"open": "registered"}
# Numbers and the largest that each may be.
NUMBERS = {"accuracy_m": 1e6, "people_involved": 2**31 - 1, "amount_cny": 1e12 - 0.01}
PLACE = ("lon", "lat")
FIELDS = (
    "occurred_at",
    "occurred_hour",
    "topic",
    *PLACE,
    "registered_at",
    "closed_at",
    *CHOICES,
    *TEXTS,
    *NUMBERS,
)
# What a table for people has on top; a file may use these names too, in any language of the program.
LABELS: dict[str, str] = {
    "occurred_at": _("发生时间"),
    "topic": _("专题"),
    "lon": _("经度"),
    "lat": _("纬度"),
    "registered_at": _("登记时间"),
    "closed_at": _("结案时间"),
    "source": _("来源"),
    "urgency": _("紧急程度"),
    "scale": _("事件规模"),
    "risk_level": _("风险等级"),
    "state": _("状态"),
    "outcome": _("化解结果"),
    "title": _("事件名称"),
    "words": _("事件简述"),
    "address": _("发生地点"),
    "channel_reference": _("来源编号"),
    "organisations_involved": _("涉及单位"),
    "unit_no": _("单元"),
    "floor_no": _("楼层"),
    "room_no": _("房号"),
    "resolution_text": _("化解情况"),
    "accuracy_m": _("误差（米）"),
    "people_involved": _("涉及人数"),
    "amount_cny": _("涉及金额（元）"),
}
# A projected system has no longitudes.
ALSO = {"x": "lon", "y": "lat"}
REQUIRED = ("occurred_at", "topic")
# In a topic map: every value that is not named, the empty one included.
ANYTHING = "*"


@dataclass(frozen=True)
class Request:
    """Which file, and how its columns are to be read.

    `columns` names a column for a field, `constants` the same value for all rows; a field without
    either is read from a column of its own name or label where there is one.
    """

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    crs: str | None = None
    layer: str | None = None
    time_formats: tuple[str, ...] = ()

    def columns_in(
        self, names: Iterable[str], *, has_points: bool, labels: Mapping[str, str]
    ) -> dict[str, str]:
        """The column of each field that the file has; `labels` are words that stand for fields.

        Raises
        ------
        ImportRefused
            A named column is not there, or a required field has none.
        """
        known = tuple(names)
        for column in self.columns.values():
            if column not in known:
                raise refused(
                    "no_column",
                    _("文件里没有列 {name}，有：{names}"),
                    name=column,
                    names="、".join(known),
                )
        named = {labels.get(name, name): name for name in reversed(known)}
        own = {
            field: column
            for field, column in named.items()
            if field in FIELDS and field not in self.constants
        }
        found = {**own, **self.columns}
        needed = [*REQUIRED, *(() if has_points else PLACE)]
        for name in needed:
            if (
                name not in found
                and name not in self.constants
                and not (name == "topic" and self.topics)
            ):
                raise refused(
                    "field_missing", _("用 --map {name}=列名 指明 {name} 在哪一列"), name=name
                )
        return found


def parse_pairs(pairs: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """`field=column` and `field==value`, as columns and constants.

    Raises
    ------
    ImportRefused
        Neither of the two, an unknown field, or one named twice.
    """
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    for pair in pairs:
        name, equals, rest = pair.partition("=")
        name = ALSO.get(name, name)
        if not equals or name not in FIELDS or not rest or name in {**columns, **constants}:
            raise refused(
                "bad_pair",
                _("--map {pair}：要写成 字段=列名 或 字段==值，每个字段一次，字段有 {fields}"),
                pair=pair,
                fields="、".join(FIELDS),
            )
        if rest.startswith("="):
            constants[name] = rest[1:]
        else:
            columns[name] = rest
    return columns, constants


def read_topic_map(path: Path) -> dict[str, str]:
    """A table of the file's words and our topics: a JSON object, or CSV of two columns without a head.

    Raises
    ------
    ImportRefused
        The file cannot be read as either.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".json":
            pairs = list(json.loads(text).items())
        else:
            pairs = [(word, topic) for word, topic in csv.reader(text.splitlines())]
        return {str(word).strip(): str(topic).strip() for word, topic in pairs}
    except (OSError, ValueError, AttributeError) as error:
        raise refused(
            "bad_topic_map",
            _("{name}：专题对照表要是 JSON 对象，或两列（原来的说法、专题代码）的 CSV"),
            name=path.name,
        ) from error
