"""A new report as the page sends it: the shape of each field, with errors that say how to mend it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gridmap.accounts.models import Role
from gridmap.console.cases.photo_forms import PhotosField
from gridmap.console.cases.saying import PersonForm, demand_past, sentences
from gridmap.incidents.drafts import PartyDraft, ReportDraft
from gridmap.incidents.models import Party, Topic
from gridmap.incidents.models.choices import choices
from gridmap.incidents.topics import URGENCIES

# Who reports from where; the first role that a person holds decides.
SOURCES = (
    (Role.GRID_MEMBER, "patrol"),
    (Role.GRID_LEADER, "patrol"),
    (Role.BUILDING_LEADER, "sentinel"),
    (Role.HOTLINE_OPERATOR, "hotline_12345"),
)
WALK_IN = "walk_in"


class ReportForm(forms.Form):
    """Everything but the parties."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    lon = forms.FloatField(widget=forms.HiddenInput, required=False)
    lat = forms.FloatField(widget=forms.HiddenInput, required=False)
    accuracy_m = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=0)
    datum = forms.ChoiceField(
        choices=[("cgcs2000", ""), ("wgs84", "")], widget=forms.HiddenInput, initial="cgcs2000"
    )
    joins = forms.CharField(widget=forms.HiddenInput, required=False, max_length=24)
    topic = forms.ModelChoiceField(
        label=_("是哪类事？"),
        queryset=Topic.objects.all(),
        to_field_name="code",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("选一类事"), "invalid_choice": _("选一类事")},
    )
    words = sentences(_("说一句"), "", 2000, required=False)
    address = forms.CharField(label=_("位置说明"), max_length=200, required=False)
    unit_no = forms.CharField(label=_("单元"), max_length=10, required=False)
    urgency = forms.ChoiceField(
        label=_("紧急程度"),
        choices=choices(URGENCIES),
        initial="normal",
        widget=forms.RadioSelect,
    )
    occurred_at = forms.DateTimeField(
        label=_("发生时间"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
        error_messages={"required": _("选发生时间"), "invalid": _("时间不对")},
    )
    settle = forms.BooleanField(required=False, widget=forms.HiddenInput)
    photos = PhotosField(required=False)
    resolution = sentences(_("怎么化解的"), "", 2000, required=False)

    def clean_occurred_at(self) -> datetime:
        return demand_past(self.cleaned_data["occurred_at"], timezone.now())

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("lon") is None and not values.get("address"):
            self.add_error("address", gettext("在地图上点位置，或者写明在哪里"))
        if values.get("settle") and not values.get("resolution", "").strip():
            self.add_error("resolution", gettext("写一句怎么化解的"))
        return values

    def draft(self, source: str, parties: Sequence[PartyDraft]) -> ReportDraft:
        """The report; call when valid."""
        values = self.cleaned_data
        kept = ("key", "words", "lon", "lat", "datum", "accuracy_m", "address", "unit_no")
        return ReportDraft(
            source=source,
            topic=values["topic"].code,
            occurred_at=values["occurred_at"],
            urgency=values["urgency"],
            parties=tuple(parties),
            **{name: values[name] for name in kept},
        )


class PartyForm(PersonForm):
    """A row that says as what somebody is named."""

    role = forms.ChoiceField(label=_("身份"), choices=Party.Role, initial=Party.Role.REPORTER)

    def party(self) -> PartyDraft | None:
        # A row that nobody touched has no role.
        return self._party(self.cleaned_data.get("role", ""))


PartyRows = forms.formset_factory(PartyForm, extra=2, max_num=6, absolute_max=6)


def source_of(roles: frozenset[str]) -> str:
    """By which way a report of this person comes."""
    return next((source for role, source in SOURCES if role in roles), WALK_IN)
