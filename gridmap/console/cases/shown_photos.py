"""The photos of a case as its page shows them: by whom, when, and with what each came."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from gridmap.incidents.models import Photo
from gridmap.incidents.states import STEP_LABELS, Step
from gridmap.incidents.story import Records


@dataclass(frozen=True)
class ShownPhoto:
    digest: str
    who: str
    at: datetime
    came_with: str


def shown_photos(records: Records) -> list[ShownPhoto]:
    """In the order in which they came; what came with a step has its person and time."""
    steps = {(step.at, step.by_id): _(STEP_LABELS[Step(step.step)]) for step in records.steps}
    return [_shown(photo, steps) for photo in records.photos]


def _shown(photo: Photo, steps: dict[tuple[datetime, int | None], str]) -> ShownPhoto:
    with_step = steps.get((photo.added_at, photo.added_by_id), "")
    came_with = _("来件") if photo.report_id is not None else with_step
    return ShownPhoto(photo.digest, str(photo.added_by), photo.added_at, came_with)
