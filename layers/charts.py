"""Charts as small SVG documents: they need no script and no network, and a reader sees them on any host of files."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.styles import Theme, classify, count_breaks, legend, tokens

Floats = npt.NDArray[np.float64]
Colours = dict[str, str]
# Left, top and height of what is drawn.
Frame = tuple[float, float, float]

WIDTH = 760
FONT = "-apple-system,'PingFang SC','Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei',sans-serif"
DAYS = ("一 Mon", "二 Tue", "三 Wed", "四 Thu", "五 Fri", "六 Sat", "日 Sun")
LINES, MONTH_D = 3, 30.44
# Pixels of a row, above the first one, of names on the left and of notes on the right.
STEP, TOP, NAMES, NOTES = 26, 8, 330, 90
# Of two.
LEAST_POWER, MOST_POWERS = -5, 6


@dataclass(frozen=True)
class Chart:
    """One SVG document, which a notebook shows as a picture."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg


@dataclass(frozen=True)
class Row:
    """One line of `intervals`: a point with its interval."""

    name: str
    value: float
    low: float
    high: float
    note: str = ""


def rhythm(week: npt.NDArray[np.integer], *, label: str, theme: Theme = "light") -> Chart:
    """Cases by day of the week and hour, in the classes of counts.

    Parameters
    ----------
    week : ndarray (7, 24)
        Monday first, as `layers.hotspots.rhythm.week_profile` has it.
    label : str
        What it shows, for who does not see it.

    Raises
    ------
    ValueError
        Another shape.
    """
    if week.shape != (7, 24):
        raise ValueError(f"week: (7, 24) is needed, not {week.shape}")
    colours = tokens(theme)
    breaks = count_breaks(week)
    side, left, top = 26, 62, 22
    parts = [
        _text(left + hour * side, 14, f"{hour}", colours["m-text-2"]) for hour in range(0, 24, 3)
    ]
    for day, hours in enumerate(classify(week, breaks).tolist()):
        y = top + day * side
        parts.append(_text(0, y + 17, DAYS[day], colours["m-text-2"]))
        for hour, number in enumerate(hours):
            fill = colours[f"h{number}"] if number else colours["m-bed"]
            parts.append(_bar(left + hour * side, y, side - 2, side - 2, fill))
    parts.append(_key(left, top + 7 * side + 14, breaks, theme))
    return _chart(left + 24 * side, top + 7 * side + 34, parts, label, colours)


def months(
    starts: npt.NDArray[np.datetime64],
    counts: npt.ArrayLike,
    *,
    label: str,
    usual: float = 0.0,
    marks: Sequence[tuple[np.datetime64, str]] = (),
    theme: Theme = "light",
) -> Chart:
    """Cases a month as bars, with what is usual as a dashed line and measures as numbered lines.

    Parameters
    ----------
    starts : ndarray (months,)
        First days, in order.
    counts : array_like (months,)
    usual : float
        Cases of a usual month; no line for 0.
    marks
        Day and words of what was done.

    Raises
    ------
    ValueError
        Not one count for each month, or no month.
    """
    values = np.asarray(counts, np.float64)
    if values.shape != starts.shape or not len(values):
        raise ValueError("counts: one is needed for each month")
    colours, frame = tokens(theme), (34.0, 26.0, 150.0)
    left, top, height = frame
    wide = (WIDTH - left) / len(values)
    most, lines = _lines(float(max(values.max(), usual)))
    parts = _grid(lines, most, frame, colours)
    for n, value in enumerate(values.tolist()):
        tall = height * value / most
        x, y = left + n * wide + wide * 0.15, top + height - tall
        parts.append(_bar(x, y, wide * 0.7, tall, colours["h4"], 2))
    if usual:
        y = top + height - height * usual / most
        parts.append(_line(left, y, WIDTH, y, colours["m-mine"], 'stroke-dasharray="3 3"'))
    parts += _years(starts, wide, frame, colours) + _marks(marks, starts[0], wide, frame, colours)
    return _chart(WIDTH, top + height + 26, parts, label, colours)


def _years(
    starts: npt.NDArray[np.datetime64], wide: float, frame: Frame, colours: Colours
) -> list[str]:
    left, top, height = frame
    begins = starts.astype("datetime64[M]").astype(np.int64) % 12 == 0
    begins[0] = True
    return [
        _text(
            left + n * wide,
            top + height + 18,
            str(starts[n].astype("datetime64[Y]")),
            colours["m-text-2"],
        )
        for n in np.flatnonzero(begins).tolist()
    ]


def _marks(
    marks: Sequence[tuple[np.datetime64, str]],
    first: np.datetime64,
    wide: float,
    frame: Frame,
    colours: Colours,
) -> list[str]:
    left, top, height = frame
    parts = []
    for number, (day, words) in enumerate(marks, start=1):
        x = left + float((day - first) / np.timedelta64(1, "D")) / MONTH_D * wide
        parts.append(_line(x, top - 6, x, top + height, colours["f-i"], 'stroke-width="1.2"'))
        parts.append(_text(x, 14, f"({number}) {words}", colours["f-i"], "middle"))
    return parts


