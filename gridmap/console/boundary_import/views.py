"""Upload, check, preview, confirm: what each page shows follows from the upload's state."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
)
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from geodata.boundaries.checks import TOLERANCE_M
from gridmap.accounts.guards import for_roles
from gridmap.accounts.models import Role, User
from gridmap.console.boundary_import import jobs, wording
from gridmap.console.boundary_import.effects import PARTS, Effects
from gridmap.console.boundary_import.forms import ReadingForm, UploadForm, initial_of
from gridmap.console.boundary_import.stages import (
    Stage,
    create_stage,
    find_stage,
    save,
    stages_of,
)
from gridmap.console.uploads import too_large

PAGE_ROWS = 50
STEPS = ((1, _("上传")), (2, _("检查")), (3, _("预览影响")), (4, _("确认")))
for_administrators = for_roles(Role.CITY_ADMIN)
StageView = Callable[..., HttpResponse]


def on_own_stage(view: StageView) -> StageView:
    """Hand the view the upload of the token; for anybody but its sender there is none."""

    @for_administrators
    @never_cache
    @wraps(view)
    def found(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        stage = find_stage(token, user_id=_user_id(request))
        if stage is None:
            raise Http404
        return view(request, stage, **kwargs)

    return found


@for_administrators
@never_cache
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Step 1: a file, and what is in it."""
    if request.method == "GET":
        return _upload_page(request, UploadForm(initial={"replace": "yes", "crs": ""}))
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, form, status=422)
    user_id = _user_id(request)
    jobs.make_room(user_id)
    file = form.cleaned_data["file"]
    stage = create_stage(
        user_id=user_id,
        name=file.name,
        chunks=file.chunks(),
        reading=form.reading(),
        at=timezone.now(),
    )
    jobs.start(stage, jobs.CHECK, by=request.user.get_username())
    return redirect("import-stage", token=stage.token)


