"""What the forms that take down a report ask alike: sentences, a moment that is past, a person to reach."""

import re
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gridmap.incidents.drafts import PartyDraft

MOBILE, LANDLINE = 11, (7, 12)
# A clock that is a little ahead of ours is no lie.
AHEAD = timedelta(minutes=5)


def sentences(label: Any, missing: Any, length: int = 500, **options: Any) -> forms.CharField:
    """A few sentences; what is too long or missing is said."""
    return forms.CharField(
        label=label,
        max_length=length,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": length}),
        error_messages={
            "required": missing,
            "max_length": _("最多 %(limit_value)d 个字，现在是 %(show_value)d 个"),
        },
        **options,
    )


def demand_past(at: datetime, now: datetime) -> datetime:
    """The same moment.

    Raises
    ------
    ValidationError
        It is still to come.
    """
    if at > now + AHEAD:
        raise forms.ValidationError(gettext("发生时间在以后，改成已经过去的时间"))
    return at


class PersonForm(forms.Form):
    """One person or organisation; an empty row is no party."""

    name = forms.CharField(
        label=_("姓名或单位"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("联系电话"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    is_organisation = forms.BooleanField(label=_("是单位"), required=False)

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        digits = re.sub(r"[\s-]", "", phone)
        if not digits:
            return ""
        if not (digits.isascii() and digits.isdigit()):
            raise forms.ValidationError(gettext("电话只写数字"))
        if digits.startswith("1") and len(digits) != MOBILE:
            raise forms.ValidationError(
                gettext("手机号要 %(wanted)s 位，现在是 %(found)s 位")
                % {"wanted": MOBILE, "found": len(digits)}
            )
        if not LANDLINE[0] <= len(digits) <= LANDLINE[1]:
            raise forms.ValidationError(gettext("座机号要 7 到 12 位，连区号"))
        return phone

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("phone") and not values.get("name"):
            self.add_error("name", gettext("写姓名或单位，姓氏也可以"))
        return values

    def _party(self, role: str) -> PartyDraft | None:
        """The party of a valid row that is not empty."""
        values = self.cleaned_data
        if not values.get("name"):
            return None
        return PartyDraft(
            role=role,
            name=values["name"],
            phone=values["phone"],
            is_organisation=values["is_organisation"],
        )
