"""The statistics of cells beside the libraries that planners know, in the same process."""

from collections.abc import Callable
from functools import cache
from time import process_time

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from esda.getisord import G_Local
from KDEpy import FFTKDE
from libpysal.graph import Graph

from geodata.assigning import NOWHERE, PolygonIndex
from layers.hotspots.cube import bin_cube
from layers.hotspots.density import Grid, density
from layers.hotspots.emerging import emerging
from layers.hotspots.gi_star import gi_star, permutation_p
from layers.hotspots.knox import knox
from layers.hotspots.neighbours import Weights, contiguity, row_standardised, with_self
from tests.bench.report import Comparison, comparison_table, table
from tests.bench.servers import Cost
from tests.geodata.tessellations import tessellation

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Run = Callable[[], object]

WIDTH, HEIGHT = 20_000.0, 15_000.0
FISHNET, FEW_CELLS = (115, 87), (30, 20)
CITY, MANY, MILLION = 13_399, 100_000, 1_000_000
PERMUTATIONS = 999
BANDWIDTH = 300.0
GRID = Grid(25.0, 25.0, 50.0, 400, 300)
PERIODS = 60

EXACT_P, IN_CELLS, DENSITY = 1 / 28, 1 / 15, 1 / 8
TURNS = 7
PICTURE_ERROR = 5e-4

TEXT = """## Statistics of cells

In one process, CPU time of all its threads. Cases lie as in a city of 20 × 15 km: 60 % in 200 clusters, 30 % on a lattice
of 40 m. Cells are a fishnet of 10,005, or 600 irregular polygons with 70,200 vertices.

{comparisons}

- **Exact p**: the p-values of Gi* by the table of all subset sums, beside 999 permutations by esda, whose p has a floor
  of 0.001. A test compares z and p first.
- **In cells**: points to polygons and counted; the peer is `geopandas.sjoin` and `groupby`, its points made beforehand.
- **Density**: a Gaussian kernel of 300 m on 120,000 points of a grid; the peer needs a larger grid around it, which
  is part of its price. The error is {error:.4f} % of the peak, the peer's {peer_error:.4f} %.

What has no peer here:

{figures}"""


def test_gi_star_is_esdas_and_right_for_standardised_weights() -> None:
    for cells in (FEW_CELLS, FISHNET):
        counts, weights, graph = gi_star_case(cells, MANY)
        z = gi_star(counts, weights)
        peer = esda(counts, graph, 0)
        assert abs(z - peer.Zs).max() < 1e-9
        assert abs(z - gi_star(counts, row_standardised(weights))).max() < 1e-9


def test_the_exact_p_is_what_permutations_tend_to() -> None:
    counts, weights, graph = gi_star_case(FEW_CELLS, CITY)
    exact = permutation_p(counts, weights)
    peer = esda(counts, graph, 9_999, keep_simulations=True)
    as_large = (peer.sim >= peer.Gs * (1 - 1e-12)).mean(axis=0)
    five_sigma = 5 * np.sqrt(exact.upper * (1 - exact.upper) / 9_999)
    assert (abs(as_large - exact.upper) <= five_sigma + 2e-4).all()


def test_points_are_in_the_cells_that_geos_says() -> None:
    cells, x, y = irregular(), *points(MANY)
    found = PolygonIndex(cells).find(x, y)
    pairs = gpd.sjoin(
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y)), gpd.GeoDataFrame(geometry=cells)
    )
    first = np.full(MANY, len(cells))
    np.minimum.at(first, pairs.index.to_numpy(), pairs["index_right"].to_numpy())
    assert (np.where(first < len(cells), first, NOWHERE) != found).sum() == 0


def test_costs_of_cells(measured: list[str]) -> None:
    rows = [
        *(exact_p(cells, cases) for cells in (FISHNET, FEW_CELLS) for cases in (CITY, MANY)),
        in_cells(),
        drawn(),
    ]
    text = TEXT.format(
        comparisons=comparison_table(rows),
        figures=table(["what", "CPU, ms"], figures()),
        error=100 * picture_error(density(*points(MILLION), GRID, BANDWIDTH)),
        peer_error=100 * picture_error(peers_picture()),
    )
    measured.append(text)
    assert [row.what for row in rows if not row.is_met] == []
    assert picture_error(density(*points(MILLION), GRID, BANDWIDTH)) <= PICTURE_ERROR


def exact_p(cells: tuple[int, int], cases: int) -> Comparison:
    counts, weights, graph = gi_star_case(cells, cases)
    ours, its = in_turns(
        lambda: permutation_p(counts, weights), lambda: esda(counts, graph, PERMUTATIONS)
    )
    what = f"exact p, {len(counts):,} cells, {cases:,} cases"
    demanded = EXACT_P if (cells, cases) == (FISHNET, MANY) else None
    return Comparison(what, ours, its, "esda, 999 permutations", demanded)


def in_cells() -> Comparison:
    cells, x, y = irregular(), *points(MILLION)
    index = PolygonIndex(cells)
    none = np.zeros(MILLION, np.int64)
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y))
    polygons = gpd.GeoDataFrame(geometry=cells)
    ours, its = in_turns(
        lambda: bin_cube(index.find(x, y), none, none, (len(cells), 1, 1)),
        lambda: gpd.sjoin(frame, polygons).groupby("index_right").size(),
    )
    return Comparison(
        "1,000,000 points in 600 irregular cells", ours, its, "geopandas.sjoin", IN_CELLS
    )


