"""What became of what was sent: what the clients know is laid beside the tables, the log and the files."""

import json
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from PIL import Image

from tests.torture.senders import Colour, Crowd, Errand
from tests.torture.stacks import Stack

TEAM = "housing"
# What compressing twice may change of a colour.
NEAR = 8
# What an intake writes and the log must tell of.
LOGGED = (
    "incidents_incident",
    "incidents_incident_assisting_teams",
    "incidents_report",
    "incidents_party",
    "incidents_moverecord",
    "incidents_photo",
)


@dataclass(frozen=True)
class Faults:
    """Everything that must not be, counted."""

    # Acknowledged, and without its row, its case or its party.
    lost: int = 0
    # Acknowledged, and without its row, a file of it, or with another picture.
    photos_lost: int = 0
    # Keys with several cases, parties or copies of a photo.
    doubled: int = 0
    # Keys that nobody has sent.
    unsent: int = 0
    # Keys whose tabs were not told the same.
    unequal_replies: int = 0
    # Answers that a client cannot mend by sending again.
    refused: int = 0
    # Sendings that nobody answered, though the stack was up at the end.
    unanswered: int = 0
    # Clients that never came to their end.
    hung: int = 0
    # Cases without their report or without the move that registers them.
    without_record: int = 0
    # Rows that no sealed entry of the log tells of.
    without_log: int = 0
    # Cases in another cell than they happened in, without its member, or with another team.
    without_owner: int = 0
    # After the sweep, as the clock does it.
    files_without_row: int = 0
    rows_without_file: int = 0


@dataclass(frozen=True)
class Verdict:
    """The faults; and how far the clients came."""

    keys: int
    acknowledged: int
    photos: int
    replies: int
    # Of all clients the one that came least far.
    least: int
    # Tries that a kill broke off, and files that were nobody's and are swept.
    broken: int
    swept: int
    faults: Faults


