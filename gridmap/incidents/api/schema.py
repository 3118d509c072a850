"""The OpenAPI document, for whoever signed in."""

from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from gridmap.incidents.api.asking import ApiView
from gridmap.incidents.api.errors import operation
from gridmap.incidents.api.fields import Input


class ExactInput(OpenApiSerializerExtension):
    """What is sent has no other fields than these."""

    target_class = Input
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        mapped = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**mapped, "additionalProperties": False}


class SchemaView(ApiView):
    @operation(
        "schema",
        _("这份说明（OpenAPI）"),
        {200: OpenApiTypes.OBJECT},
    )
    def get(self, _request: Request) -> Response:
        return Response(schema_in(get_language() or ""))


@lru_cache
def schema_in(_language: str) -> dict[str, Any]:
    """The document in the language that is spoken; it changes with the code alone."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found
