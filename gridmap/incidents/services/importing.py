"""Cases from a file: piece by piece, each in a transaction of its own, so that a killed import goes on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db import Error, connection, transaction
from django.utils import translation

from geodata.errors import ImportRefused, Sentence, refused
from geodata.errors import gettext_noop as _
from geodata.querysets import BEIJING
from geodata.reading import system_said
from geodata.row_files import Piece, RowFile, open_rows
from gridmap.incidents.bulk.columns import Flags
from gridmap.incidents.bulk.fields import CHOICES, LABELS, STATE_WORDS, Request
from gridmap.incidents.bulk.judging import Judge, Surroundings, Values
from gridmap.incidents.bulk.keys import KeyMaker, RowKeys
from gridmap.incidents.bulk.owners import ZONE, Routing
from gridmap.incidents.bulk.places import Registry
from gridmap.incidents.bulk.titles import titles_of
from gridmap.incidents.bulk.verdicts import Fault, ImportReport
from gridmap.incidents.bulk.writing import Cases, Origin, write_cases
from gridmap.incidents.counting.folding import fold_counts
from gridmap.incidents.models import Topic
from gridmap.incidents.services.followers import tell_followers
from gridmap.incidents.services.reporting import TITLE_LENGTH

ROWS_AT_ONCE = 20_000
DATUM_LENGTH = 20
LOCK = "SELECT pg_try_advisory_lock(hashtext('import_incidents'))"
UNLOCK = "SELECT pg_advisory_unlock(hashtext('import_incidents'))"
KNOWN = "SELECT key FROM incidents_report WHERE key = ANY(%s::uuid[])"
TAKEN = """
SELECT wanted.n
FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS wanted (source, reference, n)
JOIN incidents_report AS report
  ON report.source = wanted.source AND report.channel_reference = wanted.reference
