"""How much anybody may send, to whatever address and signed in or not."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext

from gridmap.accounts import problems
from gridmap.accounts.tokens import is_api

# What stands beside the files in a form.
FORM_BYTES = 50_000
# A browser shows an answer only once it has sent all; beyond this many limits it is cut off.
READ_OUT = 4


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Keeps files on the disk as they come, until all of a request together pass the limit.

    Forms are read for the check of their token, which comes before the log-in is asked for.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        meta: dict[str, str],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Refuse a body that announces too much, and keep nothing of it."""
        self._room = settings.UPLOAD_MAX_BYTES
        limit = settings.UPLOAD_MAX_BYTES + FORM_BYTES
        if content_length > limit:
            if content_length <= READ_OUT * limit:
                while input_data.read(self.chunk_size):
                    pass
            raise RequestDataTooBig(f"a form of {content_length} bytes was announced")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self._room -= len(raw_data)
        if self._room < 0:
            self.upload_interrupted()
            raise RequestDataTooBig(f"files of more than {settings.UPLOAD_MAX_BYTES} bytes came")
        return super().receive_data_chunk(raw_data, start)


def too_large() -> str:
    """What is said of a file over the limit, before it is sent and after."""
    limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
    return gettext("文件太大，上限 %(limit)s。更大的边界文件用命令导入。") % {"limit": limit}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """413 where too much was sent, 400 where nobody can read it."""
    if isinstance(exception, RequestDataTooBig) and not is_api(request):
        return render(request, "413.html", {"reason": too_large()}, status=413)
    return problems.bad_request(request, exception)
