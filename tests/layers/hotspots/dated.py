"""A town whose cases have times, callers and rounds, for the whole pipeline."""

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from layers.hotspots.cases import Cases
from layers.hotspots.conflicts import Found, Places, recurring_conflicts
from layers.hotspots.ladder import NOWHERE
from layers.hotspots.naming import Words
from tests.layers.hotspots.ladders import ADDRESS, CELL, ESTATE, STREET, Plant, town
from tests.layers.hotspots.worlds import TOPICS

SINCE, UNTIL = (np.datetime64(day, "us") for day in ("2021-01-01", "2026-01-01"))
LEVELS = ("address", "street", "estate", "cell", "community")
NAMES = [Words(f"专题{n}", f"topic {n}") for n in range(TOPICS)]
# About four findings in a thousand cases, as in the demonstration city.
PLANTS = [
    Plant(level, cases, topic)
    for level, cases in ((ADDRESS, 20), (STREET, 30), (ESTATE, 30), (CELL, 40))
    for topic in range(TOPICS)
]


@dataclass(frozen=True)
class Dated:
    """What the pipeline asks for, and a point of each case in metres."""

    cases: Cases
    places: Places
    x: np.ndarray
    y: np.ndarray

    def found(self, source: Any = None) -> Found:
        return recurring_conflicts(
            self.cases if source is None else source,
            self.places,
            NAMES,
            since=SINCE,
            until=UNTIL,
            seed=5,
        )


def dated(seed: int, addresses: int, cases: int, times: int = 1) -> Dated:
    """Planted conflicts come back in the evenings; one is a burst, one a single caller, one address a desk."""
    rng = np.random.default_rng(seed)
    plants = [Plant(one.level, times * one.cases, one.topic) for one in PLANTS]
    city, _ = town(rng, plants, addresses, cases)
    order = rng.permutation(len(city.leaf))
    leaf, topic, count = city.leaf[order], city.topic[order], len(order)
    leaf[rng.choice(count, 90 * times, replace=False)] = 77
    leaf[rng.choice(count, count // 50, replace=False)] = NOWHERE
    opened = SINCE + rng.integers(0, (UNTIL - SINCE).astype(int), count).astype("timedelta64[us]")
    evening = rng.integers(18, 23, count).astype("timedelta64[h]")
    opened = np.where(topic == 6, opened.astype("datetime64[D]") + evening, opened)
    opened = np.where(topic == 1, SINCE + (opened - SINCE) // 20, opened)
    settled = opened + rng.exponential(1e12, count).astype("timedelta64[us]")
    made = Cases(
        leaf=leaf,
        topic=topic,
        opened=opened,
        settled=np.where(rng.random(count) < 0.03, np.datetime64("NaT"), settled),
        caller=_callers(rng, topic),
        round=1 + (rng.random(count) < 0.05),
    )
    side = int(np.ceil(np.sqrt(addresses)))
    x, y = (np.where(leaf == NOWHERE, np.nan, part * 40.0 + 20) for part in divmod(leaf, side))
    names = [[Words(f"地{n}", f"place {n}") for n in range(s.places)] for s in city.ladder.levels]
    return Dated(made, Places(city.ladder, LEVELS, names), x, y)


def _callers(rng: np.random.Generator, topic: np.ndarray) -> np.ndarray:
    known = np.where(rng.random(len(topic)) < 0.3, -1, rng.integers(1, len(topic), len(topic)))
    return np.where((topic == 4) & (rng.random(len(topic)) < 0.6), 0, known)


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two results differ by a bit; what is no number is the same as itself."""
    if is_dataclass(one):
        pairs = [(f.name, getattr(one, f.name), getattr(other, f.name)) for f in fields(one)]
        return [said for name, a, b in pairs for said in differences(a, b, f"{where}.{name}")]
    if isinstance(one, list | tuple) and len(one) == len(other):
        pairs = [(str(n), a, b) for n, (a, b) in enumerate(zip(one, other, strict=True))]
        return [said for name, a, b in pairs for said in differences(a, b, f"{where}[{name}]")]
    if isinstance(one, np.ndarray):
        missing = one.dtype.kind in "fM"
        is_same = one.dtype == other.dtype and np.array_equal(one, other, equal_nan=missing)
    else:
        is_same = one == other or (one != one and other != other)
    return [] if is_same else [f"{where}: {one} and {other}"]
