"""Photos of a case: added by who has it or reported it, seen within scope."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from gridmap.accounts.scope import scope
from gridmap.incidents.api.asking import CODE, ApiView, case_of, created, person
from gridmap.incidents.api.errors import NAMING, WRITING, operation
from gridmap.incidents.api.outputs import PhotoOut
from gridmap.incidents.models import Incident
from gridmap.incidents.photos import DIGEST, read_image
from gridmap.incidents.services.photos import add_photo, demand_may_add, read_picture


class PhotoForm(serializers.Serializer[Any]):
    photo = serializers.FileField()


class PhotosView(ApiView):
    takes_photos = True
    parser_classes = [MultiPartParser]

    @operation(
        "add_photo",
        gettext_lazy("给案件加一张照片；同一张只存一次"),
        {200: PhotoOut, 201: PhotoOut},
        WRITING,
        parameters=[CODE],
        request={"multipart/form-data": PhotoForm},
    )
    def post(self, request: Request, code: str) -> Response:
        by = person(request)
        mine = Q(pk__in=Incident.objects.visible_to(scope(by)).values("pk")) | Q(registered_by=by)
        case = Incident.objects.filter(mine, code=code).first()
        if case is None:
            raise Http404
        file = request.FILES.get("photo")
        if file is None:
            raise exceptions.ValidationError({"photo": [_("没有照片。")]})
        now = timezone.now()
        demand_may_add(case, by, now)
        picture = read_picture(file.read())
        photo, is_new = add_photo(incident=case, picture=picture, by=by, at=now)
        return created(PhotoOut(photo).data, is_new=is_new)


class PhotoView(ApiView):
    @operation(
        "photo",
        gettext_lazy("照片本身（JPEG）"),
        {(200, "image/jpeg"): OpenApiTypes.BINARY},
        NAMING,
        parameters=[
            CODE,
            OpenApiParameter(
                "digest", {"type": "string", "pattern": f"^{DIGEST}$"}, OpenApiParameter.PATH
            ),
            OpenApiParameter("size", str, enum=["small", "full"], default="full"),
        ],
    )
    def get(self, request: Request, code: str, digest: str) -> HttpResponse:
        size = request.query_params.get("size", "full")
        if size not in ("small", "full"):
            raise exceptions.ValidationError({"size": [_("没有这个选项。")]})
        if not case_of(request, code).photos.filter(digest=digest).exists():
            raise Http404
        image = read_image(digest, small=size == "small")
        if image is None:
            raise Http404
        return HttpResponse(
            image,
            content_type="image/jpeg",
            headers={"Content-Disposition": "inline", "X-Content-Type-Options": "nosniff"},
        )