def drawn() -> Comparison:
    x, y = points(MILLION)
    ours, its = in_turns(lambda: density(x, y, GRID, BANDWIDTH), peers_picture)
    return Comparison("density of 1,000,000 points", ours, its, "KDEpy, FFT", DENSITY)


def figures() -> list[list[str]]:
    counts, weights, _ = gi_star_case(FISHNET, MANY)
    by_period = np.random.default_rng(5).multinomial(
        gi_star_case(FISHNET, CITY)[0].astype(int), np.full(PERIODS, 1 / PERIODS)
    )
    cells = irregular()
    runs: dict[str, Run] = {
        "z of Gi*, 10,005 cells": lambda: gi_star(counts, weights),
        f"emerging hot spots, 10,005 cells × {PERIODS} periods": lambda: emerging(
            by_period, weights
        ),
        "queen neighbours of 600 irregular cells": lambda: contiguity(cells),
        "rook neighbours of 600 irregular cells": lambda: contiguity(cells, "rook"),
        "index of 600 irregular cells, built once": lambda: PolygonIndex(cells),
        "Knox, 13,399 cases, 100 m and 14 days, 999 permutations": near_repeats(CITY),
        "Knox, 100,000 cases, 100 m and 14 days, 999 permutations": near_repeats(MANY),
    }
    return [[what, f"{1000 * min(cost(run) for _ in range(3)):.2f}"] for what, run in runs.items()]


def near_repeats(count: int) -> Run:
    days = np.random.default_rng(6).integers(0, 1826, count)
    return lambda: knox(*points(count), days, (100, 14), rng=np.random.default_rng(1))


def in_turns(ours: Run, its: Run) -> tuple[list[Cost], list[Cost]]:
    ours(), its()
    rounds = [(cost(ours), cost(its)) for _ in range(TURNS)]
    return [Cost(own, 0) for own, _ in rounds], [Cost(its, 0) for _, its in rounds]


def cost(run: Run) -> float:
    began = process_time()
    run()
    return process_time() - began


@cache
def points(count: int) -> tuple[Floats, Floats]:
    chance = np.random.default_rng(2026)
    size = np.array([WIDTH, HEIGHT])
    centres = chance.uniform(0, size, (200, 2))
    clustered = centres[chance.integers(0, 200, count)] + chance.normal(0, 150, (count, 2))
    scattered = chance.uniform(0, size, (count, 2))
    xy = np.where(chance.random((count, 1)) < 0.6, clustered, scattered)
    xy = np.where(chance.random((count, 1)) < 0.3, np.rint(xy / 40) * 40, xy).clip(1, size - 1)
    return np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])


@cache
def irregular() -> npt.NDArray[np.object_]:
    cells: npt.NDArray[np.object_] = tessellation(
        np.random.default_rng(1), *FEW_CELLS, size_m=700.0, bends=28
    )
    return cells


def cell_of(cells: tuple[int, int], cases: int) -> Ints:
    columns, rows = cells
    x, y = points(cases)
    found: Ints = (y * rows / HEIGHT).astype(np.int64) * columns + (x * columns / WIDTH).astype(
        np.int64
    )
    return found


def gi_star_case(cells: tuple[int, int], cases: int) -> tuple[Floats, Weights, Graph]:
    columns, rows = cells
    west, south = np.meshgrid(np.arange(columns, dtype=float), np.arange(rows, dtype=float))
    around = contiguity(shapely.box(west, south, west + 1, south + 1).ravel())
    counts = np.bincount(cell_of(cells, cases), minlength=columns * rows).astype(float)
    graph = Graph.from_arrays(*around.nonzero(), np.ones(around.nnz))
    return counts, with_self(around), graph


def esda(
    counts: Floats, graph: Graph, permutations: int, *, keep_simulations: bool = False
) -> G_Local:
    return G_Local(
        counts,
        graph,
        transform="B",
        star=True,
        permutations=permutations,
        seed=1,
        n_jobs=1,
        keep_simulations=keep_simulations,
    )


@cache
def peers_input() -> tuple[Floats, Floats]:
    """Cases, and a grid that is wider by seven bandwidths, for the peer wants all that reaches it inside.

    In bandwidths: the peer cuts its kernel where it is below a fixed number, in metres much too near.
    """
    wide = Grid(GRID.west - 42 * 50, GRID.south - 42 * 50, 50.0, 484, 384)
    at = np.stack(np.meshgrid(wide.x, wide.y, indexing="ij"), axis=-1).reshape(-1, 2)
    return np.column_stack(points(MILLION)) / BANDWIDTH, at / BANDWIDTH


def peers_picture() -> Floats:
    cases, at = peers_input()
    found = FFTKDE(kernel="gaussian", bw=1).fit(cases).evaluate(at).reshape(484, 384)
    inner: Floats = found[42:442, 42:342].T * MILLION / BANDWIDTH**2
    return inner


def picture_error(picture: Floats) -> float:
    """The largest of 100 points and the peak, of the peak."""
    x, y = points(MILLION)
    row, column = np.random.default_rng(7).integers(0, picture.shape, (100, 2)).T
    peak = np.unravel_index(picture.argmax(), picture.shape)
    row, column = np.append(row, peak[0]), np.append(column, peak[1])
    exact = [
        np.exp(-((x - GRID.x[j]) ** 2 + (y - GRID.y[i]) ** 2) / (2 * BANDWIDTH**2)).sum()
        for i, j in zip(row, column, strict=True)
    ]
    scale = 2 * np.pi * BANDWIDTH**2
    return float(abs(picture[row, column] - np.array(exact) / scale).max() / picture.max())
