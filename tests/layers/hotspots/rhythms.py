"""Conflicts with a rhythm of their own in a topic with another, and how often the rhythm is found."""

import numpy as np
import numpy.typing as npt

from layers.hotspots.rhythm import Days, hour_peak, month_peak

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# A topic of the city: quiet nights, busier weekdays.
WEEK = np.outer([6, 6, 6, 6, 6, 4, 4], 1 + np.sin(np.pi * np.arange(24) / 24) ** 2 * 6)
YEAR = np.array([5, 5, 6, 7, 8, 9, 9, 9, 8, 7, 6, 5.0])
NIGHT, MORNING = np.r_[22:24, 0:4], np.arange(6, 10)


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def drawn(generator: np.random.Generator, shares: Floats, size: int) -> Ints:
    flat = generator.multinomial(size, shares.ravel() / shares.sum())
    return flat.reshape(shares.shape)


def only(slots: Ints, days: slice = slice(None)) -> Floats:
    """The topic's week, but nothing outside these hours and days."""
    week = np.zeros_like(WEEK)
    week[days, slots] = WEEK[days, slots]
    return week


def mixed(generator: np.random.Generator, inside: Floats, usual: Floats, size: int) -> Ints:
    """Four of five cases as `inside` has them."""
    special = generator.binomial(size, 0.8)
    return drawn(generator, inside, special) + drawn(generator, usual, size - special)


def overlap(first: int, length: int, slots: Ints, around: int) -> float:
    """Slots in common ÷ slots in either."""
    window = set((np.arange(first, first + length) % around).tolist())
    return len(window & set(slots.tolist())) / len(window | set(slots.tolist()))


LEVEL = 0.05
# Cases of the topic elsewhere in the city.
CITY = 1500


def like_the_topic(
    shares: Floats, size: int, runs: int, *, city: int = CITY, replicates: int = 999
) -> float:
    """How often a place that follows its topic is said to have a peak."""
    generator = rng(3, size, runs)
    ask = hour_peak if shares.ndim == 2 else month_peak
    chances = []
    for _ in range(runs):
        place, others = drawn(generator, shares, size), drawn(generator, shares, city)
        chances.append(ask(place, others, rng=generator, replicates=replicates).p_value)
    return float(np.mean(np.array(chances) <= LEVEL))


def of_hours(days: Days, hours: Ints, size: int, runs: int) -> tuple[float, float]:
    """How often the peak is found, and how often with half of its slots and the right kind of day."""
    generator = rng(4, size, runs)
    rows = {Days.ALL: slice(0, 7), Days.WEEKEND: slice(5, 7)}[days]
    found = []
    for _ in range(runs):
        place = mixed(generator, only(hours, rows), WEEK, size)
        peak = hour_peak(place, drawn(generator, WEEK, CITY), rng=generator)
        is_right = overlap(peak.first, peak.length, hours, 24) >= 0.5 and peak.days == days
        found.append((peak.p_value <= LEVEL, is_right))
    is_found, is_right = np.mean(found, axis=0)
    return float(is_found), float(is_right)


def of_summer(size: int, runs: int) -> float:
    """How often a peak is found where four of five cases happen from June to August."""
    generator = rng(6, size, runs)
    summer = np.where((np.arange(12) >= 5) & (np.arange(12) <= 7), YEAR, 0)
    chances = []
    for _ in range(runs):
        place = mixed(generator, summer, YEAR, size)
        chances.append(month_peak(place, drawn(generator, YEAR, CITY), rng=generator).p_value)
    return float(np.mean(np.array(chances) <= LEVEL))
