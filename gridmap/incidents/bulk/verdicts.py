"""Why rows of a file are not taken: the first reason of each. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import numpy.typing as npt

from geodata.errors import Sentence, Translate, in_chinese
from geodata.errors import gettext_noop as _

FINE = -1


@dataclass(frozen=True)
class Fault:
    """One reason: `code` for programs, `reason` for people, the field that it is about."""

    code: str
    reason: Sentence
    field: str = ""


@dataclass(frozen=True)
class RefusedRow:
    """A row that is not taken, what it says in that field, and how far away it lies if that is why."""

    row: int
    fault: Fault
    value: str = ""
    km: int | None = None

    def as_dict(self, translate: Translate = in_chinese) -> dict[str, object]:
        found: dict[str, object] = {
            "row": self.row,
            "code": self.fault.code,
            "field": self.fault.field,
            "value": self.value,
            "reason": self.fault.reason.said(translate),
        }
        return found if self.km is None else {**found, "km": self.km}


BROKEN = Fault("broken_row", Sentence(_("列数与第一行不同")))


class Verdicts:
    """The first fault of each row of a piece."""

    def __init__(self, rows: int) -> None:
        self.faults: list[Fault] = []
        self.of_row = np.full(rows, FINE, np.int32)

    def refuse(self, rows: npt.NDArray[np.bool_], fault: Fault) -> None:
        """Give these rows this fault, unless they have one."""
        fresh = rows & (self.of_row == FINE)
        if fresh.any():
            self.of_row[fresh] = len(self.faults)
            self.faults.append(fault)

    @property
    def counts(self) -> list[int]:
        """How many rows each fault has."""
        refused = self.of_row[self.of_row != FINE]
        return [int(count) for count in np.bincount(refused, minlength=len(self.faults))]

    @property
    def fine(self) -> npt.NDArray[np.bool_]:
        fine: npt.NDArray[np.bool_] = self.of_row == FINE
        return fine


# Rows that a report names one by one.
NAMED = 20_000


@dataclass
class ImportReport:
    """What was found in a file and what was done with it."""

    file: str
    read: int = 0
    imported: int = 0
    already_there: int = 0
    unrouted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Sentence] = field(default_factory=dict)
    rows: list[RefusedRow] = field(default_factory=list)
    unrouted_reasons: Counter[str] = field(default_factory=Counter)
    # Why the reading ended early; what came before it is imported.
    stopped: Sentence | None = None

    def reject(self, verdicts: Verdicts, broken: int, rows: Iterable[RefusedRow]) -> None:
        """Count the refused and the broken rows of a piece and name them, as long as there is room."""
        if broken:
            self.rejected[BROKEN.code] += broken
            self.reasons[BROKEN.code] = BROKEN.reason
        for fault, count in zip(verdicts.faults, verdicts.counts, strict=True):
            self.rejected[fault.code] += count
            self.reasons.setdefault(fault.code, fault.reason)
        self.rows.extend(islice(rows, NAMED - len(self.rows)))

    def as_dict(self, translate: Translate = in_chinese) -> dict[str, object]:
        return {
            "file": self.file,
            "read": self.read,
            "imported": self.imported,
            "already_there": self.already_there,
            "rejected": dict(self.rejected.most_common()),
            "unrouted": self.unrouted,
            "unrouted_reasons": dict(self.unrouted_reasons.most_common()),
            "reasons": {code: sentence.said(translate) for code, sentence in self.reasons.items()},
            "rejected_rows": [row.as_dict(translate) for row in self.rows],
            "rejected_rows_left_out": self.rejected.total() - len(self.rows),
            "stopped": None if self.stopped is None else self.stopped.said(translate),
        }
