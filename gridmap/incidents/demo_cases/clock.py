"""Working time in sets: deadlines as the database counts them, and the hours of an office. Pure."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.datetime64]
Numbers = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DAY_S = 86_400
# From half past eight to noon, and from half past two to six.
MORNING_S, NOON_S, AFTERNOON_S, EVENING_S = 30_600, 43_200, 52_200, 64_800
FORENOON_S = NOON_S - MORNING_S
OFFICE_DAY_S = FORENOON_S + EVENING_S - AFTERNOON_S


def start_of(day: np.datetime64, later: int = 0) -> np.datetime64:
    """The first second of a day, or of the one so many days later."""
    start: np.datetime64 = (day + np.timedelta64(later, "D")).astype("datetime64[s]")
    return start


def midnight(times: Times) -> Times:
    """The beginning of the day of each time."""
    return times.astype("datetime64[D]").astype("datetime64[s]")


def second_of_day(times: Times) -> Ints:
    return (times - midnight(times)).astype(np.int64)


def seconds(number: npt.ArrayLike) -> npt.NDArray[np.timedelta64]:
    return np.asarray(number, float).astype("timedelta64[s]")


@dataclass(frozen=True)
class WorkingTime:
    """Days that count, and the hours in which an office is open on them.

    Attributes
    ----------
    first
        The first day, as `datetime64[D]`.
    is_working
        For that day and each that follows, whether it counts. Times are in seconds, in the city's own time.
    """

    first: np.datetime64
    is_working: npt.NDArray[np.bool_]
    days: Ints = field(init=False, repr=False)
    # How many working days lie before each day.
    before: Ints = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", np.flatnonzero(self.is_working))
        counted = np.concatenate([[0], np.cumsum(self.is_working)])
        object.__setattr__(self, "before", counted.astype(np.int64))

    def _day(self, times: Times) -> Ints:
        return (times.astype("datetime64[D]") - self.first).astype(np.int64)

    def counts(self, times: Times) -> npt.NDArray[np.bool_]:
        """Whether the day of each time is a working day."""
        return np.asarray(self.is_working[self._day(times)])

    def _start_of(self, rank: Ints) -> Times:
        return (self.first + self.days[rank].astype("timedelta64[D]")).astype("datetime64[s]")

    def deadline(self, begins: Times, minutes: npt.ArrayLike) -> Times:
        """The end of so many minutes of working days, as `working_deadline` in the database."""
        day = self._day(begins)
        into = np.where(self.is_working[day], second_of_day(begins), 0)
        total = np.asarray(minutes, np.int64) * 60 + into
        whole = np.maximum(-(-total // DAY_S) - 1, 0)
        return self._start_of(self.before[day] + whole) + seconds(total - whole * DAY_S)

    def before_deadline(self, due: Times, minutes: npt.ArrayLike) -> Times:
        """When a span would have begun that ends at `due`, or at the end of the working day before it."""
        day = self._day(due)
        into = np.where(self.is_working[day], second_of_day(due), 0)
        total = self.before[day] * DAY_S + into - np.asarray(minutes, np.int64) * 60
        return self._start_of(total // DAY_S) + seconds(total % DAY_S)

    def office(self, times: Times) -> Ints:
        """How many seconds an office has been open until then."""
        day = self._day(times)
        at = second_of_day(times)
        forenoon = np.clip(at - MORNING_S, 0, FORENOON_S)
        afternoon = np.clip(at - AFTERNOON_S, 0, EVENING_S - AFTERNOON_S)
        return self.before[day] * OFFICE_DAY_S + self.is_working[day] * (forenoon + afternoon)

    def at_office(self, opened: npt.ArrayLike) -> Times:
        """The time at which an office has been open so many seconds."""
        rank, into = np.divmod(np.asarray(opened, np.int64), OFFICE_DAY_S)
        at = np.where(into <= FORENOON_S, MORNING_S + into, AFTERNOON_S + into - FORENOON_S)
        return self._start_of(rank) + seconds(at)

    def after(self, times: Times, opened: npt.ArrayLike) -> Times:
        """So many office seconds later."""
        return self.at_office(self.office(times) + np.asarray(opened, np.int64))
