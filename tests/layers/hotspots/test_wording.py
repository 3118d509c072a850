import math

import pytest

from layers.hotspots.claims import Interval
from layers.hotspots.wording import TITLES, say_change, say_claims
from tests.layers.hotspots.claim_rows import ROW

NAN = math.nan


def test_each_claim_is_said_in_both_languages_with_its_numbers() -> None:
    said = say_claims(ROW)
    assert list(said) == list(TITLES)
    assert said["intense"].zh == "48 件，通常 14.0 件；平常的 3.4 倍（2.5～4.5）"
    assert said["intense"].en == "48 cases, usually 14.0; 3.4 times the usual (2.5–4.5)"
    assert said["recurrent"].zh == (
        "分成 6 段，每年 1.2 段（0.5～2.4）；办结后又来 5 次，中间静了 62 天（中位数）"
    )
    assert said["current"].zh == "近一年每季 5.0 件（3.1～7.7），最近一件 12 天前；还在发生"
    assert said["rhythmic"].zh == (
        "夏季夜间：22～3 时 38 / 48 件，别处同专题只占 31%；5 月—8 月 44 / 48 件，别处同专题只占 34%"
    )
    assert said["rhythmic"].en.startswith("summer nights: 22:00–3:00 38 of 48, elsewhere 31%")
    assert said["burdensome"].en == "3 open, 2 of 48 begun again; settled in 11 days (median)"


@pytest.mark.parametrize(
    ("changed", "zh"),
    [
        ({"current_ended_p": 0.01}, "看来已经停了"),
        ({"current_days_since": 120.0}, "静了，碰巧这样的机会 26%"),
        ({"current_new_p": 0.02}, "是新出现的"),
    ],
)
def test_what_has_ended_is_quiet_or_is_new_is_called_so(changed: dict[str, float], zh: str) -> None:
    assert say_claims({**ROW, **changed})["current"].zh.endswith(f"；{zh}")


@pytest.mark.parametrize("p", [0.2, None, NAN])
def test_a_window_that_may_be_chance_is_not_said(p: float | None) -> None:
    row = {**ROW, "rhythmic_hours_p_value": p, "rhythmic_months_p_value": p}
    assert say_claims(row)["rhythmic"].zh == "夏季夜间：与全市同专题没有看出差别"


def test_hours_that_were_never_asked_for_may_be_missing_from_the_table() -> None:
    row = {name: value for name, value in ROW.items() if not name.startswith("rhythmic")}
    assert say_claims(row)["rhythmic"].zh == "与全市同专题没有看出差别"
    assert say_claims(row)["rhythmic"].en == "not told apart from its topic elsewhere"


def test_months_around_new_year_end_in_spring() -> None:
    row = {**ROW, "rhythmic_hours_p_value": 0.9, "rhythmic_months_first": 10}
    assert "11 月—2 月" in say_claims(row)["rhythmic"].zh
    assert "months 11–2" in say_claims(row)["rhythmic"].en


def test_nothing_settled_and_nothing_back_are_said_without_a_number() -> None:
    row = {
        **ROW,
        "burdensome_days_to_settle": NAN,
        "burdensome_reopened": NAN,
        "recurrent_returns": 0,
    }
    assert say_claims(row)["burdensome"].zh == "3 件在办，0 / 48 件重新办理；还没有办结的"
    assert "办结后又来" not in say_claims(row)["recurrent"].zh


def test_what_is_hardly_ever_expected_is_not_divided_by() -> None:
    said = say_claims({**ROW, "intense_expected": 0.0081})["intense"]
    assert said.zh == "48 件，通常几乎没有（0.008 件）"
    assert said.en == "48 cases, usually hardly any (0.008)"


def test_a_change_that_may_be_none_cannot_be_told() -> None:
    assert say_change(Interval(0.73, 0.25, 1.99)).zh == "看不出（−75% 到 +99%）"
    assert say_change(Interval(0.73, 0.25, 1.99)).en == "cannot tell (−75% to +99%)"
    assert say_change(Interval(0.4, 0.25, 0.8)).zh == "−60%（−75% 到 −20%）"
