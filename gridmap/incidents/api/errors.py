"""What is wrong, by field and in words; the same shape for everything that is no success."""

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from gridmap.accounts.problems import PRIVATE, body_of
from gridmap.incidents.services.errors import KeyTaken, Overtaken, Refused

CODES = {
    HTTPStatus.BAD_REQUEST: "invalid",
    HTTPStatus.UNAUTHORIZED: "unauthenticated",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "not_allowed",
    HTTPStatus.CONFLICT: "conflict",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported",
    HTTPStatus.UNPROCESSABLE_ENTITY: "refused",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}
# What an operation may answer besides what every one may: where it names something, where it writes.
NAMING, WRITING = (404,), (403, 404, 409, 413, 415, 422)
# A name that was sent is repeated so far, and without what no answer can hold.
NAME_LENGTH = 60


class FieldError(serializers.Serializer[Any]):
    """The field, as `parties.0.name`; empty where it concerns the whole."""

    field = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """Why nothing was changed."""

    code = serializers.ChoiceField(choices=sorted({*CODES.values(), "key_taken", "overtaken"}))
    errors = FieldError(many=True)  # type: ignore[assignment]  # told apart from `Serializer.errors`
    who = serializers.CharField(required=False)
    at = serializers.DateTimeField(required=False)


class TooLarge(exceptions.APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def operation(
    name: str,
    summary: Promise,
    answers: dict[Any, Any],
    problems: Iterable[int] = (),
    **options: Any,
) -> Callable[[Any], Any]:
    """An operation in the schema: its successes, its problems and those of every operation."""
    told = dict.fromkeys((400, 401, *problems, 503), Problem)
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=summary,
        responses={**answers, **told},
        **options,
    )


def answer_error(error: Exception, _context: dict[str, Any]) -> Response | None:
    """The answer to an exception of a view; None for a fault of ours."""
    if isinstance(error, Overtaken):
        at = timezone.localtime(error.at).isoformat()
        told = {**body_of("overtaken", str(error)), "who": error.who, "at": at}
        return Response(told, HTTPStatus.CONFLICT)
    if isinstance(error, KeyTaken):
        return Response(body_of("key_taken", str(error), error.field), HTTPStatus.CONFLICT)
    if isinstance(error, Refused):
        told = body_of("refused", str(error), error.field)
        return Response(told, HTTPStatus.UNPROCESSABLE_ENTITY)
    if isinstance(error, Http404):
        error = exceptions.NotFound(_("没有找到，或者已经不归你管。"))
    if isinstance(error, exceptions.APIException):
        return _answer(error)
    return None


def _answer(error: exceptions.APIException) -> Response:
    status = HTTPStatus(error.status_code)
    headers = dict(PRIVATE)
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    told = {"code": CODES[status], "errors": list(reasons_of(error.detail))}
    return Response(told, status, headers=headers)


def reasons_of(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Each reason with the way to its field."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else _shown(name)
            yield from reasons_of(inner, f"{path}.{own}".strip("."))
    elif isinstance(detail, list) and any(isinstance(inner, dict) for inner in detail):
        for number, inner in enumerate(detail):
            yield from reasons_of(inner, f"{path}.{number}".strip("."))
    elif isinstance(detail, list):
        for inner in detail:
            yield from reasons_of(inner, path)
    else:
        yield {"field": path, "reason": str(detail)}


def _shown(name: Any) -> str:
    return str(name)[:NAME_LENGTH].encode("utf-8", "replace").decode()
