"""What it costs to judge every place of a city in every topic."""

import time
from dataclasses import dataclass

import numpy as np

from layers.hotspots.intensity import Intensity, intensity
from tests.bench.report import table
from tests.layers.hotspots.ladders import Plant, Town, town
from tests.layers.hotspots.worlds import CASES, TOPICS

ROUNDS = 7
# Addresses, cases, and the most seconds it may take.
SIZES = ((7_350, CASES, 0.12), (100_000, 1_000_000, 2.0))
HEADS = ["cases", "places × topics", "CPU, s", "demanded", ""]
TEXT = """## Where more happens than usual

CPU seconds, least of {rounds} rounds, from cases to findings at their level; one thread. No open peer does this: what is
measured is every address, street window, estate, cell and community in every topic, against its own reference.

{rows}"""


@dataclass(frozen=True)
class Line:
    cases: int
    tested: int
    seconds: float
    most: float

    @property
    def is_met(self) -> bool:
        return self.seconds <= self.most

    def cells(self) -> list[str]:
        verdict = "met" if self.is_met else "MISSED"
        figures = f"{self.cases:,}", f"{self.tested:,}", f"{self.seconds:.3f}", f"≤ {self.most}"
        return [*figures, verdict]


def test_where_more_happens_than_usual(measured: list[str]) -> None:
    lines = [line_of(*size) for size in SIZES]
    rows = table(HEADS, [line.cells() for line in lines])
    measured.append(TEXT.format(rounds=ROUNDS, rows=rows))
    assert all(line.is_met for line in lines), lines


def line_of(addresses: int, cases: int, most: float) -> Line:
    city, _ = town(np.random.default_rng(1), [Plant(0, 60, 3)], addresses, cases)
    found = judge(city)
    assert found.chosen.any()
    return Line(len(city.leaf), found.tested, min(cost(city) for _ in range(ROUNDS)), most)


def judge(city: Town) -> Intensity:
    return intensity(city.leaf, city.topic, TOPICS, city.ladder)


def cost(city: Town) -> float:
    began = time.process_time()
    judge(city)
    return time.process_time() - began
