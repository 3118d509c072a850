"""What a person may do with a case now: the moves, the next step, more time, supervision.

Each act has a name in the address, a label, a small form and the one service that carries it out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gridmap.accounts.models import User
from gridmap.accounts.scope import Scope
from gridmap.console.cases import forms
from gridmap.console.cases.photo_forms import bytes_of
from gridmap.console.cases.wording import CONSEQUENCES
from gridmap.console.pages import is_english
from gridmap.incidents.levels import ladder_of
from gridmap.incidents.models import Extension, Incident, Supervision
from gridmap.incidents.parts import (
    Standing,
    can_add_photo,
    can_ask_for_time,
    can_take_step,
    parts_of,
    possible_moves,
)
from gridmap.incidents.services.joining import separate_report
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.services.photos import add_photo, add_photos, read_pictures
from gridmap.incidents.services.steps import (
    answer_supervision,
    ask_extension,
    decide_extension,
    record_step,
    supervise,
)
from gridmap.incidents.standing import standing_of
from gridmap.incidents.states import (
    DESK,
    HANDLERS,
    MOVES,
    NEW,
    OPEN,
    STEP_LABELS,
    STEPS,
    Name,
    Part,
    Step,
    next_step,
)

# Stands with the photos of the page.
PHOTO = "photo"
Perform = Callable[[Incident, Any, User, datetime], object]


class NothingAsked(LookupError):
    """There is nothing, or nothing any more, to which this act would answer."""


@dataclass(frozen=True)
class Act:
    """One thing to do, and how: `consequence` is said before a case ends for somebody outside."""

    name: str
    label: str
    form: type[forms.ActForm]
    perform: Perform
    consequence: str = ""

    @property
    def is_plain(self) -> bool:
        """Nothing is asked: one press does it."""
        return self.form is forms.ActForm

    @property
    def key(self) -> UUID:
        """For all tries to send what one press means."""
        return uuid4()


def _moving(name: Name) -> Perform:
    def perform(case: Incident, form: forms.ActForm, by: User, at: datetime) -> object:
        return move_incident(incident=case, name=name, by=by, at=at, details=form.details())

    return perform


def _dispatch(case: Incident, form: forms.ActForm, by: User, at: datetime) -> object:
    return dispatch_incident(incident=case, by=by, at=at, details=form.details())


def _step(case: Incident, form: forms.ActForm, by: User, at: datetime) -> object:
    """Photos share person and time with the step that they belong to."""
    said = form.cleaned_data
    pictures = read_pictures(bytes_of(said["photos"]))
    record = record_step(
        incident=case,
        step=step_of(case) or Step.SETTLE,
        by=by,
        at=at,
        note=said["note"],
        hearts=said["hearts"],
        version=said["version"],
    )
    for picture in pictures:
        add_photo(incident=case, picture=picture, by=by, at=record.at)
    return record


def _add_photos(case: Incident, form: forms.ActForm, by: User, at: datetime) -> object:
    return add_photos(incident=case, sent=bytes_of(form.cleaned_data["photos"]), by=by, at=at)


def _ask_extension(case: Incident, form: forms.ActForm, by: User, at: datetime) -> object:
    said = form.cleaned_data
    return ask_extension(incident=case, until=said["until"], reason=said["reason"], by=by, at=at)


def _decide_extension(case: Incident, form: forms.ActForm, by: User, at: datetime) -> object:
    asked = waiting_extension(case)
    if asked is None:
        raise NothingAsked
    granted = form.cleaned_data["is_granted"]
    return decide_extension(extension=asked, is_granted=granted, by=by, at=at)


def _supervise(case: Incident, form: forms.ActForm, by: User, at: datetime) -> object:
    return supervise(incident=case, words=form.cleaned_data["words"], by=by, at=at)


def _answer_supervision(case: Incident, form: forms.ActForm, by: User, at: datetime) -> object:
    asked = waiting_supervision(case)
    if asked is None:
        raise NothingAsked
    return answer_supervision(supervision=asked, answer=form.cleaned_data["answer"], by=by, at=at)


def _separate(case: Incident, form: forms.ActForm, by: User, at: datetime) -> object:
    said = form.cleaned_data
    return separate_report(
        report=said["report"], reason=said["reason"], by=by, at=at, key=said["key"]
    )


MOVE_FORMS: dict[Name, type[forms.ActForm]] = {
    Name.DECLINE: forms.ReasonForm,
    Name.DISPATCH: forms.DispatchForm,
    Name.RETURN: forms.ReasonForm,
    Name.HAND_OVER: forms.HandOverForm,
    Name.SUSPEND: forms.SuspendForm,
    Name.ESCALATE: forms.ReasonForm,
    Name.PULL_DOWN: forms.ReasonForm,
    Name.SETTLE_ON_SITE: forms.SettleForm,
    Name.HANDLE: forms.HandleForm,
    Name.REWORK: forms.ReasonForm,
    Name.VISIT: forms.VisitForm,
    Name.CLOSE: forms.CloseForm,
    Name.REOPEN: forms.ReasonForm,
    Name.MERGE: forms.MergeForm,
    Name.UNMERGE: forms.ReasonForm,
    Name.WITHDRAW: forms.ReasonForm,
}
OTHERS: dict[str, Act] = {
    act.name: act
    for act in (
        Act("step", gettext_noop("记录步骤"), forms.StepForm, _step),
        Act("extension", gettext_noop("申请延期"), forms.ExtensionForm, _ask_extension),
        Act("decide", gettext_noop("答复延期"), forms.DecideForm, _decide_extension),
        Act("supervise", gettext_noop("督办"), forms.SuperviseForm, _supervise),
        Act(PHOTO, gettext_noop("加照片"), forms.PhotosForm, _add_photos),
        Act("answer", gettext_noop("答复督办"), forms.AnswerForm, _answer_supervision),
        Act(
            "separate",
            gettext_noop("分出来件"),
            forms.SeparateForm,
            _separate,
            gettext_noop("这份来件成为另一个案件，从现在起算期限，另外派人。分错了可以再并回来。"),
        ),
    )
}
ACTS: dict[str, Act] = {
    **{
        name.value: Act(
            name.value,
            move.label,
            MOVE_FORMS.get(name, forms.ActForm),
            _dispatch if name is Name.DISPATCH else _moving(name),
            CONSEQUENCES.get(name, ""),
        )
        for name, move in MOVES.items()
    },
    **OTHERS,
}
# What comes first of what is possible: the one button that carries the case on, then what is near at
# hand. The rest stands behind “more”.
FIRST = (
    "step", "handle", "start", "take_up", "dispatch", "check", "visit", "close", "accept", "resume",
    "answer", "decide", "reopen", "unmerge",
)  # fmt: skip
NEXT = (
    "decide", "answer", "extension", "escalate", "return", "settle_on_site", "accept", "decline", "rework",
    "supervise", "hand_over", "suspend", "pull_down", "withdraw",
)  # fmt: skip
BESIDE = 3


@dataclass(frozen=True)
class Choice:
    """The acts of a page: one first, some beside it, the rest behind “more”."""

    first: Act | None
    beside: list[Act]
    more: list[Act]


def choice_of(acts: list[Act]) -> Choice:
    by_name = {act.name: act for act in acts if act.name != PHOTO}
    first = next((by_name.pop(name) for name in FIRST if name in by_name), None)
    beside = [by_name.pop(name) for name in NEXT if name in by_name][:BESIDE]
    shown = {PHOTO} | {act.name for act in beside} | ({first.name} if first else set())
    return Choice(first, beside, [act for act in acts if act.name not in shown])


def possible_acts(case: Incident, scope: Scope) -> list[Act]:
    """Everything that would be taken from this person now."""
    standing = standing_of(case)
    parts = parts_of(standing, scope)
    return [_named(ACTS[name], case, scope) for name in _possible(case, standing, parts)]


def _possible(case: Incident, standing: Standing, parts: frozenset[Part]) -> Iterator[str]:
    moves = [move.name for move in possible_moves(standing, parts)]
    yield from (name.value for name in moves)
    # Accept, file and dispatch in one: the services do all three.
    if Name.DISPATCH not in moves and standing.state in NEW and parts & set(DESK):
        yield Name.DISPATCH.value
    if can_take_step(standing, parts):
        yield "step"
    if can_add_photo(standing, parts):
        yield PHOTO
    yield from _possible_others(case, standing, parts)


def _possible_others(case: Incident, standing: Standing, parts: frozenset[Part]) -> Iterator[str]:
    handles, commands = parts & set(HANDLERS), parts & set(DESK)
    if standing.state not in OPEN:
        return
    waiting = waiting_extension(case) if handles or commands else None
    if commands:
        yield from ("decide", "supervise") if waiting else ("supervise",)
        if case.reports.count() > 1:
            yield "separate"
    if waiting is None and can_ask_for_time(standing, parts):
        yield "extension"
    if handles and waiting_supervision(case):
        yield "answer"


def _named(act: Act, case: Incident, scope: Scope) -> Act:
    """With a label that says what exactly it will do here."""
    consequence = _(act.consequence) if act.consequence else ""
    return replace(act, label=label_of(act, case, scope), consequence=consequence)


def label_of(act: Act, case: Incident, scope: Scope) -> str:
    if act.name == "step" and (step := step_of(case)):
        return _("记录%(step)s结果") % {"step": _(STEP_LABELS[step])}
    if act.name == Name.ESCALATE and (above := ladder_of(case, scope.day).above):
        level = settings.CITY.level(above.kind)
        return _("提级到%(area)s") % {"area": level.label_en if is_english() else level.label}
    return _(act.label)


def step_of(case: Incident) -> Step | None:
    """The step that is next."""
    taken = STEPS[: STEPS.index(Step(case.step)) + 1] if case.step else ()
    return next_step(taken)


def waiting_extension(case: Incident) -> Extension | None:
    found: Extension | None = case.extensions.filter(is_granted__isnull=True).first()
    return found


def waiting_supervision(case: Incident) -> Supervision | None:
    found: Supervision | None = case.supervisions.filter(answered_at__isnull=True).first()
    return found
