"""From the columns of a file to the values of cases, row by row refused with its reason. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geodata.crs import degrees_or_nan
from geodata.errors import Sentence
from geodata.errors import gettext_noop as _
from geodata.row_files import Piece
from geodata.times import NO_TIME, Moments, at_hours, parse_hours, parse_times, to_local
from gridmap.incidents.bulk.columns import (
    Flags,
    Floats,
    emptied,
    equals,
    flags,
    numbers,
    repeated,
    translated,
    trimmed,
    unstopped,
)
from gridmap.incidents.bulk.fields import (
    ANYTHING,
    CHOICES,
    DEFAULTS,
    NUMBERS,
    PLACE,
    TEXTS,
    Request,
)
from gridmap.incidents.bulk.verdicts import BROKEN, FINE, Fault, RefusedRow, Verdicts

EARLIEST = np.datetime64("1900-01-01", "us")
EARTH_KM = 6371.0
# These states need what no file gives: an area, a day, another case.
NOT_TAKEN = ("escalated", "suspended", "merged")


@dataclass(frozen=True)
class Surroundings:
    """What a row is judged by besides itself: the city, its words, the moment, the file.

    `topics` are all words for a topic, in lower case, with its position in the list of topics;
    `words` are, for each field of choices, all words with their codes. `is_plain` is a file in which a
    text may be stopped from being a formula.
    """

    city: str
    envelope: tuple[float, float, float, float]
    zone: str
    topics: Mapping[str, int]
    words: Mapping[str, Mapping[str, str]]
    at: np.datetime64
    system: str
    is_plain: bool = True


@dataclass(frozen=True)
class Values:
    """The values of the rows that are taken, one element a row in every array."""

    rows: npt.NDArray[np.int64]
    lon: Floats
    lat: Floats
    topic: npt.NDArray[np.int64]
    times: Mapping[str, Moments]
    numbers: Mapping[str, Floats]
    texts: Mapping[str, pa.StringArray]

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, chosen: Flags) -> "Values":
        """Only some of the rows."""
        mask = pa.array(chosen)
        return Values(
            self.rows[chosen],
            self.lon[chosen],
            self.lat[chosen],
            self.topic[chosen],
            {name: column[chosen] for name, column in self.times.items()},
            {name: column[chosen] for name, column in self.numbers.items()},
            {name: column.filter(mask) for name, column in self.texts.items()},
        )


class Judge:
    """One piece of a file on its way from texts to values."""

    def __init__(
        self, piece: Piece, request: Request, columns: Mapping[str, str], around: Surroundings
    ) -> None:
        self._piece, self._request, self._columns, self._around = piece, request, columns, around
        self.verdicts = Verdicts(len(piece))
        self._far = np.zeros(0, np.int64)

    def values(self) -> Values:
        """Every row's values; those of a refused row mean nothing."""
        lon, lat = self._place()
        topic = self._topic()
        times = self._times()
        choices = {name: self._choice(name) for name in CHOICES}
        return Values(
            self._piece.numbers,
            lon,
            lat,
            topic,
            times,
            {name: self._number(name) for name in NUMBERS},
            {**choices, **{name: self._free_text(name) for name in TEXTS}},
        )

    def refused(self) -> Iterator[RefusedRow]:
        """The rows that are not taken, in their order."""
        for broken in self._piece.broken:
            yield RefusedRow(broken.row, BROKEN, broken.text[:80])
        for at in np.flatnonzero(self.verdicts.of_row != FINE).tolist():
            fault = self.verdicts.faults[self.verdicts.of_row[at]]
            km = int(self._far[at]) if fault.code == "far_away" else None
            yield RefusedRow(int(self._piece.numbers[at]), fault, self._said(fault.field, at), km)

    def _said(self, field: str, at: int) -> str:
        """What the row says in a field."""
        if field == "place":
            points = self._piece.points
            if points is not None and "lon" not in self._columns:
                return f"{points.x[at]:.10g}, {points.y[at]:.10g}"
            return ", ".join(self._said(axis, at) for axis in PLACE)
        if field in self._columns:
            return str(self._piece.columns[self._columns[field]][at])[:80]
        return self._request.constants.get(field, "")

    def _refuse(self, rows: Flags, code: str, reason: Sentence, field: str) -> None:
        self.verdicts.refuse(rows, Fault(code, reason, field))

    def _given(self, field: str) -> pa.StringArray | None:
        if field in self._columns:
            texts = trimmed(self._piece.columns[self._columns[field]])
            return unstopped(texts) if self._around.is_plain else texts
        if field in self._request.constants:
            return repeated(self._request.constants[field], len(self._piece))
        return None

    def _place(self) -> tuple[Floats, Floats]:
        x, y, is_empty = self._coordinates()
        self._refuse(is_empty, "no_place", Sentence(_("没有写位置")), "place")
        is_finite = np.isfinite(x) & np.isfinite(y)
        self._refuse(~is_finite, "not_finite", Sentence(_("坐标不是有限的数")), "place")
        lon, lat = degrees_or_nan(x, y, self._around.system)
        self._refuse(
            np.isnan(lon),
            "impossible_place",
            Sentence(_("坐标不在声明的坐标系里：坐标系声明错了，或经纬度写反了")),
            "place",
        )
        away = _km_away(lon, lat, self._around.envelope)
        self._far = np.nan_to_num(np.ceil(away)).astype(np.int64)
        reason = Sentence(
            _("不在{city}的范围内：坐标系声明错了，或经纬度写反了"), city=self._around.city
        )
        with np.errstate(invalid="ignore"):
            self._refuse(away > 0, "far_away", reason, "place")
        return lon, lat

    def _coordinates(self) -> tuple[Floats, Floats, Flags]:
        """Both coordinates in the file's system, and where there is no place at all."""
        given = [self._given(axis) for axis in PLACE]
        points = self._piece.points
        if points is not None and given == [None, None]:
            self._refuse(
                points.is_other, "not_a_point", Sentence(_("几何不是点，或读不出来")), "place"
            )
            return points.x, points.y, np.isnan(points.x) & np.isnan(points.y)
        read = [emptied(repeated("", len(self._piece)) if one is None else one) for one in given]
        is_empty = equals(read[0], "") | equals(read[1], "")
        found = []
        for texts in read:
            values, wrong = numbers(texts)
            self._refuse(wrong & ~is_empty, "bad_coordinate", Sentence(_("坐标看不懂")), "place")
            found.append(values)
        return found[0], found[1], is_empty

    def _topic(self) -> npt.NDArray[np.int64]:
        given = self._given("topic")
        texts = repeated("", len(self._piece)) if given is None else given
        coded = pc.dictionary_encode(texts)
        words = [self._topic_of(word) for word in coded.dictionary.to_pylist()] or [-1]
        topic: npt.NDArray[np.int64] = np.array(words, np.int64)[np.asarray(coded.indices)]
        empty = equals(texts, "")
        self._refuse((topic < 0) & empty, "no_topic", Sentence(_("专题是空的")), "topic")
        self._refuse(topic < 0, "unknown_topic", Sentence(_("专题表里没有这个专题")), "topic")
        return topic

    def _topic_of(self, word: str) -> int:
        table = self._request.topics
        ours = table.get(word, word)
        found = self._around.topics.get(ours.lower(), -1)
        return found if found >= 0 else self._around.topics.get(table.get(ANYTHING, "").lower(), -1)

    def _times(self) -> dict[str, Moments]:
        occurred = self._time("occurred_at", required=True)
        hours = self._given("occurred_hour")
        if hours is not None:
            occurred = self._at_hours(occurred, emptied(hours))
        registered = self._time("registered_at")
        registered = np.where(np.isnat(registered), occurred, registered)
        closed = self._time("closed_at")
        days = [
            to_local(one, self._around.zone).astype("datetime64[D]") for one in (closed, registered)
        ]
        self._refuse(days[0] < days[1], "closed_before", Sentence(_("结案早于登记")), "closed_at")
        closed = np.where(np.isnat(closed), registered, np.maximum(closed, registered))
        return {"occurred_at": occurred, "registered_at": registered, "closed_at": closed}

    def _time(self, field: str, *, required: bool = False) -> Moments:
        given = self._given(field)
        if given is None:
            return np.full(len(self._piece), NO_TIME)
        texts = emptied(given)
        moments = parse_times(texts, self._around.zone, self._request.time_formats)
        empty = equals(texts, "")
        if required:
            self._refuse(empty, "no_time", Sentence(_("时间是空的")), field)
        lost = np.isnat(moments) & ~empty | (moments < EARLIEST)
        reason = Sentence(_("时间看不懂；写法特别的，用 --time-format 指明"))
        self._refuse(lost, "bad_time", reason, field)
        self._refuse(moments > self._around.at, "in_future", Sentence(_("时间还没有到")), field)
        return moments

    def _at_hours(self, moments: Moments, texts: pa.StringArray) -> Moments:
        hours = parse_hours(texts)
        wrong = (hours < 0) & ~equals(texts, "")
        self._refuse(
            wrong, "bad_hour", Sentence(_("几点看不懂：要写成 2114、930 或 21:14")), "occurred_hour"
        )
        timed = at_hours(moments, np.maximum(hours, 0), self._around.zone)
        self._refuse(
            timed > self._around.at, "in_future", Sentence(_("时间还没有到")), "occurred_at"
        )
        return np.where(hours >= 0, timed, moments)

    def _choice(self, field: str) -> pa.StringArray:
        given = self._given(field)
        if given is None:
            return repeated(DEFAULTS[field], len(self._piece))
        texts, unknown = translated(given, self._around.words[field], DEFAULTS[field])
        reason = Sentence(_("{field} 的值不认识"), field=field)
        self._refuse(unknown, f"unknown_{field}", reason, field)
        if field == "state":
            needing = flags(pc.is_in(texts, pa.array(NOT_TAKEN)))
            reason = Sentence(_("提级、挂账、并案的案件带不进来：缺区域、日期或另一个案件"))
            self._refuse(needing, "state_needs_more", reason, field)
        return texts

    def _number(self, field: str) -> Floats:
        given = self._given(field)
        if given is None:
            return np.full(len(self._piece), np.nan)
        values, wrong = numbers(emptied(given))
        with np.errstate(invalid="ignore"):
            wrong |= (values < 0) | (values > NUMBERS[field])
        reason = Sentence(_("{field} 要是不小于 0 的数"), field=field)
        self._refuse(wrong, f"bad_{field}", reason, field)
        return values

    def _free_text(self, field: str) -> pa.StringArray:
        texts = self._given(field)
        if texts is None:
            return repeated("", len(self._piece))
        reason = Sentence(_("{field} 超过 {length} 个字"), field=field, length=TEXTS[field])
        self._refuse(
            flags(pc.greater(pc.utf8_length(texts), TEXTS[field])), f"long_{field}", reason, field
        )
        unstorable = flags(pc.match_substring(texts, "\0"))
        self._refuse(unstorable, "bad_text", Sentence(_("文字里有不能保存的字符")), field)
        return texts


def _km_away(lon: Floats, lat: Floats, envelope: tuple[float, float, float, float]) -> Floats:
    """Kilometres from places to a box of degrees, 0 inside."""
    west, south, east, north = envelope
    near_lon, near_lat = np.clip(lon, west, east), np.clip(lat, south, north)
    outside = (near_lon != lon) | (near_lat != lat)
    if not outside.any():
        return np.zeros(len(lon))
    a, b, c, d = (np.radians(values) for values in (lon, lat, near_lon, near_lat))
    half = np.sin((b - d) / 2) ** 2 + np.cos(b) * np.cos(d) * np.sin((a - c) / 2) ** 2
    km: Floats = np.where(outside, 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1))), 0.0)
    return km
