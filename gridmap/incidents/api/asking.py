"""How a question comes in: who asks, how much, in which form; the same for every view."""

import json
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, negotiation, parsers
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gridmap.accounts.models import User
from gridmap.accounts.problems import PRIVATE
from gridmap.accounts.scope import scope
from gridmap.accounts.tokens import shows_token
from gridmap.incidents.api.errors import TooLarge, answer_error
from gridmap.incidents.models import Incident

CASE_CODE = r"[A-Z0-9]{1,8}-[0-9]{8}-[0-9]{5,9}"
CODE = OpenApiParameter(
    "code", {"type": "string", "pattern": f"^{CASE_CODE}$"}, OpenApiParameter.PATH
)
MOST_BYTES = 1_000_000
MOST_BYTES_WITH_PHOTOS = 12_000_000


class KnownPerson(SessionAuthentication):
    """The person whom the middleware knows; who comes with a session shows its CSRF token too."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        asked: HttpRequest = request._request
        if not isinstance(asked.user, User):
            return None
        if not shows_token(asked):
            self.enforce_csrf(request)
        return asked.user, None

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise exceptions.PermissionDenied(_("缺少 CSRF 令牌，刷新页面再试。")) from error

    def authenticate_header(self, _request: Request) -> str:
        return "Bearer"


class KnownPersonScheme(OpenApiAuthenticationExtension):
    """How the schema says it: a machine's token, or the session of a browser."""

    target_class = KnownPerson
    name = ["token", "session"]

    def get_security_definition(self, _auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "http", "scheme": "bearer"},
            {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
        ]

    def get_security_requirement(self, _auto_schema: Any) -> list[dict[str, list[str]]]:
        """One of them is enough."""
        return [{name: []} for name in self.name]


class AlwaysJson(negotiation.DefaultContentNegotiation):
    """Whatever somebody would rather have."""

    def select_renderer(self, _request: Request, renderers: Any, _suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class JsonBody(parsers.BaseParser):
    """JSON in UTF-8, without infinities and without a depth that ends in our own stack."""

    media_type = "application/json"

    def parse(self, stream: Any, _media_type: Any = None, _context: Any = None) -> Any:
        return parse_json(stream.read())


def parse_json(data: bytes) -> Any:
    """Raise `ParseError` where it is no JSON."""
    try:
        return json.loads(data.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise exceptions.ParseError(_("请求体不是 JSON。")) from error


def _no_number(word: str) -> float:
    raise ValueError(word)


class ApiView(APIView):
    """Asks for a log-in twice over, reads no more than it may, and is kept by nobody."""

    authentication_classes = [KnownPerson]
    content_negotiation_class = AlwaysJson
    parser_classes = [JsonBody]
    takes_photos = False
    http_method_names = ["get", "head", "post"]

    @classmethod
    def as_view(cls, **options: Any) -> Any:
        view: Any = super().as_view(**options)
        # REST framework would let everybody through to itself.
        view.login_required = True
        return view

    def get_exception_handler(self) -> Any:
        return answer_error

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        asked: HttpRequest = request._request
        if (asked.content_params or {}).get("charset", "utf-8").lower() != "utf-8":
            raise exceptions.UnsupportedMediaType("", _("只收 UTF-8。"))
        is_form = self.takes_photos and asked.content_type == "multipart/form-data"
        most = MOST_BYTES_WITH_PHOTOS if is_form else MOST_BYTES
        length = asked.META.get("CONTENT_LENGTH") or "0"
        # What has no length of this form is read as empty.
        if length.isdecimal() and int(length[:20]) > most:
            raise TooLarge(_("请求太大，最多 %(bytes)d 字节。") % {"bytes": most})
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in PRIVATE.items():
            response.headers.setdefault(name, value)
        return response


def person(request: Request) -> User:
    """Who asks; nobody else comes so far."""
    asked = request.user
    if not isinstance(asked, User):
        raise exceptions.NotAuthenticated
    return asked


def case_of(request: Request, code: str) -> Incident:
    """A case by its code, within the scope of who asks; else there is none."""
    found: Incident | None = (
        Incident.objects.visible_to(scope(person(request))).with_places().filter(code=code).first()
    )
    if found is None:
        raise Http404
    return found


def created(body: Any, *, is_new: bool) -> Response:
    """201 for what is new, 200 for what was there; the body is the same."""
    return Response(body, HTTPStatus.CREATED if is_new else HTTPStatus.OK)
