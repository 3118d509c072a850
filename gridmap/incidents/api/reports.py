"""Reports come in, with their photos or without."""

from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from geodata.models import Building
from gridmap.accounts.scope import scope
from gridmap.incidents.api.asking import ApiView, JsonBody, created, parse_json, person
from gridmap.incidents.api.errors import WRITING, operation
from gridmap.incidents.api.fields import Input
from gridmap.incidents.api.inputs import ReportInput
from gridmap.incidents.api.outputs import ReceiptOut
from gridmap.incidents.photos import MOST_PHOTOS
from gridmap.incidents.querysets import works_with_cases
from gridmap.incidents.services.errors import ReportRefused
from gridmap.incidents.services.photos import add_photos_of_report, read_pictures
from gridmap.incidents.services.reporting import report_incident

# What the service calls a field, where it stands elsewhere in the body.
PATHS = {"datum": "place.datum"}


class ReportForm(Input):
    """A report with photos: `report` is the same JSON that would be sent without."""

    report = serializers.CharField(help_text=gettext_lazy("来件的 JSON 文本"))
    photos = serializers.ListField(child=serializers.FileField(), max_length=MOST_PHOTOS)


class ReportsView(ApiView):
    takes_photos = True
    parser_classes = [JsonBody, MultiPartParser]

    @operation(
        "report",
        gettext_lazy("登记一件来件；同一个 key 重发得到同样的回答"),
        {200: ReceiptOut, 201: ReceiptOut},
        WRITING,
        request={"application/json": ReportInput, "multipart/form-data": ReportForm},
    )
    def post(self, request: Request) -> Response:
        if not works_with_cases(scope(person(request))):
            raise exceptions.PermissionDenied(_("你没有登记案件的任用。"))
        body, files = _parts_of(request)
        report = ReportInput(data=body)
        report.is_valid(raise_exception=True)
        draft = report.draft(_building_id(report.validated_data.get("building")))
        # Everything that may be refused comes before anything is written.
        pictures = read_pictures(file.read() for file in files)
        now, by = timezone.now(), person(request)
        try:
            receipt = report_incident(draft=draft, by=by, at=now)
        except ReportRefused as refusal:
            refusal.field = PATHS.get(refusal.field, refusal.field)
            raise
        add_photos_of_report(receipt=receipt, pictures=pictures, by=by, at=now)
        digests = list(dict.fromkeys(picture.digest for picture in pictures))
        return created({"code": receipt.code, "photos": digests}, is_new=receipt.is_new)


def _parts_of(request: Request) -> "tuple[Any, list[UploadedFile[Any]]]":
    """The report and its photos, whichever way they came."""
    if not (request.content_type or "").startswith("multipart/form-data"):
        return request.data, []
    form = cast(QueryDict, request.data)
    text = form.get("report", "")
    files = request.FILES.getlist("photos")
    if not isinstance(text, str) or {*form, *request.FILES} - {"report", "photos"}:
        raise exceptions.ParseError(_("表单里只要 report 和 photos。"))
    if len(files) > MOST_PHOTOS:
        raise serializers.ValidationError(
            {"photos": [_("最多 %(count)d 张照片。") % {"count": MOST_PHOTOS}]}
        )
    return parse_json(text.encode("utf-8", "surrogatepass")), files


def _building_id(code: str | None) -> int | None:
    if code is None:
        return None
    found = Building.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise ReportRefused(_("没有这个代码的楼栋：%(code)s。") % {"code": code}, "building")
    return found
