"""What is written into a row of the tables, and when a row ends."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from geodata.models import Area
from gridmap.accounts.models import GuideTeam, User
from gridmap.console.cases.wording import called
from gridmap.incidents.models import RoutingRule, TimeLimit, Topic, Unit
from gridmap.incidents.models.choices import choices
from gridmap.incidents.services.routing import KEYS, add_limit, add_rule
from gridmap.incidents.topics import URGENCIES

TableRow = RoutingRule | TimeLimit
# Two years; longer is no limit.
MOST_MINUTES = 1_051_200


def _day(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


def _row_of(rows: Any, label: Any, empty: Any, **options: Any) -> Any:
    field: Any = forms.ModelChoiceField(rows, label=label, empty_label=empty, **options)
    field.label_from_instance = called
    return field


def _topic() -> Any:
    return _row_of(
        Topic.objects.all(), _("专题"), _("任何专题"), required=False, to_field_name="code"
    )


def _urgency() -> forms.ChoiceField:
    every = [("", _("任何紧急程度")), *choices(URGENCIES)]
    return forms.ChoiceField(label=_("紧急程度"), choices=every, required=False)


def _minutes(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST_MINUTES)


class RowForm(forms.Form):
    """A new row; one that takes the place of another stands for the same case."""

    model: ClassVar[type[TableRow]]
    field_order = ("topic", "area", "urgency")

    def __init__(
        self,
        data: Any = None,
        *,
        today: date,
        replaces: TableRow | None = None,
        topic: Topic | None = None,
    ) -> None:
        known: dict[str, Any] = {"topic": topic, "valid_from": today}
        if replaces is not None:
            known |= self.values_of(replaces)
            known["valid_from"] = max(today, replaces.valid_from)
        super().__init__(data, initial=known, label_suffix="")
        self.replaces = replaces
        if replaces is not None:
            for key in KEYS[self.model]:
                del self.fields[key]

    def values_of(self, row: Any) -> dict[str, Any]:
        return {name: getattr(row, name) for name in self.base_fields}

    @property
    def row(self) -> Any:
        """The new row; call when valid."""
        values: Mapping[str, Any] = self.cleaned_data
        same = {} if self.replaces is None else vars(self.replaces)
        keys = {key: same[key] for key in ("topic_id", "area_id", "urgency") if key in same}
        named = {field.name for field in self.model._meta.concrete_fields}
        return self.model(**keys, **{name: values[name] for name in values if name in named})

    def save(self, *, by: User, at: datetime) -> None:
        raise NotImplementedError


class RuleForm(RowForm):
    """Who leads and assists, and who carries out."""

    model = RoutingRule

    topic = _topic()
    area = _row_of(
        Area.objects.order_by("code"), _("区域"), _("全市"), required=False, to_field_name="code"
    )
    urgency = _urgency()
    lead_team = _row_of(GuideTeam.objects.all(), _("牵头队伍"), "—")
    unit = _row_of(Unit.objects.all(), _("承办单位"), "—", required=False)
    assisting_teams = forms.ModelMultipleChoiceField(
        GuideTeam.objects.all(),
        label=_("协办队伍"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    valid_from = _day(_("从哪天起"))
    valid_to = _day(_("到哪天失效"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        teams: Any = self.fields["assisting_teams"]
        teams.label_from_instance = called

    def values_of(self, row: Any) -> dict[str, Any]:
        return {**super().values_of(row), "assisting_teams": row.assisting_teams.all()}

    def save(self, *, by: User, at: datetime) -> None:
        teams = list(self.cleaned_data["assisting_teams"])
        replaced: Any = self.replaces
        add_rule(rule=self.row, by=by, at=at, assisting_teams=teams, replaces=replaced)


class LimitForm(RowForm):
    """How long first contact and settling may take."""

    model = TimeLimit

    topic = _topic()
    urgency = _urgency()
    contact_minutes = _minutes(_("首次联系（分钟）"))
    settle_minutes = _minutes(_("办结（分钟）"))
    is_working_time = forms.TypedChoiceField(
        label=_("怎么算"),
        choices=[("True", _("只算工作日")), ("False", _("每天都算"))],
        coerce=lambda value: value == "True",
        initial="True",
        widget=forms.RadioSelect,
        help_text=_("1 小时写 60，1 天写 1440"),
    )
    valid_from = _day(_("从哪天起"))
    valid_to = _day(_("到哪天失效"), required=False)

    def save(self, *, by: User, at: datetime) -> None:
        replaced: Any = self.replaces
        add_limit(limit=self.row, by=by, at=at, replaces=replaced)


class EndForm(forms.Form):
    """The day on which a row no longer counts."""

    ends_on = _day(_("从哪天起不再算数"))
