"""The profile of a city: what it says, and what it must not say."""

from pathlib import Path

import pytest

from geodata.city import PROFILES, CityProfileError, load_city


def written(folder: Path, line: str) -> str:
    """A file like that of the first city, with one more line above its levels."""
    path = folder / "other.toml"
    path.write_text(f"{line}\n{(PROFILES / 'jiayuguan.toml').read_text('utf-8')}", "utf-8")
    return str(path)


def test_a_city_that_does_not_know_its_households_has_those_of_the_census(tmp_path: Path) -> None:
    assert load_city("jiayuguan").residents_per_household == 2.6
    other = load_city(written(tmp_path, "residents_per_household = 3.1"))
    assert other.residents_per_household == 3.1


@pytest.mark.parametrize("value", ["0", "-2.6", "'many'"])
def test_households_without_anybody_are_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(CityProfileError, match=r"other\.toml"):
        load_city(written(tmp_path, f"residents_per_household = {value}"))