def _upload_page(request: HttpRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
    values = {
        "form": form,
        "step": 1,
        "steps": STEPS,
        "now": timezone.now(),
        "unfinished": [stage for stage in stages_of(_user_id(request)) if not stage.is_written],
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "limit": f"{settings.UPLOAD_MAX_BYTES // 1024**2} MB",
        "too_large": too_large(),
    }
    return render(request, "console/import/upload.html", values, status=status)


@on_own_stage
@require_GET
def stage_page(request: HttpRequest, stage: Stage) -> HttpResponse:
    """The page of an upload: waiting, faults, preview, or what was written."""
    job = jobs.current_job(stage)
    if job is not None:
        template = "working" if job.is_running else "broken"
        values = {"job": job, "step": 2 if job.name == jobs.CHECK else 4}
        return _stage_render(request, stage, template, values)
    outcome = stage.outcome or {"state": "unread"}
    if outcome["state"] == "unread":
        return redirect("import-reading", token=stage.token)
    return PAGES[outcome["state"]](request, stage, outcome)


def _faults_page(request: HttpRequest, stage: Stage, outcome: dict[str, Any]) -> HttpResponse:
    values = {
        "step": 2,
        "counts": wording.counts(outcome["faults"]),
        "lines": _page_of_lines(outcome, 1),
        "spared": wording.spared(outcome),
        "total": outcome.get("total", len(outcome["faults"])),
        "tolerance": TOLERANCE_M,
        "map_label": gettext("地图：文件里的边界和问题的位置。旁边的列表有同样的内容。"),
        "words": wording.for_scripts(),
    }
    return _stage_render(request, stage, "faults", values)


def _preview_page(request: HttpRequest, stage: Stage, outcome: dict[str, Any]) -> HttpResponse:
    values = {
        "step": 3,
        "effects": Effects(outcome["change"], outcome["labels"]),
        "spared": wording.spared(outcome),
        "keys": (("opened", _("新边界")), ("closed", _("结束的边界")), ("kept", _("不变"))),
        "map_label": gettext("地图：新边界和结束的边界。旁边的列表有同样的内容。"),
        "words": wording.for_scripts(),
    }
    return _stage_render(request, stage, "preview", values)


def _overtaken_page(request: HttpRequest, stage: Stage, outcome: dict[str, Any]) -> HttpResponse:
    username = outcome["first"]["by"]
    person = User.objects.filter(username=username).first()
    at = datetime.fromisoformat(outcome["first"]["at"])
    first = {
        "name": person.name if person else username,
        "at": at,
        "is_just_now": timezone.now() - at < timedelta(minutes=1),
    }
    return _stage_render(request, stage, "overtaken", {"step": 3, "first": first}, status=409)


def _done_page(request: HttpRequest, stage: Stage, outcome: dict[str, Any]) -> HttpResponse:
    values = {
        "step": 5,
        "effects": Effects(outcome["change"], outcome["labels"]),
        "written_at": datetime.fromisoformat(outcome["written_at"]),
    }
    return _stage_render(request, stage, "done", values)


PAGES = {
    "faults": _faults_page,
    "preview": _preview_page,
    "overtaken": _overtaken_page,
    "written": _done_page,
}


@on_own_stage
@require_http_methods(["GET", "POST"])
def reading(request: HttpRequest, stage: Stage) -> HttpResponse:
    """Step 1 again with the file kept: what is in it, and how it is to be read."""
    outcome = stage.outcome or {}
    known = {"columns": outcome.get("columns", ()), "layers": outcome.get("layers", ())}
    if request.method == "POST":
        form = ReadingForm(request.POST, **known)
        if form.is_valid():
            save(stage.read_as(form.reading(stage.reading)))
            jobs.start(stage, jobs.CHECK, by=request.user.get_username())
            return redirect("import-stage", token=stage.token)
        return _stage_render(request, stage, "reading", {"form": form, "step": 1}, status=422)
    question = wording.question(outcome)
    if outcome.get("state") == "unread" and question is None:
        return _stage_render(request, stage, "unreadable", {"step": 1})
    form = ReadingForm(initial=initial_of(stage.reading), **known)
    values = {"form": form, "step": 1, "question": question}
    return _stage_render(request, stage, "reading", values)


@on_own_stage
@require_POST
def check(request: HttpRequest, stage: Stage) -> HttpResponse:
    """Check again, read as before."""
    jobs.start(stage, jobs.CHECK, by=request.user.get_username())
    return redirect("import-stage", token=stage.token)


@on_own_stage
@require_GET
def progress(request: HttpRequest, stage: Stage) -> HttpResponse:
    """How far the work is; at its end the page is asked for anew."""
    job = jobs.current_job(stage)
    if job is None or not job.is_running:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _stage_render(request, stage, "progress", {"job": job})


@on_own_stage
@require_GET
def picture(request: HttpRequest, stage: Stage) -> HttpResponse:
    """What the map draws of an upload."""
    if not stage.picture.exists():
        raise Http404
    headers = {"Content-Encoding": "gzip"}
    content = stage.picture.read_bytes()
    return HttpResponse(content, content_type="application/json", headers=headers)


@on_own_stage
@require_GET
def rows(request: HttpRequest, stage: Stage) -> HttpResponse:
    """The next fifty rows of the faults, or of one part of the preview."""
    number = request.GET.get("page", "1")
    part = request.GET.get("part", "")
    if not part:
        lines = _page_of_lines(_outcome_in(stage, "faults"), number)
        return _stage_render(request, stage, "rows", {"lines": lines})
    if part not in PARTS:
        raise Http404
    outcome = _outcome_in(stage, "preview")
    lines = Effects(outcome["change"], outcome["labels"]).page_of(part, number)
    values = {"lines": lines, "part": {"name": part}}
    return _stage_render(request, stage, "change_rows", values)


@on_own_stage
@require_GET
def fault_list(request: HttpRequest, stage: Stage) -> HttpResponse:
    """The faults as `check_coverage --format json` writes them."""
    outcome = _outcome_in(stage, "faults")
    options = {"ensure_ascii": False, "indent": 1}
    response = JsonResponse(wording.as_report(outcome), json_dumps_params=options)
    response["Content-Disposition"] = 'attachment; filename="faults.json"'
    return response


@on_own_stage
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, stage: Stage) -> HttpResponse:
    """Step 4: the consequence in words, and the one button that writes."""
    if jobs.current_job(stage) is not None:
        return redirect("import-stage", token=stage.token)
    outcome = stage.outcome or {}
    if outcome.get("state") != "preview":
        return redirect("import-stage", token=stage.token)
    if request.method == "POST":
        jobs.start(stage, jobs.WRITE, by=request.user.get_username())
        return redirect("import-stage", token=stage.token)
    effects = Effects(outcome["change"], outcome["labels"])
    return _stage_render(request, stage, "confirm", {"step": 4, "effects": effects})


@on_own_stage
@require_POST
def discard(request: HttpRequest, stage: Stage) -> HttpResponse:
    """Forget the upload; nothing of it was written."""
    jobs.throw_away(stage)
    return redirect("import")


def _outcome_in(stage: Stage, state: str) -> dict[str, Any]:
    outcome = stage.outcome or {}
    if outcome.get("state") != state:
        raise Http404
    return outcome


def _page_of_lines(outcome: dict[str, Any], number: int | str) -> Page[Any]:
    page = Paginator(outcome["faults"], PAGE_ROWS).get_page(number)
    page.object_list = [wording.line(fault, outcome["labels"]) for fault in page.object_list]
    return page


def _stage_render(
    request: HttpRequest, stage: Stage, name: str, values: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    outcome = stage.outcome or {}
    context = {
        "stage": stage,
        "outcome": outcome,
        "summary": wording.summary(outcome),
        "steps": STEPS,
        "now": timezone.now(),
        **values,
    }
    return render(request, f"console/import/{name}.html", context, status=status)


def _user_id(request: HttpRequest) -> int:
    """The signed-in person; the guard in front lets nobody else come here."""
    if request.user.pk is None:
        raise TypeError("this page needs a log-in")
    return int(request.user.pk)
