"""What disputes are about, in words: texts beside this module, read into tables. Pure.

One file for each topic. `= name weight` opens a matter; `who`, `where`, `months` and `yuan` say whom it is
with, at what kind of place and in which part of the year it happens, and how much is usually at stake;
`floors` how high the house is at least, `fast` that it can be settled on the spot. The lines below it begin with what they are: T title, W words of the reporter, L F D M S the notes of the five
steps (S also tells how it ended). Figures behind the letter name the titles that a line goes with; without
any it goes with all.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from gridmap.incidents.states import STEPS, Step
from gridmap.incidents.topics import TOPICS

HERE = Path(__file__).parent
TITLE, WORDS = "T", "W"
STEP_LINES: dict[Step, str] = dict(zip(STEPS, "LFDMS", strict=True))
KINDS = {WORDS, *STEP_LINES.values()}
ALL_YEAR = frozenset(range(1, 13))


class BadMatter(ValueError):
    """A line of a text of matters that nobody can read."""


@dataclass(frozen=True)
class Matter:
    """One kind of trouble within a topic."""

    topic: str
    name: str
    weight: float
    who: str = "none"
    where: frozenset[str] = frozenset()
    months: frozenset[int] = ALL_YEAR
    yuan: int = 0
    floors: int = 0
    is_fast: bool = False
    titles: list[str] = field(default_factory=list)
    lines: list[tuple[str, str, str]] = field(default_factory=list)

    def lines_for(self, title: int) -> dict[str, list[str]]:
        """The lines that go with a title (from 0), by what they are."""
        found: dict[str, list[str]] = {}
        for kind, titles, text in self.lines:
            if not titles or str(title + 1) in titles:
                found.setdefault(kind, []).append(text)
        return found


@cache
def matters() -> tuple[Matter, ...]:
    """Every matter of every topic, in the order of the topics."""
    return tuple(
        matter
        for topic in TOPICS
        for matter in read_matters(
            topic.code, (HERE / "matters" / f"{topic.code}.txt").read_text("utf-8")
        )
    )


def read_matters(topic: str, text: str) -> list[Matter]:
    """The matters of one file.

    Raises
    ------
    BadMatter
        A line that begins with none of the known letters, or before the first matter; a title without
        words or without an end.
    """
    found: list[Matter] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        head, _, rest = line.partition(" ")
        kind, titles = head[0], head[1:]
        if head == "=":
            found.append(_matter(topic, rest))
        elif head == TITLE and found:
            found[-1].titles.append(rest)
        elif kind in KINDS and (not titles or titles.isdigit()) and found:
            found[-1].lines.append((kind, titles, rest))
        else:
            raise BadMatter(f"{topic}: {line}")
    for matter in found:
        _check(matter)
    return found


def _check(matter: Matter) -> None:
    """Every title has words and an end; every figure names a title."""
    for number, title in enumerate(matter.titles):
        missing = {WORDS, "S"} - set(matter.lines_for(number))
        if missing:
            raise BadMatter(f"{matter.topic}: {title}: {sorted(missing)}")
    known = set("".join(str(n + 1) for n in range(len(matter.titles))))
    for _, titles, text in matter.lines:
        if set(titles) - known:
            raise BadMatter(f"{matter.topic}: {titles} {text}")


def _matter(topic: str, head: str) -> Matter:
    name, weight, *rest = head.split()
    said = dict(pair.split("=") for pair in rest)
    return Matter(
        topic=topic,
        name=name,
        weight=float(weight),
        who=said.get("who", "none"),
        where=frozenset(said["where"].split(",")),
        months=_months(said["months"]) if "months" in said else ALL_YEAR,
        yuan=int(said.get("yuan", 0)),
        floors=int(said.get("floors", 0)),
        is_fast="fast" in said,
    )


def _months(span: str) -> frozenset[int]:
    """`10-4` is October to April."""
    first, last = map(int, span.split("-"))
    return frozenset((first - 1 + n) % 12 + 1 for n in range((last - first) % 12 + 1))


@cache
def phrases() -> dict[str, list[str]]:
    """What is said with moves and visits, by the occasion."""
    said: dict[str, list[str]] = {}
    for line in filter(
        None, map(str.strip, (HERE / "phrases.txt").read_text("utf-8").splitlines())
    ):
        if line.startswith("= "):
            current = said.setdefault(line[2:], [])
        elif not line.startswith("#"):
            current.append(line)
    return said
