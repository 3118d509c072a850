"""What comes in from outside, before it is a report: shape and meaning checked, nothing asked of the database."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class PartyDraft:
    """A person or organisation named in a report."""

    role: str
    name: str
    phone: str = ""
    address: str = ""
    is_organisation: bool = False


@dataclass(frozen=True)
class ReportDraft:
    """One report as its sender wrote it.

    `lon`, `lat` are degrees or metres of the system `datum` (as in `geodata.crs`); `building_id` names the
    building where the sender did; `key` is drawn by the sender, once for all tries to send.
    """

    key: UUID
    source: str
    topic: str
    occurred_at: datetime
    words: str = ""
    title: str = ""
    lon: float | None = None
    lat: float | None = None
    datum: str = "cgcs2000"
    accuracy_m: float | None = None
    address: str = ""
    building_id: int | None = None
    unit_no: str = ""
    floor_no: str = ""
    room_no: str = ""
    channel_reference: str = ""
    scale: str = "01"
    risk_level: str = "blue"
    urgency: str = "normal"
    people_involved: int | None = None
    amount_cny: Decimal | None = None
    organisations_involved: str = ""
    parties: tuple[PartyDraft, ...] = field(default=())

    def body(self) -> dict[str, Any]:
        """Everything that was sent but the key, in a form that JSON can hold."""
        values = asdict(self)
        values.pop("key")
        return {name: _plain(value) for name, value in values.items()}

    @property
    def digest(self) -> bytes:
        """The same for the same body, whatever the order in which it was written."""
        return sha256(json.dumps(self.body(), sort_keys=True).encode()).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    return str(value) if isinstance(value, Decimal) else value
