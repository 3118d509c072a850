"""The rows of a source as SQL text, made once and used for many tiles."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Func, Q, TextField

from layers.sources import MapSource


class Plain(Func):
    """A geometry column as it is; Django would cast it to bytes."""

    template = "%(expressions)s"
    output_field = TextField()


def visible_rows(source: MapSource, user: Any, where: Q, geometry: str) -> str | None:
    """A table expression `visible` with the public fields and `shape`, or None without rows."""
    columns = [F(path) for path in source.fields.values()]
    rows = source.visible_to(user).filter(where).order_by()
    try:
        statement, values = rows.values_list(*columns, Plain(F(geometry))).query.sql_with_params()
    except EmptyResultSet:
        return None
    with connection.cursor() as cursor:
        text = cursor.mogrify(statement, values).decode()
    names = ", ".join(quoted(name) for name in (*source.fields, "shape"))
    return f"({text}) AS visible ({names})"


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def escaped(text: str) -> str:
    """Text that goes through a parameter substitution unharmed."""
    return text.replace("%", "%%")


def fill(text: str, **parts: str) -> str:
    """Put parts of a statement in the places of their names in braces."""
    for name, part in parts.items():
        text = text.replace(f"{{{name}}}", part)
    return text