"""
TAKEN_FAULT = Fault("reference_taken", Sentence(_("来源编号已经登记过")), "channel_reference")
LIMIT_FAULT = Fault("no_time_limit", Sentence(_("时限表里没有适用的一行")), "topic")
Tell = Callable[[RowFile, Piece], None]


def import_incidents(
    *,
    request: Request,
    at: datetime,
    dry_run: bool = False,
    tell: Tell = lambda _file, _piece: None,
) -> ImportReport:
    """Import the rows of a file as cases, or with `dry_run` say what would become of them.

    A row that is there already adds nothing. `tell` is called after each piece.

    Raises
    ------
    ImportRefused
        The file as a whole cannot be read or placed, or another import is running.
    """
    with one_import_at_a_time(), open_rows(request.path, layer=request.layer) as file:
        work = _Import(request, file, at)
        try:
            for piece in file.pieces(ROWS_AT_ONCE):
                work.take(piece, dry_run=dry_run)
                tell(file, piece)
        except ImportRefused as error:
            # What came before the broken place stays: the file can be mended and given again.
            work.report.stopped = error.refusals[0].reason
        if not dry_run:
            fold_counts()
    return work.report


@contextmanager
def one_import_at_a_time() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        if cursor.fetchone() != (True,):
            raise refused("import_running", _("另一个导入正在进行，等它结束再来"))
        try:
            yield
        finally:
            # Who has lost the connection has let go already.
            with suppress(Error):
                cursor.execute(UNLOCK)


class _Import:
    """One file on its way into the tables."""

    def __init__(self, request: Request, file: RowFile, at: datetime) -> None:
        self._request, self._file = request, file
        self._columns = request.columns_in(
            file.columns, has_points=file.has_points, labels=words_for(LABELS)
        )
        system = system_said(file.crs, request.crs)
        now = np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "us")
        self._topics = list(Topic.objects.order_by("position", "pk"))
        words = {name: words_for(labels) for name, labels in CHOICES.items()}
        self._around = Surroundings(
            settings.CITY.name,
            settings.CITY.envelope,
            ZONE,
            _words_for_topics(self._topics),
            {**words, "state": {**words["state"], **STATE_WORDS}},
            now,
            system,
            file.is_plain,
        )
        datum = system if len(system) <= DATUM_LENGTH else ""
        self._origin = Origin(request.path.name, datum, _("导入时的状态"), now)
        self._keys, self._registry = KeyMaker(), Registry()
        self._routing = Routing(at.astimezone(BEIJING).date())
        self.report = ImportReport(request.path.name)

    def take(self, piece: Piece, *, dry_run: bool) -> None:
        """Judge a piece and write what is new in it."""
        keys = self._keys.keys(piece, self._file.columns)
        judge = Judge(piece, self._request, self._columns, self._around)
        values = judge.values()
        with transaction.atomic():
            known = _known(keys, judge.verdicts.fine)
            judge.verdicts.refuse(_taken(values, judge.verdicts.fine & ~known), TAKEN_FAULT)
            cases = self._cases(values, keys, judge.verdicts.fine & ~known)
            unlimited = np.isnat(cases.owners.due_at)
            if unlimited.any():
                judge.verdicts.refuse(
                    np.isin(values.rows, cases.values.rows[unlimited]), LIMIT_FAULT
                )
                cases = self._cases(values, keys, judge.verdicts.fine & ~known)
            if not dry_run:
                tell_followers(write_cases(cases, self._origin))
        self._count(piece, judge, known, cases)

    def _cases(self, values: Values, keys: RowKeys, chosen: Flags) -> Cases:
        mine = values.where(chosen)
        topic_ids = np.array([topic.pk for topic in self._topics], np.int64)[mine.topic]
        places = self._registry.at(mine.lon, mine.lat)
        owners = self._routing.owners(
            places,
            topic_ids,
            np.asarray(mine.texts["urgency"].to_numpy(zero_copy_only=False), str),
            mine.numbers["accuracy_m"],
            mine.times["registered_at"],
        )
        names = pa.array([topic.name for topic in self._topics], pa.string()).take(
            pa.array(mine.topic)
        )
        return Cases(
            mine,
            RowKeys(keys.keys[chosen], keys.digests[chosen]),
            places,
            owners,
            titles_of(mine.texts["title"], mine.texts["words"], names, TITLE_LENGTH),
            topic_ids,
            np.array([topic.is_dispute for topic in self._topics], bool)[mine.topic],
        )

    def _count(self, piece: Piece, judge: Judge, known: Flags, cases: Cases) -> None:
        report = self.report
        report.read += len(piece) + len(piece.broken)
        report.imported += len(cases.values)
        report.already_there += int((known & judge.verdicts.fine).sum())
        report.reject(judge.verdicts, len(piece.broken), judge.refused())
        reasons, counts = np.unique(cases.owners.unrouted_reason, return_counts=True)
        for reason, count in zip(reasons.tolist(), counts.tolist(), strict=True):
            if reason:
                report.unrouted += count
                report.unrouted_reasons[reason] += count


def words_for(labels: Mapping[str, str]) -> dict[str, str]:
    """Every label in every language of the program, and every code, with its code."""
    words: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words |= {translation.gettext(label): code for code, label in labels.items()}
    return words | {code: code for code in labels}


def _words_for_topics(topics: list[Topic]) -> dict[str, int]:
    """Every word for a topic in lower case: its names, and before all its code."""
    words: dict[str, int] = {}
    for column in ("name_en", "name", "code"):
        words |= {getattr(topic, column).lower(): at for at, topic in enumerate(topics)}
    return words


def _known(keys: RowKeys, asked: Flags) -> Flags:
    """Which of the rows are in the tables already."""
    found = np.zeros(len(asked), bool)
    mine = np.flatnonzero(asked)
    signs = keys.keys[mine].tobytes().hex()
    texts = [signs[at : at + 32] for at in range(0, len(signs), 32)]
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [texts])
        known = {key.hex for (key,) in cursor.fetchall()}
    if known:
        found[mine] = [text in known for text in texts]
    return found


def _taken(values: Values, asked: Flags) -> Flags:
    """Which of the rows bear a channel's number that another report has, or a row before."""
    references = values.texts["channel_reference"]
    mine = np.flatnonzero(asked & np.asarray(pc.not_equal(references, "")))
    found = np.zeros(len(asked), bool)
    if not len(mine):
        return found
    chosen = [values.texts["source"].take(mine).to_pylist(), references.take(mine).to_pylist()]
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, chosen)
        found[mine[[number - 1 for (number,) in cursor.fetchall()]]] = True
    seen: set[tuple[str, str]] = set()
    for at, pair in zip(mine.tolist(), zip(*chosen, strict=True), strict=True):
        found[at] |= pair in seen
        seen.add(pair)
    return found
