"""What a forecast of all topics costs, and what a release does."""

import statistics
from collections.abc import Callable
from time import process_time

import numpy as np

from layers.hotspots.forecast import forecast
from layers.hotspots.forecast_maps import Neighbourhood
from layers.hotspots.release import Lattice, release
from tests.bench.report import table

SIDE, TOPICS, PERIODS, CASES_A_PERIOD = 100, 12, 60, 1000
DEMANDED_S, RELEASE_DEMANDED_S = 5.0, 5.0
TURNS = 3
CELLS, CELLS_A_COMMUNITY, CASES = 432, 9, 13_399

TEXT = """## Forecast and release

CPU seconds on one core, the median of {turns} runs. The forecast learns its weights on 36 origins for each of {topics} topics
on {cells:,} cells, with the past hits of all candidates; there is no peer for it. The release is of
{atoms:,} cells × topics × months with {cases:,} cases.

{figures}"""


def test_what_a_forecast_and_a_release_cost(measured: list[str]) -> None:
    counts, neighbourhood = city()
    lattice, atoms, links, people = registry()
    topics = list(range(TOPICS))
    figures = [
        (
            "forecast, all topics",
            cost(lambda: forecast(counts, neighbourhood, topics, period_d=30)),
            DEMANDED_S,
        ),
        (
            "release",
            cost(lambda: release(lattice, atoms, links, people, secret=b"bench")),
            RELEASE_DEMANDED_S,
        ),
    ]
    rows = [[what, f"{seconds:.2f}", f"≤ {most:.0f}"] for what, seconds, most in figures]
    measured.append(
        TEXT.format(
            turns=TURNS,
            topics=TOPICS,
            cells=SIDE**2,
            atoms=len(lattice.codes),
            cases=CASES,
            figures=table(["what", "CPU, s", "demanded"], rows),
        )
    )
    assert [what for what, seconds, most in figures if seconds > most] == []


def cost(run: Callable[[], object]) -> float:
    def once() -> float:
        began = process_time()
        run()
        return process_time() - began

    return statistics.median(once() for _ in range(TURNS))


def city() -> tuple[np.ndarray, Neighbourhood]:
    rng = np.random.default_rng(1)
    rates = rng.gamma(0.3, size=(SIDE**2, 1, TOPICS)) * rng.gamma(1, size=(1, 1, TOPICS))
    rates *= CASES_A_PERIOD / rates.sum()
    centres = np.argwhere(np.ones((SIDE, SIDE))) * 250.0
    near = Neighbourhood.of(centres, np.full(len(centres), 250.0**2))
    return rng.poisson(np.broadcast_to(rates, (SIDE**2, PERIODS, TOPICS))), near


def registry() -> tuple[Lattice, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    areas = [
        (f"cell {n}", f"community {n // CELLS_A_COMMUNITY}", f"suburb {n // 144}", "city")
        for n in range(CELLS)
    ]
    topics = [f"topic {n}" for n in range(TOPICS)]
    months = [f"month {n}" for n in range(PERIODS)]
    lattice = Lattice.of(areas, topics, months, sensitive=frozenset(topics[:3]), sensitive_from=1)
    weights = np.repeat(rng.gamma(0.3, size=CELLS * TOPICS), PERIODS)
    atoms = rng.choice(len(lattice.codes), CASES, p=weights / weights.sum())
    links = np.repeat(np.arange(CASES), 2)
    return lattice, atoms, links, rng.integers(20_000, size=len(links))
