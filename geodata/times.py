"""Times as people and programs write them, to instants; columns in, arrays out."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Moments = npt.NDArray[np.datetime64]

NO_TIME = np.datetime64("NaT", "us")
_HOUR, _MINUTE = 3_600_000_000, 60_000_000
# Day 0 of spreadsheets, and the days that a bare number may mean: 1927 to 2119.
_SHEET = datetime(1899, 12, 30)  # noqa: DTZ001 - local time of the file
_SHEET_DAYS = (10_000, 80_000)

_CLOCK = r"(?:[T\s日]+(\d{1,2})(?:[:时点](\d{1,2})?(?:[:分](\d{1,2})?(?:[.,](\d{1,9}))?秒?)?)?\s*(Z|[+-]\d\d:?\d\d)?)?"
_PATTERNS = (
    re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}}){_CLOCK}日?", re.IGNORECASE),
    re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T\s]?(\d\d)(\d\d)(\d\d)?)?()()"),
)
_NUMBER = re.compile(r"\d{5}(?:\.\d+)?")
_HHMM = re.compile(r"(\d{1,2}?)(\d\d)?(?:\.0)?")
_COLONS = re.compile(r"(\d{1,2})[:：](\d\d)(?:[:：](\d\d)(?:\.\d+)?)?")


def parse_times(texts: pa.StringArray, zone: str, formats: Sequence[str] = ()) -> Moments:
    """Instants in UTC; `NaT` where a text is empty or not understood.

    Parameters
    ----------
    texts : array of strings, without blanks around
    zone : str
        The zone of what does not name one.
    formats : sequence of str
        As for `strptime`; only these are tried, in this order. Without any: year first, with `-`, `/`, `.` or
        年月日 between, or eight digits; a clock with or without seconds and zone; the day numbers of
        spreadsheets. Day first and month first look the same, so they need a format.
    """
    if formats:
        return _by_formats(texts, zone, formats)
    for kind, is_local in ((pa.timestamp("us"), True), (pa.timestamp("us", "UTC"), False)):
        try:
            moments = _numpy(pc.cast(pc.if_else(pc.equal(texts, ""), None, texts), kind))
        except pa.ArrowInvalid:
            continue
        return to_utc(moments, zone) if is_local else moments
    return _one_by_one(texts, zone)


def parse_hours(texts: pa.StringArray) -> npt.NDArray[np.int64]:
    """Microseconds since midnight of `2114`, `930`, `0`, `21:14` or `21:14:30`; -1 where it is none of these."""
    words = pc.dictionary_encode(texts)
    known = np.array([_hour(text) for text in words.dictionary.to_pylist()] or [-1], np.int64)
    found: npt.NDArray[np.int64] = known[np.asarray(words.indices)]
    return found


def at_hours(moments: Moments, hours: npt.NDArray[np.int64], zone: str) -> Moments:
    """The instants at these hours of the same local days."""
    days = to_local(moments, zone).astype("datetime64[D]").astype("datetime64[us]")
    return to_utc(days + hours.astype("timedelta64[us]"), zone)


def to_utc(local: Moments, zone: str) -> Moments:
    """Local times as instants; of an hour that came twice the second, of one left out the next."""
    index = pd.DatetimeIndex(local).tz_localize(
        zone, ambiguous=np.zeros(len(local), bool), nonexistent="shift_forward"
    )
    return _plain(index.tz_convert("UTC"))


def to_local(moments: Moments, zone: str) -> Moments:
    """Instants as local times."""
    return _plain(pd.DatetimeIndex(moments).tz_localize("UTC").tz_convert(zone))


def _plain(index: pd.DatetimeIndex) -> Moments:
    return np.asarray(index.tz_localize(None).as_unit("us").values)


def _numpy(column: pa.Array) -> Moments:
    values: Moments = column.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
    return values.astype("datetime64[us]")


def _by_formats(texts: pa.StringArray, zone: str, formats: Sequence[str]) -> Moments:
    found = np.full(len(texts), NO_TIME)
    words = pd.Series(texts.to_pandas())
    for form in formats:
        left = np.flatnonzero(np.isnat(found))
        moments = pd.to_datetime(words.iloc[left], format=form, errors="coerce", utc="%z" in form)
        index = pd.DatetimeIndex(moments)
        found[left] = (
            _plain(index) if index.tz is not None else to_utc(index.as_unit("us").values, zone)
        )
    return found


def _one_by_one(texts: pa.StringArray, zone: str) -> Moments:
    """Each different text once."""
    words = pc.dictionary_encode(texts)
    local, instant = [], []
    for text in words.dictionary.to_pylist():
        time = _understood(text)
        is_instant = time is not None and time.tzinfo is not None
        instant.append(time.astimezone(UTC).replace(tzinfo=None) if time and is_instant else None)
        local.append(None if is_instant else time)
    moments = np.array(local, "datetime64[us]")
    instants = np.array(instant, "datetime64[us]")
    known = np.where(np.isnat(moments), instants, to_utc(moments, zone))
    found: Moments = known[np.asarray(words.indices)]
    return found


@lru_cache(maxsize=1 << 16)
def _understood(text: str) -> datetime | None:
    try:
        if _NUMBER.fullmatch(text):
            days = float(text)
            return (
                _SHEET + timedelta(days=days) if _SHEET_DAYS[0] <= days <= _SHEET_DAYS[1] else None
            )
        match = next(filter(None, (pattern.fullmatch(text) for pattern in _PATTERNS)), None)
        return _from(match) if match else None
    except (ValueError, OverflowError):
        return None


def _from(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    clock = timedelta(hours=int(hour or 0), minutes=int(minute or 0), seconds=int(second or 0))
    if clock >= timedelta(days=1) or int(minute or 0) > 59 or int(second or 0) > 59:
        raise ValueError("no such time of day")
    day_at = datetime(int(year), int(month), int(day))  # noqa: DTZ001 - local time of the file
    time = day_at + clock + timedelta(microseconds=micros)
    if not zone:
        return time
    return datetime.fromisoformat(time.isoformat() + zone.upper())


@lru_cache(maxsize=1 << 12)
def _hour(text: str) -> int:
    colons = _COLONS.fullmatch(text)
    if colons:
        hour, minute, second = (int(part or 0) for part in colons.groups())
    elif _HHMM.fullmatch(text):
        hour, minute = divmod(int(float(text)), 100)
        second = 0
    else:
        return -1
    if hour > 23 or minute > 59 or second > 59:
        return -1
    return hour * _HOUR + minute * _MINUTE + second * 1_000_000
