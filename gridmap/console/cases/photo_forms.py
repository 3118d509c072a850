"""Photos in a form: chosen or taken, several at once, each looked at by the service alone."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gridmap.incidents.photos import MOST_BYTES, MOST_PHOTOS

# What `photo_press` reads; a phone that keeps its photos in another format turns them into one of these.
ACCEPTED = "image/jpeg,image/png,image/webp"
EMPTY = _("照片读不完整，重新拍一张或者换一张。")


class PhotosInput(forms.FileInput):
    """Takes several files; `photo_input.html` shows it."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """As many photos as the API takes at once."""

    widget = PhotosInput
    most, accepted = MOST_PHOTOS, ACCEPTED

    def __init__(self, **options: Any) -> None:
        errors = {"required": _("拍一张照片，或者选一张。"), "empty": EMPTY, "invalid": EMPTY}
        super().__init__(label=_("照片"), error_messages=errors, **options)

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        files = [super(PhotosField, self).clean(one, initial) for one in data or [None]]
        if len(files) > MOST_PHOTOS:
            raise forms.ValidationError(gettext("最多 %(count)d 张照片。") % {"count": MOST_PHOTOS})
        return [file for file in files if file]


def bytes_of(files: "Iterable[UploadedFile[Any]]") -> Iterator[bytes]:
    """What was sent, one after the other; of what is too large just enough to see that it is."""
    return (file.read(MOST_BYTES + 1) for file in files)
