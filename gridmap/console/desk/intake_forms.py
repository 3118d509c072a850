"""A report as it is taken down at a desk: the shape of each field, with errors that say how to mend it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from geodata.crs import CGCS2000
from gridmap.console.cases.saying import PersonForm, demand_past, sentences
from gridmap.console.cases.wording import called
from gridmap.console.desk.places import Place
from gridmap.incidents.drafts import PartyDraft, ReportDraft
from gridmap.incidents.models import Party, Topic
from gridmap.incidents.models.choices import choices
from gridmap.incidents.topics import RISKS, SOURCES, URGENCIES

MOMENT = "%Y-%m-%dT%H:%M"


def _text(label: Any, most: int, *, required: bool = False, **attrs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, max_length=most, required=required, widget=widget)


class IntakeForm(forms.Form):
    """Everything but the parties; the point is one that was pressed on the map."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    source = forms.ChoiceField(label=_("来源"), choices=choices(SOURCES))
    channel_reference = _text(_("来源编号"), 60)
    words = sentences(_("来件人的话"), _("写下来件人怎么说的。"), 2000)
    topic = forms.ModelChoiceField(
        label=_("专题"),
        queryset=Topic.objects.all(),
        to_field_name="code",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("选一个专题。"), "invalid_choice": _("选一个专题。")},
    )
    urgency = forms.ChoiceField(
        label=_("紧急程度"), choices=choices(URGENCIES), initial="normal", widget=forms.RadioSelect
    )
    risk_level = forms.ChoiceField(
        label=_("风险等级"), choices=choices(RISKS), initial="blue", widget=forms.RadioSelect
    )
    occurred_at = forms.DateTimeField(
        label=_("发生时间"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        input_formats=[MOMENT],
        error_messages={"invalid": _("时间写成 2026-07-14 07:48 这样。")},
    )
    find = _text(_("在哪里"), 80)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    address = _text(_("位置说明"), 200)
    unit_no, floor_no, room_no = (
        _text(_("单元"), 10),
        _text(_("楼层"), 10),
        _text(_("房号"), 10),
    )

    def __init__(self, data: Any = None, *, source: str, now: datetime) -> None:
        initial = {"key": uuid4(), "source": source, "occurred_at": now}
        super().__init__(data, initial=initial, label_suffix="")
        topic: Any = self.fields["topic"]
        topic.label_from_instance = called
        self.now = now

    def draw_another_key(self) -> None:
        self.data = {**self.data, "key": str(uuid4())}

    def clean_occurred_at(self) -> datetime:
        return demand_past(self.cleaned_data["occurred_at"], self.now)

    def draft(self, place: Place | None, parties: Iterable[PartyDraft]) -> ReportDraft:
        """The report; call when valid. What a building is, its own point tells best."""
        values = self.cleaned_data
        pressed = values["lon"] is not None and values["lat"] is not None
        lon, lat, accuracy = values["lon"], values["lat"], None
        if place is not None and not pressed:
            lon, lat, accuracy = place.lon, place.lat, place.accuracy_m
        is_building = place is not None and place.kind == "building"
        kept = (
            "key",
            "source",
            "channel_reference",
            "words",
            "occurred_at",
            "urgency",
            "risk_level",
        )
        return ReportDraft(
            topic=values["topic"].code,
            lon=lon,
            lat=lat,
            datum=CGCS2000,
            accuracy_m=accuracy,
            address=values["address"] or _spoken(values["find"], place),
            building_id=place.id if place is not None and is_building and not pressed else None,
            unit_no=values["unit_no"],
            floor_no=values["floor_no"],
            room_no=values["room_no"],
            parties=tuple(parties),
            **{name: values[name] for name in kept},
        )


def _spoken(words: str, place: Place | None) -> str:
    """A building names itself; a street needs the number that was said, another place its name."""
    if place is None or place.kind == "street":
        return words
    return "" if place.kind == "building" else place.name


class PartyForm(PersonForm):
    """The one who reports, or one who is reported."""

    def __init__(self, role: Party.Role, data: Any = None) -> None:
        super().__init__(data, prefix=role.value, label_suffix="")
        self.role = role

    def party(self) -> PartyDraft | None:
        return self._party(self.role.value)


def party_forms(data: Mapping[str, Any] | None = None) -> list[PartyForm]:
    return [PartyForm(role, data) for role in Party.Role]