def intervals(
    rows: Sequence[Row], *, label: str, unit: str, usual: float = 1.0, theme: Theme = "light"
) -> Chart:
    """Points with their intervals on a scale of ratios, and where there is no difference.

    Raises
    ------
    ValueError
        No row, or a value above 0 with an interval that does not hold it.
    """
    if not rows or not all(0 <= row.low <= row.value <= row.high for row in rows):
        raise ValueError("rows: low, value and high are needed in this order, from 0 on")
    colours, bottom = tokens(theme), TOP + STEP * len(rows)
    scale = _Ratios([part for row in rows for part in (row.low, row.high, usual)])
    parts = _ratio_lines(scale, usual, bottom, colours)
    for n, row in enumerate(rows):
        parts += _interval(row, TOP + (n + 0.5) * STEP, scale, colours)
    parts.append(_text(0, bottom + 16, unit, colours["m-text-2"]))
    return _chart(WIDTH, bottom + 24, parts, label, colours)


class _Ratios:
    """A scale of ratios: from power to power of two, whatever lies below the least is drawn there."""

    def __init__(self, values: Sequence[float]) -> None:
        logs = np.log2([value for value in values if value > 0])
        self.first = max(int(np.floor(logs.min())), LEAST_POWER)
        self.last = max(int(np.ceil(logs.max())), self.first + 1)

    def across(self, value: float) -> float:
        into = (np.log2(max(value, 2.0**self.first)) - self.first) / (self.last - self.first)
        return float(NAMES + into * (WIDTH - NAMES - NOTES))

    def powers(self) -> range:
        return range(self.first, self.last + 1, max(1, -(-(self.last - self.first) // MOST_POWERS)))


def _ratio_lines(scale: _Ratios, usual: float, bottom: float, colours: Colours) -> list[str]:
    parts = []
    for power in scale.powers():
        x = scale.across(2.0**power)
        words = f"×{2**power}" if power >= 0 else f"÷{2**-power}"
        parts.append(_line(x, TOP, x, bottom, colours["m-bed"]))
        parts.append(_text(x, bottom + 16, words, colours["m-text-2"], "middle"))
    x = scale.across(usual)
    parts.append(_line(x, TOP, x, bottom, colours["m-text-2"], 'stroke-dasharray="3 3"'))
    return parts


def _interval(row: Row, y: float, scale: _Ratios, colours: Colours) -> list[str]:
    low, high, middle = (scale.across(part) for part in (row.low, row.high, row.value))
    return [
        _text(0, y + 4, _short(row.name), colours["f-i"]),
        _bar(low, y - 2.5, max(high - low, 1), 5, colours["h2"], 2),
        f'<circle cx="{middle:.1f}" cy="{y:.1f}" r="4.5" fill="{colours["h4"]}"/>',
        _text(WIDTH - NOTES + 10, y + 4, row.note, colours["m-text-2"]),
    ]


def _short(name: str, most: int = 46) -> str:
    """As much as has room: a Chinese character takes that of two letters."""
    wide = np.cumsum([1 + (ord(letter) > 0x2E7F) for letter in name])
    return name if not len(wide) or wide[-1] <= most else name[: int((wide < most).sum())] + "…"


def _lines(highest: float) -> tuple[float, list[float]]:
    """The end of the axis, and where its few lines are."""
    step = max(1.0, float(np.ceil(highest / LINES)))
    return step * LINES, [step * n for n in range(LINES + 1)]


def _grid(lines: Sequence[float], most: float, frame: Frame, colours: Colours) -> list[str]:
    left, top, height = frame
    parts = []
    for value in lines:
        y = top + height - height * value / most
        parts.append(_line(left, y, WIDTH, y, colours["m-bed"]))
        parts.append(_text(left - 8, y + 4, f"{value:g}", colours["m-text-2"], "end"))
    return parts


def _key(left: float, y: float, breaks: Sequence[float], theme: Theme) -> str:
    parts = []
    for n, line in enumerate(legend(breaks, theme)):
        x = left + n * 64
        parts.append(_bar(x, y - 10, 14, 14, line.colour))
        parts.append(_text(x + 20, y + 2, f"{line.lower:g}+", tokens(theme)["m-text-2"]))
    return "".join(parts)


def _bar(x: float, y: float, width: float, height: float, fill: str, radius: float = 3) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{radius:g}" fill="{fill}"/>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}" {more}/>'


def _text(x: float, y: float, words: str, colour: str, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">'
        f"{html.escape(words)}</text>"
    )


def _chart(
    width: float, height: float, parts: Sequence[str], label: str, colours: Colours
) -> Chart:
    said = html.escape(label, quote=True)
    return Chart(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-label="{said}" '
        f'font-family="{FONT}" font-size="12"><title>{said}</title>'
        f'<rect width="100%" height="100%" fill="{colours["f-on"]}"/>{"".join(parts)}</svg>'
    )
