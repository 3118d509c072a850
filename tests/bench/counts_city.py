"""Cities with cases only, few and many, with the indexes that counting by cell without kept counts would want."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from gridmap.incidents.counting.folding import rebuild_counts
from gridmap.incidents.models import Incident
from gridmap.incidents.states import NOT_COUNTED
from tests.bench.histories import CASES, OPEN, SPOTS
from tests.conftest import connected_as, connected_to, copy_database, drop_database
from tests.incidents.log_history import SUPERUSER, execute

COUNTED = f"cell_id IS NOT NULL AND state NOT IN {NOT_COUNTED}"
# What is quickest for all topics and for some, of seven that were tried (docs/decisions/0020).
INDEXES = f"""
CREATE INDEX bench_of_all ON incidents_incident (cell_id, occurred_at) WHERE {COUNTED};
CREATE INDEX bench_of_topics ON incidents_incident (topic_id, cell_id, occurred_at) WHERE {COUNTED};
"""
# Of a case that is like another one.
COLUMNS = ", ".join(
    field.column
    for field in Incident._meta.local_concrete_fields
    if not field.generated and field.column not in {"id", "code"}
)
OTHERS = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = 'incidents_incident'::regclass AND NOT indisunique
"""


@contextmanager
def cases_of(cases: int, template: str) -> Iterator[BaseDatabaseWrapper]:
    """A connection of the owner to a copy of a city with so many cases of five years."""
    name = f"{template}_counts_{cases}"
    copy_database(template, name)
    with connected_to(name):
        with connected_as(SUPERUSER):
            fill(cases)
            execute(INDEXES)
        rebuild_counts()
        execute("VACUUM (ANALYZE, FREEZE)")
    served = connection.copy(DEFAULT_DB_ALIAS)
    served.settings_dict |= {"NAME": name}
    try:
        yield served
    finally:
        served.close()
        drop_database(name)


def fill(cases: int, *, spots: str = SPOTS, history: str = CASES) -> None:
    """Past triggers and log, and the indexes at the end, which is three times quicker."""
    execute("SET session_replication_role = replica")
    execute("SET maintenance_work_mem = '512MB'")
    execute(spots)
    others = execute(OTHERS)
    for name, _ in others:
        execute(f"DROP INDEX {name}")
    with connection.cursor() as cursor:
        cursor.execute(history, {"cases": cases, "open": OPEN})
    for _, definition in others:
        execute(definition)
