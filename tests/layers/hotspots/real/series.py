"""Real cities as counts of squares, periods and topics, for rolling-origin tests."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.hotspots.forecast_maps import Neighbourhood
from layers.hotspots.forecast_scores import dilated

SIDE_M = 250.0
TOPICS = 4
METRES_A_DEGREE = 111_320.0
# Some files have points hundreds of kilometres away.
FARTHEST_M = 60_000.0


@dataclass(frozen=True)
class Series:
    """Counts inside the fixed area, and how many fell outside it."""

    counts: npt.NDArray[np.int64]
    outside: npt.NDArray[np.int64]
    neighbourhood: Neighbourhood
    topics: list[int]
    first: int
    period_d: float


@dataclass(frozen=True)
class Events:
    """What a file tells: metres, days since its first event, and topics by number."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    day: npt.NDArray[np.float64]
    topic: npt.NDArray[np.int64]

    def series(self, history_d: float, period_d: float) -> Series:
        """Periods counted on and back from the first test; one that is not whole at the end is left out."""
        tests = int((self.day.max() - history_d) // period_d)
        before = int(np.ceil(history_d / period_d))
        period = np.floor((self.day - history_d) / period_d).astype(int) + before
        kept = period < before + tests
        column = ((self.x - self.x.min()) // SIDE_M).astype(int)
        row = ((self.y - self.y.min()) // SIDE_M).astype(int)
        seen = np.zeros((row.max() + 1, column.max() + 1), dtype=bool)
        known = period < before
        seen[row[known], column[known]] = True
        area = dilated(seen)
        number = np.full(area.shape, -1)
        number[area] = np.arange(area.sum())
        cell = number[row, column]
        inside = kept & (cell >= 0)
        shape = (int(area.sum()), before + tests, int(self.topic.max()) + 1)
        counts = np.zeros(shape, dtype=np.int64)
        np.add.at(counts, (cell[inside], period[inside], self.topic[inside]), 1)
        outside = np.zeros(shape[1:], dtype=np.int64)
        lost = kept & (cell < 0)
        np.add.at(outside, (period[lost], self.topic[lost]), 1)
        centres = np.argwhere(area).astype(float) * SIDE_M
        near = Neighbourhood.of(centres, np.full(len(centres), SIDE_M**2))
        sizes = counts[:, :before].sum(axis=(0, 1))
        topics = [int(topic) for topic in np.argsort(-sizes, kind="stable")[:TOPICS]]
        return Series(counts, outside, near, topics, before, period_d)


def _events(x: pd.Series, y: pd.Series, time: pd.Series, topic: pd.Series) -> Events:
    whole = x.notna() & y.notna() & time.notna() & topic.notna()
    x, y, time, topic = x[whole], y[whole], time[whole], topic[whole]
    far = np.hypot(x - x.median(), y - y.median()) > FARTHEST_M
    x, y, time, topic = x[~far], y[~far], time[~far], topic[~far]
    day = (time - time.min().normalize()).dt.total_seconds() / 86400
    return Events(x.to_numpy(float), y.to_numpy(float), day.to_numpy(float), pd.factorize(topic)[0])


def _degrees(frame: pd.DataFrame, lon: str, lat: str) -> tuple[pd.Series, pd.Series]:
    scale = np.cos(np.radians(frame[lat].median()))
    return frame[lon] * METRES_A_DEGREE * scale, frame[lat] * METRES_A_DEGREE


def zurich(data: Path) -> Series:
    frame = pd.read_csv(data / "zurich" / "reports.csv")
    time = pd.to_datetime(frame.date)
    return _events(frame.e, frame.n, time, frame.service_code).series(730, 30)


def charlottesville(data: Path) -> Series:
    frame = pd.read_csv(data / "charlottesville" / "events.csv.gz")
    x, y = _degrees(frame, "lon", "lat")
    time = pd.to_datetime(frame.DateReported)
    return _events(x, y, time, frame.Offense).series(548, 30)


def houston(data: Path) -> Series:
    frame = pd.read_csv(data / "houston" / "crime_2010.csv.gz")
    x, y = _degrees(frame, "lon", "lat")
    return _events(x, y, pd.to_datetime(frame.time), frame.offense).series(84, 14)


def nyc_thefts(data: Path) -> Series:
    frame = pd.read_csv(data / "nyc_thefts" / "thefts_2014_2017.csv.gz")
    x, y = _degrees(frame, "longitude", "latitude")
    time = pd.to_datetime(frame.date_single)
    return _events(x, y, time, frame.location_category).series(548, 30)
