"""What a run found, printed and written to docs/benchmarks.md."""

import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from os import cpu_count
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"

INTRODUCTION = """# Benchmarks

Written by `make bench`; do not edit. Run on {day}: {cores} cores, {system}, Python {python},
PostgreSQL {postgres}, PostGIS {postgis}.

Figures are CPU milliseconds per request of server and database together, gunicorn with two
plain workers, {rounds} interleaved rounds, median; ratios are medians of the rounds' ratios.
"""


@dataclass(frozen=True)
class Line:
    """One comparison: ours against something else, in CPU milliseconds."""

    what: str
    ours: Sequence[float]
    other: Sequence[float]
    goal: str
    is_met: bool
    ratio: float

    def cells(self) -> list[str]:
        ours, other = statistics.median(self.ours), statistics.median(self.other)
        met = "met" if self.is_met else "**missed**"
        return [self.what, f"{ours:.2f}", f"{other:.2f}", f"{self.ratio:.2f}", self.goal, met]


@dataclass
class Report:
    """Sections of lines, each with a heading and a text."""

    facts: Mapping[str, object]
    sections: dict[str, tuple[str, list[Line]]] = field(default_factory=dict)

    def add(self, heading: str, text: str, line: Line) -> None:
        self.sections.setdefault(heading, (text, []))[1].append(line)
        print("  ".join(line.cells()))

    def write(self) -> None:
        parts = [INTRODUCTION.format(**self.facts)]
        for heading, (text, lines) in self.sections.items():
            rows = [
                ["", "ours, ms", "other, ms", "ratio", "goal", ""],
                ["---", "---:", "---:", "---:", "---", "---"],
                *(line.cells() for line in lines),
            ]
            table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
            parts.append(f"## {heading}\n\n{text}\n\n{table}\n")
        PAGE.write_text("\n".join(parts), encoding="utf-8")


def facts(postgres: str, postgis: str, rounds: int) -> dict[str, object]:
    return {
        "day": date.today().isoformat(),  # noqa: DTZ011 - the day on this machine's calendar
        "cores": cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgres": postgres,
        "postgis": postgis,
        "rounds": rounds,
    }
