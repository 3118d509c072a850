"""What a program is told where something is wrong: a code, and each field with its reason.

Every answer of the API that is no success has this one shape, also those that are given before or
beside a view: no such address, not signed in, the database away, a fault of ours.
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults

from gridmap.accounts.tokens import is_api

# Nobody keeps what was said to one person.
PRIVATE = {"Cache-Control": "private, no-store"}


def body_of(code: str, reason: str, field: str = "") -> dict[str, Any]:
    return {"code": code, "errors": [{"field": field, "reason": reason}]}


def problem(status: HTTPStatus, code: str, reason: str, **headers: str) -> JsonResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JsonResponse(
        body_of(code, reason),
        status=status,
        headers=PRIVATE | named,
        json_dumps_params={"ensure_ascii": False},
    )


def unauthenticated() -> JsonResponse:
    reason = _("没有登录，或者令牌无效。")
    return problem(HTTPStatus.UNAUTHORIZED, "unauthenticated", reason, WWW_Authenticate="Bearer")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return problem(HTTPStatus.BAD_REQUEST, "invalid", _("请求读不懂。"))
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return problem(HTTPStatus.NOT_FOUND, "not_found", _("没有找到，或者已经不归你管。"))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        reason = _("服务器出错，已经记下。什么都没有改。")
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "fault", reason)
    return defaults.server_error(request)
