"""A photo of a case as a picture, within the scope of who asks."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET

from gridmap.accounts.scope import scope
from gridmap.console.cases.queries import has_photo
from gridmap.incidents.photos import read_image

# The browser may keep the picture, and asks each time whether it may still show it: what ends a right takes
# effect with the next look.
KEPT = {"Cache-Control": "private, no-cache"}


@require_GET
def case_photo(request: HttpRequest, code: str, digest: str) -> HttpResponse:
    """The photo, or with `size=small` its small form; both never change."""
    if not has_photo(scope(request.user), code, digest):
        raise Http404
    small = request.GET.get("size") == "small"
    tag = f'"{digest}{"-small" if small else ""}"'
    answer = get_conditional_response(request, etag=tag) or _picture(digest, small=small)
    for name, value in (KEPT | {"ETag": tag}).items():
        answer.headers[name] = value
    return answer


def _picture(digest: str, *, small: bool) -> HttpResponse:
    image = read_image(digest, small=small)
    if image is None:
        raise Http404
    headers = {"Content-Disposition": "inline", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(image, content_type="image/jpeg", headers=headers)
