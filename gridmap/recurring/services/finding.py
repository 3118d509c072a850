"""A run: find what keeps coming back, and carry on what was known of it."""

from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import connection, transaction
from django.utils.translation import gettext as _

from geodata.models import STORED, Area, Building
from geodata.querysets import BEIJING
from gridmap.incidents.models import Incident, Topic
from gridmap.incidents.states import NOT_COUNTED
from gridmap.recurring.models import Evidence, RecurringConflict, Run
from gridmap.recurring.reading import Material, read_material
from gridmap.recurring.services.errors import RunRefused
from gridmap.recurring.services.following import follow_conflicts
from gridmap.recurring.services.recording import record_find
from layers.hotspots.conflicts import Conflict, Found, recurring_conflicts

YEARS = 5
SEED = 620_201
LOCK = 620_202
# Of the smaller of two sets of cases: a conflict that shares more is the same one at another level.
SAME_SHARE = 0.5
PLACE = ("level", "key", "name", "name_en", "geom", "area", "building")
Tell = Callable[[str], None]


def find_recurring(
    *,
    at: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    topics: Collection[str] = (),
    seed: int = SEED,
    tell: Tell = lambda _words: None,
) -> Run:
    """Look through the cases of a period, of all topics or of some, and write down what was found.

    All topics are judged by each other, whichever are asked for. The same cases, places, period and seed
    give the same list.

    Raises
    ------
    RunRefused
        An empty period, an unknown topic, fewer than two topics to compare, or no place to compare.
    """
    until = until or at
    since = since or until - timedelta(days=round(365.25 * YEARS))
    _check(since, until, topics)
    tell(_("读案件和地方…"))
    counted = Incident.objects.exclude(state__in=NOT_COUNTED)
    material = read_material(counted.filter(occurred_at__gte=since, occurred_at__lt=until), at)
    _check_places(material)
    tell(_("比较 {n} 件案件…").format(n=len(material.arrays)))
    found = recurring_conflicts(
        material.cases, material.city.places, material.words,
        since=_local(since), until=_local(until), seed=seed, disputes=material.disputes,
    )  # fmt: skip
    tell(_("写下结果…"))
    return _write(found, material, at=at, since=since, until=until, topics=topics, seed=seed)


def _check(since: datetime, until: datetime, topics: Collection[str]) -> None:
    if not since < until:
        raise RunRefused(_("开始的日子要在结束的日子之前。"))
    known = set(Topic.objects.values_list("code", flat=True))
    if unknown := sorted({*topics} - known):
        raise RunRefused(_("没有这个专题：{code}").format(code=unknown[0]))
    if len(known) < 2:
        raise RunRefused(_("至少要有两个专题才能比较。"))


def _check_places(material: Material) -> None:
    if not material.city.places.levels:
        raise RunRefused(_("还没有可以比较的地方：先装入网格和楼栋。"))


def _local(at: datetime) -> np.datetime64:
    return np.datetime64(at.astimezone(BEIJING).replace(tzinfo=None), "us")


@transaction.atomic
def _write(
    found: Found,
    material: Material,
    *,
    topics: Collection[str],
    at: datetime,
    **period: Any,
) -> Run:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    asked = [n for n, topic in enumerate(material.topics) if not topics or topic.code in topics]
    listed = [one for one in found.published if one.topic in asked]
    run = Run.objects.create(
        at=at,
        topics=sorted(topics),
        digest=material.digest,
        cases=len(material.arrays),
        placed=found.placed,
        tested=found.tested,
        listed=len(listed),
        visible=found.visible,
        **period,
    )
    for rank, one in enumerate(listed, 1):
        _keep(one, rank, run, material)
    for one in found.conflicts:
        if one.topic in asked and not one.is_published:
            _carry_on(one, run, material)
    follow_conflicts(at)
    return run


