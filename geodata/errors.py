"""What is said to a person when something is refused, in Chinese and translatable.

Pure modules may not know Django. They write `Sentence(_("…{name}…"), name=…)`; the
sentence is a Chinese string at once, and whoever speaks to a person (a command, a page)
says it in that person's language by `sentence.said(gettext)`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

Translate = Callable[[str], str]


def gettext_noop(text: str) -> str:
    """Mark a Chinese text for the catalogue of translations."""
    return text


def pgettext_noop(context: str, text: str) -> str:
    """The same for a text that means several things and is another word for each in English."""
    return text


def in_chinese(template: str) -> str:
    """The translation into the source language."""
    return template


class Sentence(str):
    """A Chinese sentence that still knows its template and what was put into it."""

    template: str
    params: dict[str, Any]

    def __new__(cls, template: str, **params: Any) -> Self:
        sentence = super().__new__(cls, template.format(**params))
        sentence.template = template
        sentence.params = params
        return sentence

    def said(self, translate: Translate = in_chinese) -> str:
        """The sentence by a translator of templates, such as Django's gettext."""
        inner = {
            name: value.said(translate) if isinstance(value, Sentence) else value
            for name, value in self.params.items()
        }
        return translate(self.template).format(**inner)


@dataclass(frozen=True)
class Refusal:
    """Why a file or one of its features cannot be taken.

    `code` is for programs, `reason` for people; `row` counts features from 1, `field` is a
    column of the file, `lon` and `lat` are CGCS2000 degrees where a place is known.
    """

    code: str
    reason: Sentence
    row: int | None = None
    field: str | None = None
    lon: float | None = None
    lat: float | None = None

    def as_dict(self, translate: Translate = in_chinese) -> dict[str, Any]:
        """The refusal for a JSON report."""
        return {
            "code": self.code,
            "reason": self.reason.said(translate),
            "row": self.row,
            "field": self.field,
            "lon": self.lon,
            "lat": self.lat,
        }


class ImportRefused(ValueError):
    """A file was refused as a whole; nothing of it was taken.

    The exception's own text is the first reason in Chinese; `said` gives all of it.
    """

    def __init__(self, refusals: Refusal | Iterable[Refusal]) -> None:
        self.refusals = (refusals,) if isinstance(refusals, Refusal) else tuple(refusals)
        super().__init__(str(self.refusals[0].reason))

    @property
    def code(self) -> str:
        """The code of the first reason."""
        return self.refusals[0].code

    def said(self, translate: Translate = in_chinese) -> str:
        """Every reason, one a line."""
        return "\n".join(refusal.reason.said(translate) for refusal in self.refusals)


def refused(code: str, template: str, **params: Any) -> ImportRefused:
    """The exception for one reason that concerns the file as a whole."""
    return ImportRefused(Refusal(code, Sentence(template, **params)))
