"""What is where, within scope."""

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from geodata.crs import (
    CGCS2000,
    ImpossibleCoordinates,
    UnknownSystem,
    parse_system,
    to_cgcs2000,
)
from gridmap.accounts.scope import scope
from gridmap.incidents.api.asking import ApiView, person
from gridmap.incidents.api.errors import NAMING, operation
from gridmap.incidents.api.inputs import PointFilters
from gridmap.incidents.api.outputs import HereOut
from gridmap.incidents.places import places_at


class PlacesView(ApiView):
    @operation(
        "place",
        gettext_lazy("一个点在哪个网格、社区、楼栋和责任区"),
        {200: HereOut},
        NAMING,
        parameters=[PointFilters],
    )
    def get(self, request: Request) -> Response:
        asked = PointFilters(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        lon, lat = _degrees(**asked.validated_data)
        here = places_at(lon, lat, scope(person(request)))
        if here is None:
            raise Http404
        found = {"lon": lon, "lat": lat, "community": here.cell.community, **vars(here)}
        return Response(HereOut(found).data)


def _degrees(lon: float, lat: float, datum: str = CGCS2000) -> tuple[float, float]:
    try:
        x, y = to_cgcs2000(lon, lat, parse_system(datum))
    except UnknownSystem as error:
        raise exceptions.ValidationError({"datum": [_("不认识这个坐标系。")]}) from error
    except ImpossibleCoordinates as error:
        raise exceptions.ValidationError({"lon": [_("坐标不对。")]}) from error
    return float(x), float(y)
