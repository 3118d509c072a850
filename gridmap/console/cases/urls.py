"""Addresses of the case file."""

from django.urls import path

from gridmap.console.cases import act_views, report_views, views

urlpatterns = [
    path("cases/", views.cases, name="cases"),
    path("cases/<str:code>/", views.case, name="case"),
    path("cases/<str:code>/around/", views.case_around, name="case-around"),
    path("cases/<str:code>/parties/", views.case_parties, name="case-parties"),
    path("cases/<str:code>/do/<str:name>/", act_views.case_act, name="case-act"),
    path("report/", report_views.report, name="report"),
    path("report/around/", report_views.report_around, name="report-around"),
    path("report/<uuid:key>/", report_views.receipt, name="report-receipt"),
    path("report/<uuid:key>/withdraw/", report_views.withdraw, name="report-withdraw"),
]
