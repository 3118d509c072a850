"""The table of a run, on the screen and in docs/benchmarks.md."""

import math
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from django.db import connection
from django.utils import timezone

from tests.bench.servers import ROOT, Cost

FILE = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Comparison:
    """Rounds of ours and of a peer, in turns; a demand is the most that ours may cost of theirs."""

    what: str
    ours: Sequence[Cost]
    peer: Sequence[Cost]
    peer_name: str
    demanded: float | None = None

    @property
    def ratios(self) -> list[float]:
        """Ours to the peer's, round by round."""
        return [own.total / its.total for own, its in zip(self.ours, self.peer, strict=True)]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def interval(self) -> tuple[float, float]:
        """Where the median lies with 95 % certainty, however the ratios are spread: two of them, by their rank."""
        ordered, half = sorted(self.ratios), len(self.ratios) / 2
        reach = 0.98 * math.sqrt(len(ordered))
        first, last = math.floor(half - reach) - 1, math.ceil(half + reach)
        return ordered[max(first, 0)], ordered[min(last, len(ordered) - 1)]

    @property
    def is_met(self) -> bool:
        return self.demanded is None or self.ratio <= self.demanded

    @property
    def is_certain(self) -> bool:
        """Whether the whole interval lies on one side of the demand: else more rounds may tell otherwise."""
        low, high = self.interval
        return self.demanded is None or (low > self.demanded) == (high > self.demanded)

    def cells(self) -> list[str]:
        low, high = self.interval
        return [
            self.what,
            milliseconds(self.ours),
            self.peer_name,
            milliseconds(self.peer),
            _ratio(self.ratio),
            f"{_ratio(low)} to {_ratio(high)}",
            "" if self.demanded is None else f"≤ {_ratio(self.demanded)}",
            "" if self.demanded is None else ("met" if self.is_met else "MISSED"),
        ]


@dataclass(frozen=True)
class Figure:
    """What one request takes, with nothing to compare."""

    what: str
    size: int
    statements: int
    costs: Sequence[Cost]

    def cells(self) -> list[str]:
        return [self.what, f"{self.size:,}", str(self.statements), milliseconds(self.costs)]


HEADS = ["request", "ours, ms", "peer", "peer, ms", "ratio", "95 % sure", "demanded", ""]
FIGURE_HEADS = ["request", "bytes", "SQL statements", "CPU, ms"]
TEXT = """# What things cost

Written by `make bench`. CPU time in milliseconds (of which Python + database); medians of rounds in which ours and
the peer take turns; “95 % sure” is where the median of the ratios lies.
"""
HEAD = "## "


def publish(sections: Sequence[str]) -> None:
    """Print what was measured and write it to docs/benchmarks.md, in place of what stood there of the same."""
    print("", *sections, sep="\n\n")
    known = {_head(section): section for section in _sections(FILE.read_text())}
    known |= {_head(one): f"{one.rstrip()}\n\nMeasured {machine()}.\n" for one in sections}
    FILE.write_text("\n".join([TEXT, *known.values()]))


def _sections(text: str) -> list[str]:
    return [f"{HEAD}{section.rstrip()}\n" for section in text.split(f"\n{HEAD}")[1:]]


def _head(section: str) -> str:
    return section.partition("\n")[0]


def comparison_table(rows: Sequence[Comparison]) -> str:
    return table(HEADS, [row.cells() for row in rows])


def figure_table(rows: Sequence[Figure]) -> str:
    return table(FIGURE_HEADS, [row.cells() for row in rows])


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns padded to the same width, so that it reads well unrendered."""
    widths = [max(len(cell) for cell in column) for column in zip(heads, *rows, strict=True)]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (heads, rule, *rows)
    )


def machine() -> str:
    """What the figures depend on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), postgis_lib_version()")
        postgres, postgis = cursor.fetchone()
    packages = ("Django", "gunicorn", "psycopg2-binary", "django-vectortiles")
    return "; ".join(
        [
            f"{timezone.localdate():%Y-%m-%d} on {os.cpu_count()} cores ({_processor()}), load {os.getloadavg()[0]:.1f}",
            f"PostgreSQL {postgres.split()[0]}, PostGIS {postgis}",
            f"Python {platform.python_version()}",
            ", ".join(f"{package} {version(package)}" for package in packages),
        ]
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def milliseconds(costs: Sequence[Cost]) -> str:
    python = statistics.median(cost.python for cost in costs) * 1000
    database = statistics.median(cost.database for cost in costs) * 1000
    return f"{python + database:.2f} ({python:.2f} + {database:.2f})"


def _ratio(value: float) -> str:
    """A third is told as 1/3.00: so many times less."""
    return f"{value:.2f}" if value >= 0.8 else f"1/{1 / value:.2f}"
