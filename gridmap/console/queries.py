"""One statement per page: SQL whose scope comes from the one scope function."""

import re
from itertools import count
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def one_row(sql: str, scoped: dict[str, QuerySet[Any]], **params: Any) -> tuple[Any, ...] | None:
    """The first row of `sql`, in which `{name}` stands for the ids of a queryset in scope."""
    subqueries = {}
    for name, rows in scoped.items():
        subqueries[name], values = _subquery(name, rows)
        params.update(values)
    with connection.cursor() as cursor:
        cursor.execute(sql.format(**subqueries), params)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _subquery(name: str, rows: QuerySet[Any]) -> tuple[str, dict[str, Any]]:
    """SQL with named placeholders, because they mix with no positional ones."""
    try:
        sql, values = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint WHERE false", {}
    numbers = count()
    named = re.sub("%s", lambda _: f"%({name}_{next(numbers)})s", sql)
    return named, {f"{name}_{n}": value for n, value in enumerate(values)}


def shown_name(table: str) -> str:
    """The name in the reader's language, as far as there is one."""
    return f"CASE WHEN %(english)s AND {table}.name_en <> '' THEN {table}.name_en ELSE {table}.name END"


def name_language(table: str) -> str:
    """The language of a name that is not in the reader's language, else null."""
    return f"CASE WHEN %(english)s AND {table}.name_en = '' THEN 'zh-Hans' END"


def literal(words: str) -> str:
    """Words in which no sign means anything else to LIKE."""
    return re.sub(r"([\\%_])", r"\\\1", words)
