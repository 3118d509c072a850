"""What is said with an act about a conflict; fields have the names of the service's arguments."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gridmap.accounts.models import GuideTeam, User
from gridmap.accounts.scope import Scope
from gridmap.console.cases.saying import sentences
from gridmap.console.cases.wording import called
from gridmap.recurring.models import RecurringConflict
from gridmap.recurring.owners import Fit, people_for
from gridmap.recurring.services.handling import MOST

# Days within which a plan or a task is due, unless somebody says otherwise.
USUAL_DAYS = 14


class PlainForm(forms.Form):
    """Every act carries the version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(
        self, *args: Any, conflict: RecurringConflict, scope: Scope, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.conflict, self.scope = conflict, scope
        self.fields["version"].initial = conflict.version
        self.fit()

    def fit(self) -> None:
        """Adapt the fields to the conflict."""

    @property
    def asked(self) -> list[forms.BoundField]:
        """What a person fills in."""
        return self.visible_fields()


def day_for(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("选一天"), "invalid": _("选一天")},
    )


def ask_for_a_day_ahead(field: forms.Field, today: date) -> None:
    """From today on; in two weeks unless somebody says otherwise."""
    field.initial = today + timedelta(days=USUAL_DAYS)
    field.widget.attrs["min"] = date_format(today, "Y-m-d")


class DismissForm(PlainForm):
    reason = sentences(_("为什么不是"), _("写明为什么不是。"), MOST["reason"])


class CloseForm(PlainForm):
    reason = sentences(_("为什么可以办结"), _("写明为什么可以办结。"), MOST["reason"])


class OwnerForm(PlainForm):
    owner = forms.ChoiceField(
        label=_("负责人"),
        error_messages={"required": _("选一个人"), "invalid_choice": _("选名单里的一个人")},
    )
    team = forms.ModelChoiceField(
        GuideTeam.objects.all(), label=_("专业队伍"), required=False, empty_label=_("没有")
    )

    def fit(self) -> None:
        self.people = people_for(self.conflict, self.scope.day)
        owner, team = self.fields["owner"], self.fields["team"]
        choices = [(str(one.person.pk), f"{one.person} · {_office(one)}") for one in self.people]
        owner.choices = [("", gettext("选一个人")), *choices]  # type: ignore[attr-defined]
        owner.initial = self.conflict.owner_id or ""
        team.label_from_instance = called  # type: ignore[attr-defined]
        team.initial = self.conflict.team_id

    def clean_owner(self) -> User:
        chosen = self.cleaned_data["owner"]
        return next(one.person for one in self.people if str(one.person.pk) == chosen)


def _office(one: Fit) -> str:
    return f"{called(one.place)} {one.role}"


class PlanForm(PlainForm):
    plan = sentences(_("打算怎么办"), _("写明打算怎么办。"), MOST["plan"])
    due = day_for(_("到哪天做完"))

    def fit(self) -> None:
        self.fields["plan"].initial = self.conflict.plan
        ask_for_a_day_ahead(self.fields["due"], self.scope.day)
        due = self.conflict.plan_due
        if due and due >= self.scope.day:
            self.fields["due"].initial = due


class TaskForm(PlainForm):
    teams = forms.ModelMultipleChoiceField(
        GuideTeam.objects.all(),
        label=_("给哪些队伍"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("至少选一支队伍。")},
    )
    note = sentences(_("做什么"), _("写明要做什么。"), MOST["note"])
    due = day_for(_("到哪天做完"))

    def fit(self) -> None:
        self.fields["teams"].label_from_instance = called  # type: ignore[attr-defined]
        if self.conflict.team_id:
            self.fields["teams"].initial = [self.conflict.team_id]
        ask_for_a_day_ahead(self.fields["due"], self.scope.day)


class FinishForm(forms.Form):
    """What a team says of its task."""

    result = sentences(_("做了什么，结果怎样"), _("写明做了什么、结果怎样。"), MOST["result"])


class MeasureForm(PlainForm):
    words = forms.CharField(
        label=_("做了什么"),
        max_length=MOST["words"],
        error_messages={"required": _("写明做了什么。")},
    )
    taken_on = day_for(_("哪天"))
    taken_by = forms.CharField(
        label=_("谁做的"),
        max_length=MOST["taken_by"],
        error_messages={"required": _("写明是谁做的。")},
    )

    def fit(self) -> None:
        self.fields["taken_on"].initial = self.scope.day
        self.fields["taken_on"].widget.attrs["max"] = date_format(self.scope.day, "Y-m-d")
        if self.conflict.team:
            self.fields["taken_by"].initial = called(self.conflict.team)
