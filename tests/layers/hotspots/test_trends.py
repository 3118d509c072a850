"""Trends: by hand, and calibrated on counts without one."""

import numpy as np
import pytest
from scipy import stats

from layers.hotspots.trends import mann_kendall, slopes


def test_mann_kendall_by_hand() -> None:
    """1 2 3 4: S = 6, variance 4·3·13/18; 1 1 2: S = 2, variance (3·2·11 - 2·1·9)/18."""
    assert mann_kendall([[1, 2, 3, 4]]).score == pytest.approx([5 / np.sqrt(156 / 18)])
    assert mann_kendall([[1, 1, 2]]).score == pytest.approx([1 / np.sqrt(48 / 18)])
    falling = mann_kendall([[4, 3, 2, 1]])
    assert falling.score == pytest.approx([-5 / np.sqrt(156 / 18)])
    assert falling.p == pytest.approx(2 * stats.norm.cdf(falling.score))


def test_what_never_changes_has_no_trend() -> None:
    for trend in (
        mann_kendall([[3, 3, 3]]),
        mann_kendall([[3]]),
        slopes([[3, 3, 3]]),
        slopes([[3]]),
    ):
        assert trend.score.tolist() == [0]
        assert trend.p.tolist() == [1]


def test_no_series_have_no_trends() -> None:
    assert len(mann_kendall(np.zeros((0, 5))).p) == len(slopes(np.zeros((0, 5))).p) == 0


def test_mann_kendall_agrees_with_kendalls_tau_on_time() -> None:
    chance = np.random.default_rng(4)
    series = chance.poisson(4, (30, 12)).astype(float)
    signs = np.sign(series[:, :, None] - series[:, None, :])
    score = np.tril(signs, -1).sum(axis=(1, 2))
    found = mann_kendall(series).score
    assert (np.sign(found) == np.sign(np.where(abs(score) > 1, score, 0))).all()
    p = [stats.kendalltau(np.arange(12), row, method="asymptotic").pvalue for row in series]
    # SciPy corrects for ties but not for continuity: its p is smaller.
    assert (mann_kendall(series).p >= np.array(p) - 1e-12).all()


def test_slope_by_hand() -> None:
    """Two periods: the logarithm of the ratio, whatever the dispersion."""
    for dispersion in (0, 0.5):
        assert slopes([[4, 12]], dispersion=dispersion).slope == pytest.approx([np.log(3)])
    assert slopes([[4, 12]]).score == pytest.approx([8 / np.sqrt(16)])
    assert slopes([[4, 12]], profile=[1, 3]).score == pytest.approx([0])


def test_slopes_at_the_ends_and_without_cases() -> None:
    found = slopes([[0, 0, 5], [5, 0, 0], [0, 0, 0], [2, 4, 8], [16, 4, 1], [0, 0, 1]])
    assert found.slope == pytest.approx(
        [np.inf, -np.inf, np.nan, np.log(2), -np.log(4), np.inf], nan_ok=True
    )
    assert found.p[2] == 1


def test_slope_is_where_the_likelihood_is_largest() -> None:
    chance = np.random.default_rng(5)
    counts, time = chance.negative_binomial(2, 0.3, (20, 9)), np.arange(9)
    for row, slope in zip(counts, slopes(counts, dispersion=0.4).slope, strict=True):

        def loss(at: float, row: np.ndarray = row) -> float:
            levels = np.linspace(-4, 8, 1201)[:, None]
            means = np.exp(levels + at * (time - 4))
            ones = stats.nbinom.logpmf(row, 2.5, 2.5 / (2.5 + means))
            return float(-ones.sum(axis=1).max())

        assert loss(slope) <= min(loss(slope - 0.02), loss(slope + 0.02))


@pytest.mark.parametrize("mean", [0.3, 2.0, 20.0])
def test_without_a_trend_one_in_twenty_is_called_one(mean: float) -> None:
    chance = np.random.default_rng(6)
    plain = chance.poisson(mean, (4000, 20))
    spread = chance.negative_binomial(1 / 0.5, 1 / (1 + 0.5 * mean), (4000, 20))
    assert (slopes(plain).p <= 0.05).mean() == pytest.approx(0.05, abs=0.012)
    assert (slopes(spread, dispersion=0.5).p <= 0.05).mean() == pytest.approx(0.05, abs=0.012)
    assert (mann_kendall(plain).p <= 0.05).mean() <= 0.062
    if mean > 10:
        assert (slopes(spread).p <= 0.05).mean() > 0.3


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: mann_kendall([1, 2]), "series"),
        (lambda: mann_kendall([[1, np.nan]]), "series"),
        (lambda: slopes([[-1, 2]]), "counts"),
        (lambda: slopes([[1, 2]], dispersion=-1), "dispersion"),
        (lambda: slopes([[1, 2]], profile=[1]), "profile"),
        (lambda: slopes([[1, 2]], profile=[1, 0]), "profile"),
    ],
)
def test_bad_input_is_named(call, named: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=named):
        call()