def _keep(one: Conflict, rank: int, run: Run, material: Material) -> None:
    """As the conflict that it was in earlier runs, or as a new one to be confirmed."""
    conflict = _same(one, run, material) or RecurringConflict(code=_next_code(), state_since=run.at)
    is_new = conflict.pk is None
    _place(conflict, one, material)
    conflict.cases.add(*material.arrays.id[one.cases].tolist())
    if is_new:
        record_find(conflict, run.at)
    _see(conflict, run, rank, one)


def _carry_on(one: Conflict, run: Run, material: Material) -> None:
    """What was listed once and is not now keeps its story."""
    conflict = _same(one, run, material)
    if conflict is not None:
        _see(conflict, run, None, one)


def _see(conflict: RecurringConflict, run: Run, rank: int | None, one: Conflict) -> None:
    """What this run says of it, beside what earlier runs said."""
    seen = Evidence.objects.create(run=run, conflict=conflict, rank=rank, **_evidence(one))
    # Of a run that looks at an earlier period nothing is news.
    if conflict.latest is None or conflict.latest.run.until <= run.until:
        conflict.latest = seen
        conflict.save(update_fields=["latest"])


def _same(one: Conflict, run: Run, material: Material) -> RecurringConflict | None:
    """The known conflict of this place, or of most of these cases at another level."""
    topic = material.topics[one.topic]
    # Two findings of one run are two conflicts, however near they lie.
    known = RecurringConflict.objects.filter(topic=topic).exclude(evidence__run=run)
    key = material.city.key(one.level, one.place)
    here: RecurringConflict | None = known.filter(key=key).first()
    if here is not None:
        return here
    ids = {int(pk) for pk in material.arrays.id[one.cases]}
    shares = [
        (len(ids & old) / max(1, min(len(ids), len(old))), conflict)
        for conflict in known.filter(cases__in=ids).distinct()
        for old in [set(conflict.cases.values_list("pk", flat=True))]
    ]
    best = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= SAME_SHARE else None


def _place(conflict: RecurringConflict, one: Conflict, material: Material) -> None:
    city = material.city
    conflict.topic = material.topics[one.topic]
    conflict.level, conflict.key = one.level, city.key(one.level, one.place)
    conflict.name, conflict.name_en = one.name.zh[:120], one.name.en[:160]
    shape = GEOSGeometry(memoryview(_wkb(city.shape(one.level, one.place))), srid=STORED)
    conflict.geom = shape if isinstance(shape, MultiPolygon) else MultiPolygon(shape, srid=STORED)
    conflict.area = _area(city.communities(one.level, one.place))
    building = city.building(one.level, one.place)
    conflict.building = Building.objects.get(pk=building) if building else None
    # What people wrote meanwhile stays as they wrote it.
    conflict.save(update_fields=PLACE if conflict.pk else None)


def _wkb(shape: Any) -> bytes:
    return bytes(shape.wkb)


def _area(communities: set[int]) -> Area:
    """The smallest area around all of them."""
    areas = Area.objects.filter(pk__in=communities).order_by("pk")
    chains = [[area, *Area.objects.above(area)] for area in areas]
    shared: Area = next(area for area in chains[0] if all(area in chain for chain in chains))
    return shared


def _next_code() -> str:
    return f"{settings.CITY.case_prefix}-R{RecurringConflict.objects.count() + 1:04d}"


CLAIMS = (
    "intense", "recurrent", "current", "rhythmic", "burdensome", "voices", "avoidable", "usual_months",
)  # fmt: skip


def _evidence(one: Conflict) -> dict[str, Any]:
    ratio = one.intense.ratio
    return {
        "avoidable": one.avoidable.value,
        "q": one.q,
        "observed": one.intense.observed,
        "expected": one.intense.expected,
        "ratio": ratio.value,
        "ratio_low": ratio.low,
        "ratio_high": ratio.high,
        "claims": _plain({name: asdict(getattr(one, name)) for name in CLAIMS}),
    }


def _plain(value: Any) -> Any:
    """As JSON has it: no NaN and no numpy."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
