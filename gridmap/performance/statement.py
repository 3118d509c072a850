"""Several questions about cases in one statement: SQL around querysets that are limited to who asks."""

import re
from collections.abc import Mapping
from itertools import count
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

Rows = list[dict[str, Any]]


def flag(condition: Q) -> "ExpressionWrapper[Q]":
    """A condition as a column; null where it compares with nothing."""
    return ExpressionWrapper(condition, output_field=BooleanField())


def read_rows(
    sql: str, cases: Mapping[str, QuerySet[Any, Any]], **params: Any
) -> tuple[Rows, ...] | None:
    """The one row of `sql`, each column a JSON array; `{name}` in it stands for a queryset with its columns.

    None where nothing can be in scope: then nothing is asked.
    """
    texts = {}
    try:
        for name, rows in cases.items():
            texts[name], values = _named(name, rows)
            params.update(values)
    except EmptyResultSet:
        return None
    with connection.cursor() as cursor:
        cursor.execute(sql.format(**texts), params)
        row: tuple[Rows, ...] | None = cursor.fetchone()
    return row


def _named(name: str, rows: QuerySet[Any, Any]) -> tuple[str, dict[str, Any]]:
    """SQL with named placeholders, because they mix with no positional ones."""
    sql, values = rows.order_by().query.sql_with_params()
    numbers = count()
    text = re.sub("%s", lambda _: f"%({name}_{next(numbers)})s", sql)
    return text, {f"{name}_{n}": value for n, value in enumerate(values)}