@dataclass
class Kept:
    """What the database has of one key."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    photos: list[tuple[str, str]] = field(default_factory=list)


def judge(one: Stack, crowd: Crowd) -> Verdict:
    sweep = json.loads(one.run("-m", "tests.torture.intake_city", "sweep").splitlines()[-1])
    sent, promised = crowd.sent(), crowd.acknowledged()
    of_tables = replace(faults_of_tables(one), rows_without_file=sweep["missing"])
    return Verdict(
        keys=len(sent),
        acknowledged=len(promised),
        photos=sum(len(sent[key].colours) for key in promised),
        replies=sum(len(told) for told in crowd.replies().values()),
        least=min(len(client.replies) for client in crowd.clients),
        broken=sum(len(client.broken) for client in crowd.clients),
        swept=sweep["removed"],
        faults=faults_of_keys(one, crowd, faults_of_clients(crowd, of_tables)),
    )


def faults_of_tables(one: Stack) -> Faults:
    return Faults(
        without_record=one.count(WITHOUT_RECORD),
        without_log=sum(one.count(WITHOUT_LOG.format(table=table)) for table in LOGGED),
        files_without_row=len(files_without_row(one, one.project.var / "photos")),
    )


def faults_of_clients(crowd: Crowd, known: Faults) -> Faults:
    return replace(
        known,
        unequal_replies=sum(len(set(told)) > 1 for told in crowd.replies().values()),
        refused=sum(len(client.refused) for client in crowd.clients),
        unanswered=sum(len(client.waiting) for client in crowd.clients),
        hung=crowd.hung,
    )


def faults_of_keys(one: Stack, crowd: Crowd, known: Faults) -> Faults:
    kept, sent, promised = read_kept(one), crowd.sent(), crowd.acknowledged()
    members = {(client.reporter.cell, client.reporter.name) for client in crowd.clients}
    both = kept.keys() & sent.keys()
    return replace(
        known,
        lost=sum(is_lost(kept.get(key, Kept()), promised[key]) for key in promised),
        photos_lost=sum(
            photos_lost(one.project.var / "photos", kept.get(key, Kept()), sent[key], answer)
            for key, answer in promised.items()
        ),
        doubled=sum(is_doubled(kept[key], sent[key]) for key in both),
        unsent=len(kept.keys() - sent.keys()),
        without_owner=sum(
            case["owner"] != owner_of(sent[key], members)
            for key in both
            for case in kept[key].cases
        ),
    )


def read_kept(one: Stack) -> dict[str, Kept]:
    found: dict[str, Kept] = {}
    for key, code, parties, cell, members, team, reason in one.rows(CASES):
        case = {"code": code, "parties": parties, "owner": (cell, members, team, reason)}
        found.setdefault(key, Kept()).cases.append(case)
    for key, code, digest in one.rows(PHOTOS):
        found.setdefault(key, Kept()).photos.append((code, digest))
    return found


def is_lost(kept: Kept, answer: dict[str, Any]) -> bool:
    return not any(case["code"] == answer["code"] and case["parties"] for case in kept.cases)


def is_doubled(kept: Kept, errand: Errand) -> bool:
    return (
        len(kept.cases) > 1
        or any(case["parties"] > 1 for case in kept.cases)
        or len(kept.photos) > len(errand.colours)
    )


def photos_lost(folder: Path, kept: Kept, errand: Errand, answer: dict[str, Any]) -> int:
    """Of the photos that were sent, or answered for, those that are not there as they were sent."""
    pairs = zip_longest(errand.colours, answer["photos"])
    return sum(
        (answer["code"], digest) not in kept.photos or not shows(folder, digest, colour)
        for colour, digest in pairs
    )


def shows(folder: Path, digest: str, colour: Colour | None) -> bool:
    """Whether both files of a photo are there and are pictures of this one colour."""
    for name in (f"{digest}.jpg", f"{digest}-small.jpg"):
        path = folder / digest[:2] / name
        if colour is None or not path.exists():
            return False
        with Image.open(path) as image:
            seen = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
        assert isinstance(seen, tuple)
        if any(abs(is_ - was) > NEAR for is_, was in zip(seen, colour, strict=True)):
            return False
    return True


def owner_of(errand: Errand, members: set[tuple[str, str]]) -> tuple[str, list[str], str, str]:
    """Cell, members, team and why it waits: those of the place that was sent."""
    names = sorted(name for cell, name in members if cell == errand.cell)
    return errand.cell, names, TEAM, ""


def files_without_row(one: Stack, folder: Path) -> list[Path]:
    """But for the notes of the store itself, which begin with a dot at its top."""
    digests = {digest for (digest,) in one.rows("SELECT DISTINCT digest FROM incidents_photo")}
    names = {f"{digest}{size}.jpg" for digest in digests for size in ("", "-small")}
    return [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.name not in names
        and not (path.parent == folder and path.name.startswith("."))
    ]


CASES = """
SELECT report.key::text AS key, incident.code AS code,
    (SELECT count(*) FROM incidents_party AS party WHERE party.incident_id = incident.id) AS parties,
    cell.code AS cell,
    ARRAY(SELECT person.username FROM accounts_appointment AS held JOIN accounts_user AS person ON person.id = held.user_id
          WHERE held.cell_id = incident.cell_id AND held.role = 'grid_member' AND held.ends_on IS NULL
          ORDER BY person.username) AS members,
    team.name AS team, incident.unrouted_reason AS reason
FROM incidents_report AS report
JOIN incidents_incident AS incident ON incident.id = report.incident_id
LEFT JOIN geodata_cell AS cell ON cell.id = incident.cell_id
LEFT JOIN accounts_guideteam AS team ON team.id = incident.lead_team_id
"""
PHOTOS = """
SELECT report.key::text AS key, incident.code AS code, photo.digest AS digest
FROM incidents_photo AS photo
JOIN incidents_report AS report ON report.id = photo.report_id
JOIN incidents_incident AS incident ON incident.id = photo.incident_id
"""
WITHOUT_RECORD = """
SELECT FROM incidents_incident AS incident WHERE NOT EXISTS (
    SELECT FROM incidents_moverecord AS move WHERE move.incident_id = incident.id AND move.name = 'register')
OR NOT EXISTS (SELECT FROM incidents_report AS report WHERE report.incident_id = incident.id)
"""
WITHOUT_LOG = """
SELECT id::text FROM {table} EXCEPT
SELECT unnest(entry.keys) FROM incidents_logentry AS entry
JOIN incidents_logseal AS seal ON seal.xact = entry.xact AND entry.id BETWEEN seal.first_entry AND seal.last_entry
WHERE entry."table" = '{table}' AND entry.action = 'INSERT'
"""
