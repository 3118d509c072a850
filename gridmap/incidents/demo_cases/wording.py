"""Titles, the words of reporters, and the notes of the steps: filled in for each case. Pure.

No line names a person.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from gridmap.incidents.demo_cases.clock import Ints, Times
from gridmap.incidents.demo_cases.events import CODES
from gridmap.incidents.demo_cases.matters import STEP_LINES, WORDS, Matter, matters, phrases
from gridmap.incidents.demo_cases.plan import Plan
from gridmap.incidents.demo_cases.scripted import SCRIPTS
from gridmap.incidents.demo_cases.sites import SITES
from gridmap.incidents.demo_cases.town import Texts, Town

Slots = dict[str, str]
ASK_SHARE, OWN_LISTENING_SHARE, GENERAL_SHARE = 0.45, 0.5, 0.18
# What is at stake is lognormal around what is usual.
AMOUNT_SIGMA = 0.6
HOURS = ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
WEEKDAYS = "一二三四五六日"
# From here on a house has a lift; what does not fit a place is as good as never chosen.
HIGH_FLOORS, UNFIT = 7, 1e-5
# Numbers drawn for each case.
DRAWS = 20
STEP_PHRASES = ("listen", "investigate", "deliberate", "mediate", "")


@dataclass(frozen=True)
class Wording:
    """What is said in each case; `notes` has a column for each step.

    `amounts` is in yuan, 0 where no line speaks of money; `people` how many are involved.
    """

    matter: Ints
    title: Texts
    voices: list[list[str]]
    notes: list[list[str]]
    amounts: Ints
    people: Ints


def word_cases(plan: Plan, town: Town, planned_talk: Times, rng: np.random.Generator) -> Wording:
    """The words of all cases of a plan; `planned_talk` is when the parties meet."""
    matter = _matters_of(plan, town, rng)
    amounts, people = _amounts(matter, rng), _people(matter, rng)
    slots = _slots(plan, town, planned_talk, amounts, people, rng)
    drawn = rng.random((len(matter), DRAWS)).tolist()
    every = matters()
    is_home = np.isin(town.spots.kind[plan.events.spot], ["home", "village"]).tolist()
    title, voices, notes, sums = [], [], [], []
    for row, number in enumerate(matter.tolist()):
        teller = _Teller(every[number], drawn[row], slots[row], is_home[row])
        script = SCRIPTS[plan.script[row]] if plan.script[row] >= 0 else None
        title.append(script.title if script else teller.title)
        voices.append(list(script.voices) if script else teller.voices(int(plan.voices[row])))
        said = list(script.notes) if script else []
        notes.append(said + teller.notes()[len(said) :])
        told = (title[-1], voices[-1][0], *notes[-1])
        sums.append(int(amounts[row]) if any(slots[row]["元"] in text for text in told) else 0)
    return Wording(matter, np.array(title, object), voices, notes, np.array(sums), people)


class _Teller:
    """One case: a title of its matter and lines that go with it, chosen by drawn numbers and filled in."""

    def __init__(self, matter: Matter, drawn: list[float], slots: Slots, is_home: bool) -> None:
        self.drawn, self.slots, self.is_home = drawn, slots, is_home
        number = int(drawn[0] * len(matter.titles))
        self.title = matter.titles[number].format(**slots)
        self.lines = _lines_for(matter.topic, matter.name, number)

    def _say(self, lines: list[str], draw: int) -> str:
        return lines[int(self.drawn[draw] * len(lines))].format(**self.slots)

    def voices(self, number: int) -> list[str]:
        """The first reporter tells it; the others say that they have it too."""
        words = self._say(self.lines[WORDS], 1)
        if self.drawn[2] < ASK_SHARE:
            words += self._say(phrases()["ask"], 3)
        return [words, *(self._say(phrases()["voice"], 4 + n) for n in range(number - 1))]

    def notes(self) -> list[str]:
        """One for each step; some of them as of any case."""
        return [self._note(n, letter) for n, letter in enumerate(STEP_LINES.values())]

    def _note(self, step: int, letter: str) -> str:
        occasion, draw = STEP_PHRASES[step], 9 + 2 * step
        lines = self.lines.get(letter, [])
        share = 1 - OWN_LISTENING_SHARE if step == 0 else GENERAL_SHARE
        if occasion and (not lines or self.drawn[draw + 1] < share):
            return self._say(_general(occasion, self.is_home), draw)
        return self._say(lines, draw)


@cache
def _general(occasion: str, is_home: bool) -> list[str]:
    """Only where people live there are households to go to."""
    return [line for line in phrases()[occasion] if is_home or "户" not in line]


@cache
def _lines_for(topic: str, name: str, title: int) -> dict[str, list[str]]:
    (matter,) = (m for m in matters() if (m.topic, m.name) == (topic, name))
    return matter.lines_for(title)


def _matters_of(plan: Plan, town: Town, rng: np.random.Generator) -> Ints:
    """The matter of each case: of its topic, at home at this kind of place in this month."""
    every = matters()
    month = plan.events.at.astype("datetime64[M]").astype(int) % 12 + 1
    kind = town.spots.kind[plan.events.spot]
    found = np.full(len(month), -1)
    building = np.maximum(town.spots.building[plan.events.spot], 0)
    is_high = town.buildings.floors[building] >= HIGH_FLOORS
    fast = plan.on_site & plan.is_dispute
    keys = list(zip(plan.events.topic, kind, month, plan.events.site, is_high, fast, strict=True))
    groups: dict[tuple[int, str, int, int, bool, bool], list[int]] = {}
    for row, key in enumerate(keys):
        groups.setdefault(key, []).append(row)
    for (topic, place, in_month, site, high, on_site), rows in groups.items():
        of_topic = [n for n, matter in enumerate(every) if matter.topic == CODES[topic]]
        only = SITES[site].matters if site >= 0 else ()
        weights = np.array([_weight(every[n], place, in_month, only) for n in of_topic])
        for n, number in enumerate(of_topic):
            unfit = (every[number].floors and not high) or (on_site and not every[number].is_fast)
            weights[n] *= UNFIT if unfit else 1.0
        found[rows] = rng.choice(of_topic, len(rows), p=weights / weights.sum())
    for own in np.flatnonzero(plan.script >= 0):
        script = SCRIPTS[plan.script[own]]
        (found[own],) = [
            n for n, m in enumerate(every) if (m.topic, m.name) == (script.topic, script.matter)
        ]
    return found


def _weight(matter: Matter, place: str, month: int, only: tuple[str, ...]) -> float:
    """Elsewhere or out of season it is rare enough never to happen, unless nothing else does."""
    weight = matter.weight if not only or matter.name in only else 1e-12
    return (
        weight
        * (1.0 if place in matter.where else 1e-6)
        * (1.0 if month in matter.months else 1e-4)
    )


def _amounts(matter: Ints, rng: np.random.Generator) -> Ints:
    usual = np.array([m.yuan or 300 for m in matters()])[matter]
    drawn = usual * rng.lognormal(0, AMOUNT_SIGMA, len(usual))
    # People name round sums.
    step = np.where(drawn < 1000, 10, np.where(drawn < 10_000, 100, 1000))
    return np.asarray(np.maximum(drawn // step * step, 30).astype(np.int64))


def _people(matter: Ints, rng: np.random.Generator) -> Ints:
    """Most are between two; wages and whole houses are about more."""
    many = np.array([m.topic in ("wages", "heating", "street_market") for m in matters()])[matter]
    few = 2 + (rng.random(len(matter)) < 0.25) * rng.integers(1, 5, len(matter))
    crowd = 2 + rng.geometric(0.13, len(matter)).clip(1, 36)
    return np.asarray(np.where(many, crowd, few))


def _slots(
    plan: Plan,
    town: Town,
    planned_talk: Times,
    amounts: Ints,
    people: Ints,
    rng: np.random.Generator,
) -> list[Slots]:
    """What the braces stand for in each case."""
    building = np.maximum(town.spots.building[plan.events.spot], 0)
    number = len(building)
    floors = town.buildings.floors[building]
    columns: dict[str, list[str]] = {
        "户": rng.integers(2, 7, number).astype(str).tolist(),
        "次": rng.integers(2, 6, number).astype(str).tolist(),
        "天": rng.integers(2, 10, number).astype(str).tolist(),
        "月": rng.integers(2, 11, number).astype(str).tolist(),
        "米": (rng.integers(2, 14, number) * 5).astype(str).tolist(),
        "车": rng.integers(18, 90, number).astype(str).tolist(),
        "度": rng.integers(13, 18, number).astype(str).tolist(),
        "人": np.maximum(people, 3).astype(str).tolist(),
        "层": np.maximum(floors - rng.integers(0, 2, number), 1).astype(str).tolist(),
        "单元": [f"{n} 单元" for n in rng.integers(1, 4, number)],
        "元": [f"{amount:,}" for amount in amounts],
        "点": _hours(plan.events.at, rng),
        "周": [
            f"周{WEEKDAYS[day]}"
            for day in (planned_talk.astype("datetime64[D]").astype(int) + 3) % 7
        ],
    }
    names = list(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _hours(at: Times, rng: np.random.Generator) -> list[str]:
    hours = (
        (at - at.astype("datetime64[D]")).astype("timedelta64[h]").astype(int)
        - rng.integers(0, 2, len(at))
    ) % 24
    return [_hour(hour) for hour in hours.tolist()]


def _hour(hour: int) -> str:
    """As it is said: 夜里一点, 早上六点, 晚上十一点."""
    parts = ((5, "夜里"), (9, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
    part = next(name for end, name in parts if hour < end)
    return f"{part}{HOURS[hour if hour <= 12 else hour - 12]}点"
