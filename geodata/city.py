"""The profile of a city: what differs between two cities that run the same program."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROFILES = Path(__file__).parent / "cities"


class CityProfileError(ValueError):
    """The profile file is missing or says something that cannot be."""


@dataclass(frozen=True)
class Level:
    """One kind of area in the city's tree."""

    kind: str
    label: str
    label_en: str
    parents: tuple[str, ...]
    code_digits: int
    has_cells: bool = False


@dataclass(frozen=True)
class CityProfile:
    """Name, place, measure and levels of one city.

    The registry counts households; where their size is not known, it is that of the census of 2020.
    """

    name: str
    name_en: str
    centre_name: str
    centre_name_en: str
    case_prefix: str
    code_prefix: str
    envelope: tuple[float, float, float, float]
    metric_srid: int
    levels: tuple[Level, ...]
    centre_phone: str = ""
    residents_per_household: float = 2.6

    def level(self, kind: str) -> Level:
        """The level of that kind.

        Raises
        ------
        CityProfileError
            The city has no such level.
        """
        for level in self.levels:
            if level.kind == kind:
                return level
        known = ", ".join(level.kind for level in self.levels)
        raise CityProfileError(f"{self.name_en} has no level “{kind}”; it has: {known}")

    @property
    def cell_parents(self) -> tuple[str, ...]:
        """The kinds of area that cells tile."""
        return tuple(level.kind for level in self.levels if level.has_cells)

    @property
    def envelope_ewkt(self) -> str:
        """The envelope as EWKT in EPSG:4490."""
        west, south, east, north = self.envelope
        ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
        return f"SRID=4490;POLYGON(({ring}))"


def load_city(name_or_path: str) -> CityProfile:
    """Read a profile by the name of a shipped city or by the path of a file.

    Raises
    ------
    CityProfileError
        No such file, or a value that cannot be.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = PROFILES / f"{name_or_path}.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CityProfileError(f"city profile {path}: {error}") from error
    try:
        return _profile(values)
    except (KeyError, TypeError, ValueError) as error:
        raise CityProfileError(f"city profile {path}: {error!r}") from error


def _profile(values: dict[str, Any]) -> CityProfile:
    levels = tuple(
        Level(**{**level, "parents": tuple(level["parents"])}) for level in values.pop("levels")
    )
    west, south, east, north = (float(degree) for degree in values.pop("envelope"))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError("envelope must be west, south, east, north in degrees")
    if not values.get("residents_per_household", 1.0) > 0:
        raise ValueError("residents_per_household must be above 0")
    return CityProfile(envelope=(west, south, east, north), levels=levels, **values)
