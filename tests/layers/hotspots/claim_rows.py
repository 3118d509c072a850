"""A conflict's claims as a row, for tests of what is said and drawn of them."""

from typing import Any

ROW: dict[str, Any] = {
    "intense_observed": 48, "intense_expected": 14.04, "intense_ratio": 3.42,
    "intense_ratio_low": 2.51, "intense_ratio_high": 4.49,
    "recurrent_spells": 6, "recurrent_spells_a_year": 1.2, "recurrent_spells_a_year_low": 0.5,
    "recurrent_spells_a_year_high": 2.4, "recurrent_returns": 5, "recurrent_quiet_before_return": 61.6,
    "current_a_quarter": 5.0, "current_a_quarter_low": 3.1, "current_a_quarter_high": 7.7,
    "current_days_since": 12.4, "current_quiet_chance": 0.26, "current_new_p": 0.5, "current_ended_p": 0.7,
    "rhythmic_hours_first": 22, "rhythmic_hours_length": 5, "rhythmic_hours_days": "all",
    "rhythmic_hours_observed": 38, "rhythmic_hours_expected": 14.9, "rhythmic_hours_p_value": 0.001,
    "rhythmic_months_first": 4, "rhythmic_months_length": 4, "rhythmic_months_days": "all",
    "rhythmic_months_observed": 44, "rhythmic_months_expected": 16.3, "rhythmic_months_p_value": 0.002,
    "rhythmic_when_hours": [22, 5], "rhythmic_when_days": "all", "rhythmic_when_months": [6, 3],
    "burdensome_open": 3, "burdensome_reopened": 2 / 48, "burdensome_days_to_settle": 11.4,
}  # fmt: skip
