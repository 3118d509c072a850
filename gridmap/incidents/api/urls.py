"""Addresses for programs."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from gridmap.incidents.api.asking import CASE_CODE
from gridmap.incidents.api.cases import CasesView, CaseView
from gridmap.incidents.api.counts import CountsView
from gridmap.incidents.api.lookups import LookupsView
from gridmap.incidents.api.moves import MovesView, StepsView
from gridmap.incidents.api.photos import PhotosView, PhotoView
from gridmap.incidents.api.places import PlacesView
from gridmap.incidents.api.reports import ReportsView
from gridmap.incidents.api.schema import SchemaView
from gridmap.incidents.photos import DIGEST


class CaseCode(StringConverter):
    regex = CASE_CODE


class Digest(StringConverter):
    regex = DIGEST


register_converter(CaseCode, "api_case")
register_converter(Digest, "api_digest")

urlpatterns = [
    path("reports/", ReportsView.as_view(), name="api-reports"),
    path("cases/", CasesView.as_view(), name="api-cases"),
    path("cases/<api_case:code>/", CaseView.as_view(), name="api-case"),
    path("cases/<api_case:code>/moves/", MovesView.as_view(), name="api-moves"),
    path("cases/<api_case:code>/steps/", StepsView.as_view(), name="api-steps"),
    path("cases/<api_case:code>/photos/", PhotosView.as_view(), name="api-photos"),
    path(
        "cases/<api_case:code>/photos/<api_digest:digest>/", PhotoView.as_view(), name="api-photo"
    ),
    path("counts/", CountsView.as_view(), name="api-counts"),
    path("places/", PlacesView.as_view(), name="api-places"),
    path("lookups/", LookupsView.as_view(), name="api-lookups"),
    path("schema/", SchemaView.as_view(), name="api-schema"),
]
