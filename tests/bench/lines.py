"""Ways of an import beside each other: what a row costs in each."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench import report
from tests.bench.servers import Cost, cost_of

HEADS = ["way", "rows", "µs a row", "client + server", "rows a CPU second"]


@dataclass(frozen=True)
class Line:
    """One way with so many rows, measured once or more often."""

    what: str
    rows: int
    costs: list[Cost]

    @property
    def per_row(self) -> float:
        return statistics.median(cost.total for cost in self.costs) / self.rows * 1e6

    def cells(self) -> list[str]:
        client, server = (
            statistics.median(getattr(cost, part) for cost in self.costs) / self.rows * 1e6
            for part in ("python", "database")
        )
        speed = 1e6 / self.per_row
        return [
            self.what,
            f"{self.rows:,}",
            f"{self.per_row:.2f}",
            f"{client:.2f} + {server:.2f}",
            f"{speed:,.0f}",
        ]


def measured_line(
    what: str,
    rows: int,
    act: Callable[[], object],
    *,
    before: Callable[[], object] = lambda: None,
    turns: int = 1,
) -> Line:
    """Told at once on the screen, because the whole takes long."""
    costs = []
    for _ in range(turns):
        before()
        costs.append(cost_of(act))
    line = Line(what, rows, costs)
    print(*line.cells(), sep=" | ", flush=True)
    return line


def lines_table(lines: Sequence[Line]) -> str:
    return report.table(HEADS, [line.cells() for line in lines])
