"""What is said with an act: one small form each, with errors that say how to mend them."""

from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from geodata.models import Cell
from geodata.querysets import BEIJING
from gridmap.accounts.models import GuideTeam
from gridmap.accounts.scope import Scope
from gridmap.console.cases.photo_forms import PhotosField
from gridmap.console.cases.saying import sentences
from gridmap.console.cases.wording import called
from gridmap.incidents.models import Incident, Report, Unit
from gridmap.incidents.models.choices import choices
from gridmap.incidents.services.details import Details, VisitDraft
from gridmap.incidents.states import HEARTS
from gridmap.incidents.topics import NO_VISIT, OUTCOMES, RESULTS, SATISFACTIONS, VISIT_WAYS

# Metres; a case that this one may belong to is not farther away.
MOST_NEAR = 5
# A text, or one that is translated when it is shown.
Words = Any
DETAILS = {field.name for field in fields(Details)}


def one_of(
    label: Words, table: dict[str, str], missing: Words, **options: Any
) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices(table),
        widget=forms.RadioSelect,
        error_messages={"required": missing, "invalid_choice": missing},
        **options,
    )


class ActForm(forms.Form):
    """Every act carries the version that was read and a key for all tries to send it."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, case: Incident, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.scope = case, scope
        self.fields["version"].initial = case.version
        self.fit()

    def fit(self) -> None:
        """Adapt the fields to the case."""

    @property
    def asked(self) -> list[forms.BoundField]:
        """What a person fills in."""
        return self.visible_fields()

    def details(self) -> Details:
        """What the move needs; call when valid."""
        known = {name: value for name, value in self.cleaned_data.items() if name in DETAILS}
        return Details(**known)


class ReasonForm(ActForm):
    reason = sentences(_("原因"), _("写明原因"))


class SuspendForm(ReasonForm):
    field_order = ["until", "reason"]

    until = forms.DateField(
        label=_("挂账到"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("选一个以后的日期"), "invalid": _("日期不对")},
    )


class SettleForm(ActForm):
    text = sentences(_("怎么化解的"), _("写一句怎么化解的"), 2000)


class HandleForm(ActForm):
    outcome = one_of(_("化解结果"), OUTCOMES, _("选一个化解结果"))
    text = sentences(_("化解情况"), _("写一句化解情况"), 2000)


class VisitForm(ActForm):
    way = one_of(_("怎么回访的"), VISIT_WAYS, _("选一种方式"), initial="phone")
    result = one_of(_("解决了吗"), RESULTS, _("选来件人说的结果"))
    satisfaction = one_of(_("满意吗"), SATISFACTIONS, _("选来件人说的满意程度"))
    text = sentences(_("来件人还说了什么"), "", required=False)

    def details(self) -> Details:
        values = self.cleaned_data
        visit = VisitDraft(values["way"], values["result"], values["satisfaction"])
        return Details(
            visit=visit, text=values["text"], key=values["key"], version=values["version"]
        )


class CloseForm(ActForm):
    """A case without a visit says why; one that the visit was not content with says that."""

    no_visit_reason = one_of(_("没有回访的原因"), NO_VISIT, _("选没有回访的原因"))
    reason = sentences(_("为什么结案"), _("来件人没有满意，写明为什么结案"))

    def fit(self) -> None:
        if self.case.is_visited:
            del self.fields["no_visit_reason"]
        if not self.case.is_unhappy:
            del self.fields["reason"]


class DispatchForm(ActForm):
    cell = forms.ModelChoiceField(
        label=_("网格"),
        queryset=Cell.objects.none(),
        error_messages={"required": _("选一个网格"), "invalid_choice": _("选一个网格")},
    )
    team = forms.ModelChoiceField(
        label=_("牵头队伍"),
        queryset=GuideTeam.objects.all(),
        error_messages={"required": _("选一支牵头队伍"), "invalid_choice": _("选一支牵头队伍")},
    )
    unit = forms.ModelChoiceField(label=_("承办单位"), queryset=Unit.objects.all(), required=False)

    def fit(self) -> None:
        fields: dict[str, Any] = self.fields
        fields["cell"].queryset = self.cells()
        fields["cell"].initial = self.case.cell_id
        fields["team"].initial = self.case.lead_team_id
        fields["unit"].initial = self.case.unit_id
        fields["cell"].label_from_instance = _cell_label
        fields["team"].label_from_instance = fields["unit"].label_from_instance = called
        if not Unit.objects.exists():
            del self.fields["unit"]

    def cells(self) -> QuerySet[Cell]:
        """Those of its community; where it has none, those in scope."""
        beside = Cell.objects.filter(community=self.case.area_id)
        return beside if self.case.cell_id is not None else self.scope.cells()


def _cell_label(cell: Cell) -> str:
    return f"{cell.code[-3:]} {called(cell)}".strip()


class HandOverForm(DispatchForm):
    reason = sentences(_("原因"), _("写明原因"))


class SeparateForm(ReasonForm):
    """Which of the reports is about something else."""

    field_order = ["report", "reason"]

    report = forms.ModelChoiceField(
        label=_("哪一份来件说的是另一件事"),
        queryset=Report.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("选一份来件"), "invalid_choice": _("选一份来件")},
    )

    def fit(self) -> None:
        field: Any = self.fields["report"]
        field.queryset = self.case.reports.order_by("reported_at", "pk")
        field.label_from_instance = _report_label


def _report_label(report: Report) -> str:
    """来访 7月14日 07:48：“地下室又返水”."""
    words = {
        "source": report.get_source_display(),
        "time": date_format(report.reported_at.astimezone(BEIJING), gettext("n月j日 H:i")),
        "words": report.words,
    }
    return gettext("%(source)s %(time)s：“%(words)s”") % words


class MergeForm(ActForm):
    other = forms.CharField(
        label=_("并入哪个案件"),
        max_length=24,
        widget=forms.TextInput(attrs={"list": "near-cases", "autocomplete": "off"}),
        error_messages={"required": _("写另一个案件的编号")},
    )

    def near(self) -> list[Incident]:
        """Open cases around, to choose from."""
        if self.case.geom is None:
            return []
        seen = Incident.objects.visible_to(self.scope).open().exclude(pk=self.case.pk)
        return list(seen.near(self.case.geom).with_places()[:MOST_NEAR])

    def clean_other(self) -> Incident:
        code = self.cleaned_data["other"].strip().upper()
        found = Incident.objects.visible_to(self.scope).filter(code=code).first()
        if found is None:
            raise forms.ValidationError(gettext("没有找到这个案件"))
        case: Incident = found
        return case


class StepForm(ActForm):
    note = sentences(_("这一步做了什么"), _("写一句这一步做了什么"), 2000)
    hearts = forms.MultipleChoiceField(
        label=_("六心"),
        choices=choices(HEARTS),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    photos = PhotosField(required=False)

    def fit(self) -> None:
        self.fields["hearts"].initial = self.case.hearts


class PhotosForm(ActForm):
    photos = PhotosField()


class ExtensionForm(ReasonForm):
    field_order = ["until", "reason"]

    until = forms.DateTimeField(
        label=_("延到"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
        error_messages={"required": _("选延到什么时候"), "invalid": _("时间不对")},
    )

    def fit(self) -> None:
        self.fields["until"].initial = self.case.due_at + timedelta(days=1)


class DecideForm(ActForm):
    is_granted = forms.TypedChoiceField(
        label=_("同意延期吗"),
        choices=[("yes", _("同意")), ("no", _("不同意"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("选同意或不同意"), "invalid_choice": _("选同意或不同意")},
    )


class SuperviseForm(ActForm):
    words = sentences(_("要求"), _("写明要求"))


class AnswerForm(ActForm):
    answer = sentences(_("答复"), _("写一句答复"))
