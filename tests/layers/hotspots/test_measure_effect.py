"""What a measure did is told apart from what choosing the worst places does by itself."""

from dataclasses import replace

import numpy as np
import pytest

from layers.hotspots.cases import Cases
from layers.hotspots.intensity import Level
from layers.hotspots.measure_effect import Effect, dispersion, lasting_rate, measure_effect

SINCE, TAKEN, UNTIL = (np.datetime64(f"{year}-01-01", "s") for year in (2021, 2025, 2026))
DAYS, PLACES, CHOSEN = 5 * 365.25, 3000, 10
LEVEL = Level(np.arange(PLACES), np.arange(PLACES), PLACES, 10)


def make_cases(place: np.ndarray, days: np.ndarray, topic: int = 0) -> Cases:
    opened = SINCE + (days * 86_400).astype("timedelta64[s]")
    ones = np.ones(len(place), np.int64)
    return Cases(place.astype(np.int64), topic * ones, opened, opened, -ones, ones)


def make_world(seed: int, *, clump: int = 1, season: bool = False) -> Cases:
    """Places with very different rates, a few of them high; nothing ever changes."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.5, 1.0, PLACES)
    high = rng.random(PLACES) < 0.01
    rate[high] = rng.uniform(3, 12, high.sum())
    place = np.repeat(np.arange(PLACES), rng.poisson(rate * 5 / clump))
    days = rng.uniform(0, DAYS, len(place))
    size = 1 + rng.poisson(clump - 1, len(place))
    place, days = np.repeat(place, size), np.repeat(days, size)
    days += rng.uniform(0, 10, len(place)) * (clump > 1)
    if season:
        days = days // 365.25 * 365.25 + 120 + days % 365.25 / 4
    return make_cases(place[days < DAYS], days[days < DAYS])


def worst(cases: Cases) -> np.ndarray:
    before = np.bincount(cases.leaf[cases.opened < TAKEN], minlength=PLACES)
    return np.argsort(-before, kind="stable")[:CHOSEN]


def thinned(cases: Cases, places: np.ndarray, share: float) -> Cases:
    """Only this share of what happens after the measure at those places."""
    drawn = np.random.default_rng(1).random(len(cases.leaf))
    kept = (drawn < share) | (cases.opened < TAKEN) | ~np.isin(cases.leaf, places)
    return replace(cases, **{name: values[kept] for name, values in vars(cases).items()})


def effects(clump: int, share: float = 1.0, *, season: bool = False) -> list[Effect]:
    found = []
    for seed in range(5):
        world = make_world(seed, clump=clump, season=season)
        places = worst(world)
        world = thinned(world, places, share)
        found += [effect_at(world, int(place)) for place in places]
    return found


def effect_at(cases: Cases, place: int, topic: int = 0) -> Effect:
    return measure_effect(cases, LEVEL, place, topic, since=SINCE, taken=TAKEN, until=UNTIL)


def test_the_worst_places_of_clumped_cases_fall_by_themselves_and_that_is_no_effect() -> None:
    found = effects(clump=4)
    assert np.mean([one.naive for one in found]) < 0.8
    covered = [one.change.low <= 1 <= one.change.high for one in found]
    assert np.mean(covered) >= 0.8
    before = np.mean([one.before / one.years for one in found])
    assert np.mean([one.alone.value for one in found]) < 0.85 * before


@pytest.mark.parametrize("season", [False, True])
@pytest.mark.parametrize("share", [1.0, 0.5])
def test_the_interval_holds_what_was_done(share: float, season: bool) -> None:
    found = effects(1, share, season=season)
    covered = [one.change.low <= share <= one.change.high for one in found]
    assert np.mean(covered) >= 0.85
    assert np.mean([one.has_helped for one in found]) <= (0.1 if share == 1 else 1)
    assert np.median([one.change.value for one in found]) == pytest.approx(share, rel=0.1)


def test_half_of_many_cases_is_seen_as_help() -> None:
    rng = np.random.default_rng(2)
    place = np.repeat(np.arange(PLACES), 2)
    place, days = np.append(place, np.zeros(300)), rng.uniform(0, DAYS, len(place) + 300)
    effect = effect_at(thinned(make_cases(place, days), np.array([0]), 0.4), 0)
    assert effect.has_helped
    assert effect.change.low < 0.4 < effect.change.high


def test_what_the_topic_does_elsewhere_is_taken_off() -> None:
    rng = np.random.default_rng(3)
    # Everywhere twice as much in the last year.
    days = np.append(rng.uniform(0, 1461, 24_000), rng.uniform(1461, DAYS - 1, 12_000))
    place = rng.integers(0, 300, len(days))
    effect = effect_at(make_cases(place, days), 7)
    assert effect.elsewhere == pytest.approx(2, rel=0.05)
    assert effect.naive == pytest.approx(2, rel=0.4)
    assert effect.change.low < 1 < effect.change.high


def test_a_topic_that_hardly_anybody_else_has_leaves_much_open() -> None:
    rng = np.random.default_rng(7)
    own = np.sort(rng.uniform(0, DAYS - 1, 200))
    spans = []
    for others in (20, 5000):
        days = np.append(own, rng.uniform(0, DAYS - 1, others))
        place = np.append(np.zeros(200), rng.integers(1, PLACES, others))
        change = effect_at(make_cases(place, days), 0).change
        spans.append(np.log(change.high / change.low))
    assert spans[0] > 1.5 * spans[1]


def test_only_the_same_days_of_the_year_are_compared() -> None:
    # A summer topic, a case a day; what followed is known up to the end of June.
    days = np.concatenate([year * 365.25 + np.arange(150, 240) for year in range(5)])
    cases = make_cases(np.arange(len(days)) % 2, days)
    until = np.datetime64("2025-06-30", "s")
    effect = measure_effect(cases, LEVEL, 0, 0, since=SINCE, taken=TAKEN, until=until)
    assert (effect.before, effect.years, effect.after) == (4 * 15, 4, 15)


def test_of_a_handful_of_cases_nothing_is_told() -> None:
    few = make_cases(np.append(np.zeros(4), np.arange(1, 200)), np.linspace(0, 1400, 203))
    assert not effect_at(few, 0).is_telling
    assert not effect_at(few, 0).has_helped
    enough = make_cases(np.append(np.zeros(5), np.arange(1, 200)), np.linspace(0, 1400, 204))
    assert effect_at(enough, 0).is_telling


def test_another_topic_and_a_case_without_a_place_change_nothing() -> None:
    one = make_world(5)
    nowhere = make_cases(np.full(500, -1), np.linspace(0, DAYS - 1, 500))
    other = make_cases(np.zeros(500), np.linspace(0, DAYS - 1, 500), topic=1)
    joined = Cases(
        **{
            name: np.concatenate([getattr(part, name) for part in (one, nowhere, other)])
            for name in vars(one)
        }
    )
    assert effect_at(joined, 3) == effect_at(one, 3)


@pytest.mark.parametrize(
    ("since", "taken", "until", "words"),
    [
        (TAKEN, SINCE, UNTIL, "order"),
        (SINCE, TAKEN, TAKEN, "order"),
        (np.datetime64("2024-01-01"), TAKEN, UNTIL, "two years"),
    ],
)
def test_too_little_time_is_refused(
    since: np.datetime64, taken: np.datetime64, until: np.datetime64, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        measure_effect(make_world(1), LEVEL, 0, 0, since=since, taken=taken, until=until)


def test_a_topic_of_one_place_only_has_nothing_to_be_compared_with() -> None:
    days = np.linspace(0, DAYS - 1, 50)
    with pytest.raises(ValueError, match="nobody else"):
        effect_at(make_cases(np.zeros(50), days), 0)


def test_dispersion_is_one_for_single_cases_and_their_size_for_clumps() -> None:
    rng = np.random.default_rng(4)
    single = rng.poisson(0.3, (4000, 4, 4))
    assert dispersion(single) == pytest.approx(1, abs=0.05)
    assert dispersion(5 * single) == pytest.approx(5, rel=0.05)
    assert dispersion(np.zeros((3, 4, 4), np.int64)) == 1


def test_a_rate_is_drawn_towards_those_of_other_places() -> None:
    """Robbins: of places that are all alike, the fullest is no different."""
    rng = np.random.default_rng(6)
    alike = rng.poisson(8, 5000).astype(float)
    rates = np.geomspace(1e-3, 1e3, 241)
    assert float(lasting_rate(20, alike, 4) @ rates) == pytest.approx(2, rel=0.15)
    apart = np.append(alike, rng.poisson(80, 500))
    assert float(lasting_rate(80, apart, 4) @ rates) == pytest.approx(20, rel=0.1)
