"""Cities with cases only, few and many, with the indexes that counting by cell without kept counts would want."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from gridmap.accounts.models import User
from gridmap.accounts.scope import Scope, scope
from gridmap.incidents.counting.folding import rebuild_counts
from gridmap.incidents.models import Incident, Topic
from gridmap.incidents.states import NOT_COUNTED
from tests.bench.histories import CASES, OPEN, SPOTS, served_by
from tests.bench.servers import Cost
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


@dataclass
class Side:
    """One of two cities, and what was measured in it."""

    served: BaseDatabaseWrapper
    scope: Scope
    topics: Sequence[int]
    costs: dict[str, list[Cost]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, served: BaseDatabaseWrapper) -> Self:
        """As who sees all of it."""
        with served_by(served):
            execute("SET max_parallel_workers_per_gather = 0")
            topics = list(Topic.objects.order_by("position").values_list("pk", flat=True))
            return cls(served, scope(User.objects.get(username="city-admin")), topics)


@contextmanager
def two_cities(
    template: str, short: int, long: int
) -> Iterator[tuple[BaseDatabaseWrapper, BaseDatabaseWrapper]]:
    """A city with few cases, and one with many."""
    city = f"{template}_twice"
    copy_database(template, city)
    with cases_of(short, city) as few, cases_of(long, city) as many:
        yield few, many
    drop_database(city)


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
