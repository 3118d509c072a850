"""Who answers for the places in a person's scope and for the community above, with telephones."""

import json
from dataclasses import dataclass
from typing import Any

from gridmap.accounts.models import Role
from gridmap.accounts.scope import Scope
from gridmap.console.queries import literal, name_language, one_row, shown_name

PAGE = 50


@dataclass(frozen=True)
class Contacts:
    """One page of the list: `count` people in all."""

    count: int
    people: list[dict[str, Any]]
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))


def read_contacts(scope: Scope, words: str, page: int, *, english: bool) -> Contacts:
    """The people whose name, place or telephone holds the words; one statement."""
    if not scope.sees_people:
        return Contacts(0, [], 1)
    values = {"words": f"%{literal(words)}%", "day": scope.day, "english": english}
    row = one_row(
        CONTACTS,
        {"appointments": scope.appointments()},
        limit=PAGE,
        offset=(page - 1) * PAGE,
        **values,
    )
    count, people = row or (0, "[]")
    labels = dict(Role.choices)
    listed = [
        {**person, "roles": [labels[role] for role in person["roles"]]}
        for person in json.loads(people)
    ]
    return Contacts(count, listed, page)


CONTACTS = f"""
WITH answering AS (
    SELECT appointment.role, person.id AS person, person.name, person.phone,
           concat_ws('-', area.code, cell.code, lpad(post.id::text, 19, '0')) AS rank,
           right(cell.code, 3) AS number, cell.code AS cell_code,
           coalesce({shown_name("post")}, {shown_name("cell")}, {shown_name("area")},
                    {shown_name("team")}) AS place,
           coalesce({name_language("post")}, {name_language("cell")}, {name_language("area")},
                    {name_language("team")}) AS lang
    FROM accounts_appointment AS appointment
    JOIN accounts_user AS person ON person.id = CASE
        WHEN stand_in_from <= %(day)s AND stand_in_to > %(day)s THEN stand_in_id ELSE user_id END
    LEFT JOIN geodata_area AS area ON area.id = appointment.area_id
    LEFT JOIN geodata_leaderpost AS post ON post.id = appointment.post_id
    LEFT JOIN geodata_cell AS cell ON cell.id = coalesce(appointment.cell_id, post.cell_id)
    LEFT JOIN accounts_guideteam AS team ON team.id = appointment.guide_team_id
    WHERE appointment.id IN ({{appointments}})
),
found AS (
    SELECT person, name, phone, min(rank) AS rank, json_agg(DISTINCT role) AS roles,
           json_agg(json_build_object('number', number, 'name', place, 'lang', lang) ORDER BY rank) AS places
    FROM answering
    WHERE name ILIKE %(words)s OR phone LIKE %(words)s OR place ILIKE %(words)s OR cell_code LIKE %(words)s
    GROUP BY person, name, phone
)
SELECT (SELECT count(*) FROM found),
       (SELECT coalesce(json_agg(json_build_object(
            'name', name, 'phone', phone, 'roles', roles, 'places', places)), '[]')
        FROM (SELECT * FROM found ORDER BY rank, name, person
              LIMIT %(limit)s OFFSET %(offset)s) AS listed)::text
"""  # noqa: S608 - constants of this module
