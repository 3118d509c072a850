"""Addresses of the case file."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from gridmap.console.cases import act_views, photo_views, report_views, views
from gridmap.incidents.photos import DIGEST


class Digest(StringConverter):
    regex = DIGEST


register_converter(Digest, "digest")

urlpatterns = [
    path("cases/", views.cases, name="cases"),
    path("cases/<str:code>/", views.case, name="case"),
    path("cases/<str:code>/around/", views.case_around, name="case-around"),
    path("cases/<str:code>/parties/", views.case_parties, name="case-parties"),
    path("cases/<str:code>/do/<str:name>/", act_views.case_act, name="case-act"),
    path("cases/<str:code>/photos/<digest:digest>/", photo_views.case_photo, name="case-photo"),
    path("report/", report_views.report, name="report"),
    path("report/around/", report_views.report_around, name="report-around"),
    path("report/<uuid:key>/", report_views.receipt, name="report-receipt"),
    path("report/<uuid:key>/withdraw/", report_views.withdraw, name="report-withdraw"),
]
