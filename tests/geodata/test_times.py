"""Times as people and programs write them."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest

from geodata.times import at_hours, parse_hours, parse_times, to_local, to_utc

ZONE = "Asia/Shanghai"
# Comes with every text, so that no piece is all in one form.
OTHER = "2019/12/31"


def understood(text: str, *formats: str) -> str | None:
    moments = parse_times(pa.array([text, OTHER]), ZONE, formats)
    local = to_local(moments[:1], ZONE)[0]
    return None if np.isnat(local) else str(local.astype("datetime64[s]")).replace("T", " ")


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2020-01-05", "2020-01-05 00:00:00"),
        ("2020/1/5", "2020-01-05 00:00:00"),
        ("2020.1.5 3:04", "2020-01-05 03:04:00"),
        ("2020年1月5日", "2020-01-05 00:00:00"),
        ("2020年1月5日 8时5分", "2020-01-05 08:05:00"),
        ("2020年1月5日8时", "2020-01-05 08:00:00"),
        ("2020-1-5 23:59:59", "2020-01-05 23:59:59"),
        ("2020-01-05 10", "2020-01-05 10:00:00"),
        ("20200105", "2020-01-05 00:00:00"),
        ("20200105083005", "2020-01-05 08:30:05"),
        ("43835", "2020-01-05 00:00:00"),
        ("43835.5", "2020-01-05 12:00:00"),
        ("2020-01-05T10:00:00Z", "2020-01-05 18:00:00"),
        ("2020-01-05 10:00:00 +0800", "2020-01-05 10:00:00"),
        ("2020-01-05T10:00:00.5+09:00", "2020-01-05 09:00:00"),
        ("5/1/2020", None),
        ("2020-02-30", None),
        ("2020-01-123", None),
        ("2020-01-05 25:00", None),
        ("2020-01-05 10:60", None),
        ("yesterday", None),
        ("123456", None),
        ("", None),
    ],
)
def test_a_text_is_understood_or_not(text: str, local: str | None) -> None:
    assert understood(text) == local


def test_a_column_in_one_form_is_read_like_its_texts_one_by_one() -> None:
    texts = ["2020-01-05 10:00:00", "2021-06-30", "2022-12-31 23:59:59.123456"]
    together = parse_times(pa.array(texts), ZONE)
    apart = [parse_times(pa.array([text, OTHER]), ZONE)[0] for text in texts]
    assert together.tolist() == apart


def test_a_column_of_instants_keeps_its_zones() -> None:
    moments = parse_times(pa.array(["2020-01-05T10:00:00Z", "2020-01-05T18:00:00+08:00"]), ZONE)
    assert moments.tolist() == [datetime(2020, 1, 5, 10)] * 2  # noqa: DTZ001


def test_a_format_is_tried_alone_and_in_order() -> None:
    assert understood("05/01/2020", "%d/%m/%Y") == "2020-01-05 00:00:00"
    assert understood("05/01/2020", "%m/%d/%Y", "%d/%m/%Y") == "2020-05-01 00:00:00"
    assert understood("25/01/2020", "%m/%d/%Y", "%d/%m/%Y") == "2020-01-25 00:00:00"
    assert understood("2020-01-05", "%d/%m/%Y") is None
    assert understood("2020-01-05 10:00 +0000", "%Y-%m-%d %H:%M %z") == "2020-01-05 18:00:00"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2114", 21 * 60 + 14), ("930", 9 * 60 + 30), ("0", 0), ("5", 5), ("0005", 5), ("2114.0", 21 * 60 + 14),
        ("9:30", 570), ("21:14:30", 1274.5), ("24:00", None), ("2400", None), ("960", None), ("x", None),
        ("12345", None), ("-5", None), ("", None),
    ],
)  # fmt: skip
def test_an_hour_is_understood_or_not(text: str, minutes: float | None) -> None:
    (found,) = parse_hours(pa.array([text]))
    assert found == (-1 if minutes is None else int(minutes * 60_000_000))


def test_the_hour_is_put_on_the_local_day() -> None:
    # 20:00 on the 4th in Greenwich is the 5th in Beijing.
    moments = np.array(["2020-01-04T20:00"], "datetime64[us]")
    timed = at_hours(moments, parse_hours(pa.array(["2114"])), ZONE)
    assert to_local(timed, ZONE).tolist() == [datetime(2020, 1, 5, 21, 14)]  # noqa: DTZ001


def test_the_summers_with_another_hour_are_known() -> None:
    """China had summer time from 1986 to 1991."""
    local = np.array(["1990-07-01T12:00", "1992-07-01T12:00"], "datetime64[us]")
    assert to_utc(local, ZONE).astype("datetime64[h]").astype(str).tolist() == [
        "1990-07-01T03",
        "1992-07-01T04",
    ]


def test_nothing_gives_nothing() -> None:
    empty = pa.array([], pa.string())
    assert (
        len(parse_times(empty, ZONE))
        == len(parse_times(empty, ZONE, ["%Y"]))
        == len(parse_hours(empty))
        == 0
    )
