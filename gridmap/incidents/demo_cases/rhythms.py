"""When things happen: months, weekdays and hours of each topic, and by which way a report comes. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridmap.incidents.demo_cases.clock import Ints, Numbers, Times, WorkingTime, seconds
from gridmap.incidents.topics import SOURCES

# Weights from midnight to midnight.
HOURS: dict[str, list[float]] = {
    "office": [0, 0, 0, 0, 0, 0, 0, 0.4, 5, 9, 9, 6, 1, 1, 3, 8, 8, 5, 1, 0.4, 0.2, 0, 0, 0],
    "day": [
        0.1,
        0.05,
        0.02,
        0.02,
        0.05,
        0.2,
        1,
        3,
        6,
        8,
        8,
        6,
        4,
        4,
        5,
        7,
        7,
        6,
        5,
        4,
        3,
        2,
        1,
        0.5,
    ],
    "evening": [
        3,
        1.5,
        0.6,
        0.3,
        0.2,
        0.5,
        1.5,
        2,
        2,
        2,
        2,
        2,
        3,
        3,
        2,
        2,
        2,
        3,
        5,
        8,
        10,
        11,
        10,
        6,
    ],
    "night": [9, 8, 6, 3, 1, 1, 1, 1.5, 2, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2.5, 3, 4, 8, 10],
    "morning": [0, 0, 0, 0, 0.2, 2, 8, 10, 10, 7, 5, 3, 2, 1, 1, 1, 2, 3, 4, 4, 3, 1, 0.3, 0],
}
# Weights from January to December.
MONTHS: dict[str, list[float]] = {
    "even": [9, 8, 10, 10, 10, 10, 10, 10, 10, 10, 10, 9],
    "summer": [3, 3, 5, 8, 12, 15, 17, 16, 11, 6, 3, 2],
    "warm": [3, 3, 7, 11, 13, 13, 13, 13, 11, 9, 4, 3],
    "winter": [18, 13, 8, 3, 0.3, 0.1, 0.1, 0.1, 0.3, 8, 22, 20],
    "year end": [22, 13, 5, 4, 5, 6, 7, 8, 8, 8, 10, 20],
    "fields": [2, 3, 10, 16, 14, 12, 10, 8, 10, 10, 4, 2],
    "holidays": [11, 12, 8, 8, 9, 9, 12, 12, 9, 10, 8, 9],
}


@dataclass(frozen=True)
class Rhythm:
    """The share of a topic in all disputes, and when it comes; `weekend` is a Saturday beside a weekday."""

    share: float
    months: str
    hours: str
    weekend: float


RHYTHMS: dict[str, Rhythm] = {
    "water_supply": Rhythm(0.105, "even", "day", 0.8),
    "noise_neighbour": Rhythm(0.12, "warm", "evening", 1.3),
    "property_mgmt": Rhythm(0.15, "even", "day", 0.6),
    "family": Rhythm(0.11, "holidays", "day", 0.9),
    "street_market": Rhythm(0.035, "warm", "morning", 1.2),
    "noise_road": Rhythm(0.025, "summer", "night", 0.9),
    "wages": Rhythm(0.085, "year end", "day", 0.35),
    "neighbour": Rhythm(0.13, "warm", "day", 1.0),
    "parking": Rhythm(0.075, "even", "evening", 1.1),
    "heating": Rhythm(0.06, "winter", "day", 1.0),
    "consumer": Rhythm(0.045, "holidays", "day", 1.2),
    "lending": Rhythm(0.025, "year end", "office", 0.3),
    "land": Rhythm(0.02, "fields", "office", 0.5),
    "tort": Rhythm(0.025, "even", "day", 0.9),
    "other": Rhythm(0.02, "even", "day", 0.7),
    "repair": Rhythm(1.0, "even", "day", 0.7),
}
# 12345, 110, 119, 122, patrol, building leader, walk-in, online, from above.
WAYS_IN: dict[str, list[float]] = {
    "": [42, 5, 0.3, 0, 27, 9, 10, 5.5, 1.2],
    "night": [66, 20, 0.4, 0.6, 2, 1, 3, 6.5, 0.5],
    "noise_neighbour": [40, 17, 0, 0, 17, 11, 8, 6, 1],
    "noise_road": [60, 9, 0, 4, 12, 2, 5, 7, 1],
    "family": [18, 13, 0, 0, 24, 16, 26, 1, 2],
    "wages": [38, 4, 0, 0, 8, 1, 38, 4, 7],
    "lending": [16, 5, 0, 0, 13, 4, 58, 2, 2],
    "land": [17, 2, 0, 0, 35, 17, 25, 1, 3],
    "street_market": [43, 5, 0, 2, 37, 3, 4, 5, 1],
    "parking": [40, 10, 0, 4, 25, 9, 5, 6, 1],
    "tort": [26, 19, 0, 3, 17, 5, 25, 3, 2],
    "repair": [44, 1, 0.5, 0.5, 36, 11, 2, 5, 0],
}
BY_OFFICE = ("walk_in", "superior")
ON_FOOT = ("patrol", "sentinel")
# Calls and cases grow over the years.
GROWTH_A_YEAR = 0.06
NIGHT = (22, 6)


def draw_days(
    rng: np.random.Generator, rhythm: Rhythm, days: npt.NDArray[np.datetime64], number: int
) -> npt.NDArray[np.datetime64]:
    """So many days, by the seasons of a topic, the weekday and the growth of the whole."""
    months = days.astype("datetime64[M]").astype(int) % 12
    weekday = (days.astype("datetime64[D]").astype(int) + 3) % 7
    weights = np.array(MONTHS[rhythm.months])[months] * np.where(weekday > 4, rhythm.weekend, 1)
    weights = weights * (1 + GROWTH_A_YEAR) ** (np.arange(len(days)) / 365.25)
    # Weeks differ more than chance alone would make them.
    weights = weights * rng.gamma(20, 1 / 20, len(days) // 7 + 1)[np.arange(len(days)) // 7]
    return days[rng.choice(len(days), number, p=weights / weights.sum())]


def draw_times(
    rng: np.random.Generator, hours: npt.ArrayLike, days: npt.NDArray[np.datetime64]
) -> Times:
    """A time on each day, by weights of the hours."""
    weights = np.asarray(hours, float)
    hour = rng.choice(24, len(days), p=weights / weights.sum())
    begun: Times = days.astype("datetime64[s]")
    return begun + seconds(hour * 3600 + rng.integers(0, 3600, len(days)))


def draw_ways_in(rng: np.random.Generator, topic: str, times: Times) -> Ints:
    """By which way each report comes, as the place in `SOURCES`; at night nobody walks about."""
    hour = (times - times.astype("datetime64[D]")).astype("timedelta64[h]").astype(int)
    is_night = (hour >= NIGHT[0]) | (hour < NIGHT[1])
    by_day, by_night = (np.array(WAYS_IN.get(key, WAYS_IN[""])) for key in (topic, "night"))
    drawn = [rng.choice(len(SOURCES), len(times), p=w / w.sum()) for w in (by_day, by_night)]
    return np.where(is_night, drawn[1], drawn[0])


def within_office(rng: np.random.Generator, times: Times, working: WorkingTime) -> Times:
    """Each time moved to the next hour at which a counter is open."""
    wait: Numbers = rng.exponential(2400, len(times)).clip(60, 9000)
    return working.after(times, wait.astype(np.int64))
