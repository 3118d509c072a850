"""Which days are alike."""

from datetime import date, timedelta

from gridmap.performance.usual import days_alike


def test_the_days_alike_have_the_weekday_and_lie_in_the_season() -> None:
    for day in (date(2026, 7, 14), date(2024, 2, 29), date(2028, 1, 1), date(2026, 12, 31)):
        alike = days_alike(day)
        assert len(alike) == len(set(alike)) == 8 + 5 * 7
        assert {one.weekday() for one in alike} == {day.weekday()}
        assert max(alike) == day - timedelta(weeks=1)
        for years in range(1, 6):
            middle = alike[8 + 7 * (years - 1) + 3]
            same = day - timedelta(days=round(365.2425 * years))
            assert abs(middle - same) <= timedelta(days=4)
