"""The colours, classes and legends of every map, once: for the web, folium and print.

The stylesheet writes the same values as custom properties; a test compares the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Theme = Literal["light", "dark"]

MAP: dict[Theme, dict[str, str]] = {
    "light": {
        "m-land": "#F3F0E9",
        "m-bed": "#EAE4D8",
        "m-water": "#C3DCE8",
        "m-urban": "#FDFCFA",
        "m-block": "#EEEAE1",
        "m-com": "#F3ECDF",
        "m-ind": "#E9E8E5",
        "m-pub": "#F0E9EA",
        "m-park": "#DCE8D2",
        "m-track": "#D3DFC6",
        "m-bldg": "#DFD9CC",
        "m-bldg-l": "#CBC4B5",
        "m-road": "#FFFFFF",
        "m-road-c": "#DFDACE",
        "m-main": "#FFF8E4",
        "m-main-c": "#E3D5AC",
        "m-mw": "#F4D691",
        "m-mw-c": "#D0A54F",
        "m-mw-mid": "#FFF5DC",
        "m-rail": "#9C978D",
        "m-cell": "#A49E91",
        "m-comm": "#7E7A72",
        "m-text": "#5A564E",
        "m-text-2": "#6B675E",
        "m-water-text": "#3E677D",
        "m-halo": "rgba(250,248,243,.92)",
        "m-pale": "rgba(248,247,243,.66)",
        "m-mine": "#1559A6",
        "m-sel": "#0B3D75",
        "m-me": "#2F7DE1",
    },
    "dark": {
        "m-land": "#15191B",
        "m-bed": "#1A1F20",
        "m-water": "#1B3544",
        "m-urban": "#23282B",
        "m-block": "#1A1E20",
        "m-com": "#1F211F",
        "m-ind": "#1B1E21",
        "m-pub": "#1F1F22",
        "m-park": "#19251D",
        "m-track": "#203025",
        "m-bldg": "#272C2E",
        "m-bldg-l": "#343A3C",
        "m-road": "#2E3437",
        "m-road-c": "#1D2123",
        "m-main": "#3A3B34",
        "m-main-c": "#23251F",
        "m-mw": "#5E4E2C",
        "m-mw-c": "#2B2618",
        "m-mw-mid": "#7A673C",
        "m-rail": "#5B6266",
        "m-cell": "#4B5356",
        "m-comm": "#7C868B",
        "m-text": "#A9AFB2",
        "m-text-2": "#8F979B",
        "m-water-text": "#7FA9BF",
        "m-halo": "rgba(18,22,24,.9)",
        "m-pale": "rgba(16,19,22,.55)",
        "m-mine": "#86B7EE",
        "m-sel": "#CFE3FA",
        "m-me": "#2F7DE1",
    },
}

# More (h), fewer (c), change against the period before (d). In the dark, more is lighter.
PALETTES: dict[Theme, dict[str, str]] = {
    "light": {
        "h1": "#FBE3BC",
        "h2": "#F5BE7E",
        "h3": "#E78F4C",
        "h4": "#C55F33",
        "h5": "#943A2B",
        "h6": "#5E1F25",
        "c1": "#DDE9F3",
        "c2": "#A9C8E2",
        "c3": "#6C9FCB",
        "c4": "#3A73AC",
        "c5": "#1D4B82",
        "d-3": "#1F5C99",
        "d-2": "#6FA3CF",
        "d-1": "#BFD7EA",
        "d0": "#F0EEE8",
        "d1p": "#F5CFA3",
        "d2p": "#DD8A3F",
        "d3p": "#964411",
    },
    "dark": {
        "h1": "#3A2A22",
        "h2": "#6B3B27",
        "h3": "#A5512A",
        "h4": "#DB7A34",
        "h5": "#F5AE57",
        "h6": "#FFE6AE",
        "c1": "#1C2A38",
        "c2": "#23486B",
        "c3": "#3673A8",
        "c4": "#6DA8DA",
        "c5": "#BBDDF7",
        "d-3": "#8CC4F2",
        "d-2": "#4685BC",
        "d-1": "#27455F",
        "d0": "#2A2D2F",
        "d1p": "#5A3A20",
        "d2p": "#C0702C",
        "d3p": "#F9BC72",
    },
}

# Faults of an import: overlap, gap, sliver, outside, invalid, and the digit on their discs.
FAULTS: dict[Theme, dict[str, str]] = {
    "light": {
        "f-o": "#8A2C86",
        "f-g": "#B3261E",
        "f-s": "#8A4B00",
        "f-t": "#1559A6",
        "f-i": "#1B1E23",
        "f-on": "#FFFFFF",
    },
    "dark": {
        "f-o": "#D993D6",
        "f-g": "#F59A92",
        "f-s": "#F0B765",
        "f-t": "#86B7EE",
        "f-i": "#ECEEF0",
        "f-on": "#101316",
    },
}

# Counts and, divided by ten, rates per 1,000 residents stop at these steps: each is about half more than the one
# before. From 4,000 on they are those from 4 on, a thousand times.
LADDER = (
    1, 2, 4, 6, 9, 14, 22, 35, 55, 85, 130, 200, 300, 460, 700, 1_100, 1_700, 2_600,
    4_000, 6_000, 9_000, 14_000, 22_000, 35_000, 55_000, 85_000, 130_000, 200_000, 300_000,
)  # fmt: skip
STEPS = 6
# Ratios to the period before; the first class is everything down to none.
CHANGE_BREAKS = (0, 1 / 2, 1 / 1.5, 1 / 1.2, 1.2, 1.5, 2)
CHANGES = ("d-3", "d-2", "d-1", "d0", "d1p", "d2p", "d3p")
# Of the highest density of the whole time; cases in a square kilometre are rounded to fives.
DENSITY_SHARES = (0.15, 0.27, 0.41, 0.57, 0.74, 0.90)
ROUNDED_TO = 5.0


@dataclass(frozen=True)
class ColourClass:
    """One line of a legend: everything from `lower` up to the next class."""

    lower: float
    colour: str


def tokens(theme: Theme) -> dict[str, str]:
    """Every map colour of a theme by the name of its custom property, without the dashes."""
    return {**MAP[theme], **PALETTES[theme], **FAULTS[theme]}


def count_breaks(counts: npt.ArrayLike, *, per: float = 1) -> tuple[float, ...]:
    """The lower edges of six classes, the same while time plays.

    Parameters
    ----------
    counts : array_like
        The counts of every cell over the whole selectable time, at the chosen window length;
        zeros are a class without fill and do not count.
    per : float
        What the ladder is divided by: 10 for rates per 1,000 residents.

    Returns
    -------
    tuple of float
        Six neighbouring steps of the ladder; the top one is the nearest to the 98th percentile.
    """
    ladder = np.array(LADDER) / per
    values = np.asarray(counts, dtype=float)
    filled = values[values > 0]
    top = 0 if not filled.size else int(np.abs(ladder - np.percentile(filled, 98)).argmin())
    last = max(top, STEPS - 1)
    return tuple(ladder[last - STEPS + 1 : last + 1].tolist())


def density_breaks(peak: float) -> tuple[float, ...]:
    """The lower edges of six classes of density, the same while time plays.

    Parameters
    ----------
    peak : float
        The highest density of the whole time, above 0.

    Returns
    -------
    tuple of float
        Rounded to fives, or to tenths, hundredths … of it where fives would make two classes one.

    Raises
    ------
    ValueError
        A peak of 0 or less.
    """
    if not peak > 0:
        raise ValueError("peak: above 0")
    narrowest = min(np.diff(DENSITY_SHARES)) * peak
    finer = max(0, int(np.ceil(np.log10(ROUNDED_TO / narrowest))))
    unit = ROUNDED_TO / 10**finer
    edges = np.rint(np.array(DENSITY_SHARES) * peak / unit) * unit
    return tuple(np.round(edges, finer).tolist())


def classify(values: npt.ArrayLike, breaks: Sequence[float]) -> npt.NDArray[np.int64]:
    """The class of each value, 1 … len(breaks); 0 below the first edge and for NaN: no fill."""
    numbers = np.asarray(values, dtype=float)
    return np.where(np.isnan(numbers), 0, np.digitize(numbers, breaks))


def change_legend(theme: Theme) -> tuple[ColourClass, ...]:
    """The classes of change with their lower edges, the greatest decrease first."""
    palette = PALETTES[theme]
    return tuple(
        ColourClass(edge, palette[name]) for edge, name in zip(CHANGE_BREAKS, CHANGES, strict=True)
    )


def legend(breaks: Sequence[float], theme: Theme) -> tuple[ColourClass, ...]:
    """The classes of “more” with their lower edges, the fewest first."""
    return tuple(
        ColourClass(edge, PALETTES[theme][f"h{number}"])
        for number, edge in enumerate(breaks, start=1)
    )
