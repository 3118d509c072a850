"""How many statements a request costs, without where its transaction begins and ends."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
AssertStatements = Callable[[int], AbstractContextManager[None]]


def statements_of(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries if not query["sql"].startswith(FRAME)]


@contextmanager
def assert_number(number: int) -> Iterator[None]:
    with CaptureQueriesContext(connection) as queries:
        yield
    asked = statements_of(queries)
    assert len(asked) == number, "\n".join(asked)
