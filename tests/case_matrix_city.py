"""The city of `case_matrix`: what is asked for, and its cases."""

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.utils import timezone

from gridmap.accounts.models import GuideTeam, User
from gridmap.incidents.drafts import PartyDraft
from gridmap.incidents.models import Incident, Notice, Report
from gridmap.incidents.photo_press import Pressed
from gridmap.incidents.services.joining import join_report
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.services.photos import add_photo
from gridmap.incidents.services.reporting import report_incident
from gridmap.incidents.states import Name
from tests.incidents.api.asking import upload
from tests.incidents.makers import make_draft, make_rule
from tests.incidents.pictures import encoded, picture
from tests.makers import SmallCity
from tests.matrix_city import MatrixCity, Target, here

REPORTS = NAMESPACE_OID


class CaseCity(MatrixCity):
    """The same people in a city whose cases are further on."""

    @property
    def targets(self) -> dict[tuple[str, str], Target]:
        return CASE_TARGETS

    def make_cases(self) -> dict[str, Incident]:
        cases = make_cases(self.city, self.people)
        # Nobody has been told anything; what is unread is the other city's to show.
        Notice.objects.all().delete()
        return cases


def make_cases(city: SmallCity, people: dict[str, User]) -> dict[str, Incident]:
    """One case in each cell, of one team and taken down by the operator; that in b is in hand."""
    make_rule(GuideTeam.objects.get())
    cases = {}
    for key in city.cells:
        middle = city.buildings[f"{key}1"].geom.centroid
        draft = make_draft(
            key=uuid5(REPORTS, key),
            title=f"case-{key}",
            words=f"words-{key}",
            lon=middle.x,
            lat=middle.y,
            parties=(PartyDraft("reporter", f"party-{key}"),),
        )
        receipt = report_incident(draft=draft, by=people["hotline_operator"], at=timezone.now())
        cases[key] = Incident.objects.get(pk=receipt.incident_id)
    dispatch_incident(incident=cases["b"], by=people["dispatcher"], at=timezone.now())
    move_incident(incident=cases["b"], name=Name.START, by=people["guide"], at=timezone.now())
    return {key: Incident.objects.get(pk=case.pk) for key, case in cases.items()}


def _case(key: str, **fields: Any) -> Target:
    """The page of a case, or an act on it in the version that it has."""
    name = fields.pop("name", None)

    def target(matrix: MatrixCity) -> tuple[dict[str, Any], dict[str, Any]]:
        case = matrix.cases[key]
        known = {"key": str(uuid5(REPORTS, f"{key} {name}")), "version": case.version}
        address = {"code": case.code} | ({"name": name} if name else {})
        return address, known | fields

    return target


def _photo(key: str) -> Target:
    """A photo of a case."""

    def target(matrix: MatrixCity) -> tuple[dict[str, Any], dict[str, Any]]:
        kept, _ = add_photo(
            incident=matrix.cases[key],
            picture=Pressed(b"the picture", b"the small picture", 4, 3),
            by=matrix.people["hotline_operator"],
            at=timezone.now(),
        )
        return {"code": matrix.cases[key].code, "digest": kept.digest}, {}

    return target


def _sent_photo(matrix: MatrixCity) -> tuple[dict[str, Any], dict[str, Any]]:
    address, known = _case("a", name="photo")(matrix)
    return address, known | {"photos": upload(encoded("JPEG", picture(8, 8)))}


def _report(joins: str = "") -> Target:
    """A new report in cell a, or one that joins a case."""

    def target(matrix: MatrixCity) -> tuple[dict[str, Any], dict[str, Any]]:
        middle = matrix.city.buildings["a1"].geom.centroid
        return {}, {
            "key": str(uuid5(REPORTS, "new")),
            "topic": "water_supply",
            "urgency": "normal",
            "datum": "cgcs2000",
            "occurred_at": "2026-07-14T09:20",
            "lon": middle.x,
            "lat": middle.y,
            "joins": matrix.cases[joins].code if joins else "",
            "party-TOTAL_FORMS": "0",
            "party-INITIAL_FORMS": "0",
        }

    return target


def _separate(matrix: MatrixCity) -> tuple[dict[str, Any], dict[str, Any]]:
    """A second report joins case a, and is taken out of it again."""
    case, key = matrix.cases["a"], uuid5(REPORTS, "second")
    by = matrix.people["hotline_operator"]
    join_report(draft=make_draft(key=key), incident=case, by=by, at=timezone.now())
    # That it came is told elsewhere.
    Notice.objects.all().delete()
    report = Report.objects.get(key=key)
    address, fields = _case("a", name="separate", reason="said", report=report.pk)(matrix)
    return address, fields | {"version": Incident.objects.get(pk=case.pk).version}


def _told_from_afar(matrix: MatrixCity) -> tuple[dict[str, Any], dict[str, Any]]:
    """A report of the member of cell a about something in cell d."""
    middle = matrix.city.buildings["d1"].geom.centroid
    draft = make_draft(key=uuid5(REPORTS, "far"), lon=middle.x, lat=middle.y)
    report_incident(draft=draft, by=matrix.people["grid_member"], at=timezone.now())
    # That it came is told elsewhere.
    Notice.objects.all().delete()
    return {"key": draft.key}, {}


UNTIL = "2099-01-01T12:00"
CASE_TARGETS: dict[tuple[str, str], Target] = {
    ("case", "a"): _case("a"),
    ("case", "d"): _case("d"),
    ("case", "unknown"): lambda _: ({"code": "JYG-20200101-00001"}, {}),
    ("case-around", "a"): _case("a"),
    ("case-around", "d"): _case("d"),
    ("case-parties", "a"): _case("a", reason="contact"),
    ("case-act", "accept-a"): _case("a", name="accept"),
    ("case-act", "separate-a"): _separate,
    ("case-act", "step-b"): _case("b", name="step", note="said"),
    ("case-act", "extension-b"): _case("b", name="extension", reason="said", until=UNTIL),
    ("case-act", "photo-a"): _sent_photo,
    ("case-photo", "a"): _photo("a"),
    ("case-photo", "d"): _photo("d"),
    ("case-act", "handle-b"): _case("b", name="handle"),
    ("report", "a"): _report(),
    ("report", "joins-d"): _report("d"),
    ("report-around", "a1"): here(0.5, 0.4),
    ("report-around", "d1"): here(6.5, 0.4),
    ("report-receipt", "far"): _told_from_afar,
    ("report-receipt", "a"): lambda _: ({"key": uuid5(REPORTS, "a")}, {}),
    ("report-withdraw", "a"): lambda _: ({"key": uuid5(REPORTS, "a")}, {}),
}
