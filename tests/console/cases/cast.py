"""The people around one case in cell a of the small city, each with a browser."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import Scope, scope
from gridmap.incidents.drafts import PartyDraft
from gridmap.incidents.models import Incident
from gridmap.incidents.services.details import Details, VisitDraft
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.services.steps import record_step
from gridmap.incidents.states import STEPS, Name
from tests.incidents.makers import make_incident, make_rule
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user

PARTIES = (
    PartyDraft("reporter", "李敏", "12000006620", "紫轩花苑 7 号楼 2 单元 501"),
    PartyDraft("respondent", "紫轩物业服务有限公司", is_organisation=True),
)
CONTENT = VisitDraft("phone", "solved", "satisfied")


class Cast:
    """A case in cell a that the member took down, and everybody who has to do with it."""

    def __init__(self) -> None:
        self.now: datetime = timezone.now()
        self.city: SmallCity = make_small_city()
        self.team = make_team("housing")
        make_rule(self.team)
        places = {
            "member": (Role.GRID_MEMBER, self.city.cells["a"]),
            "neighbour": (Role.GRID_MEMBER, self.city.cells["b"]),
            "leader": (Role.BUILDING_LEADER, self.city.posts["a1"]),
            "officer": (Role.COMMUNITY_OFFICER, self.city.areas["p"]),
            "commander": (Role.DISTRICT_COMMANDER, self.city.areas["x"]),
            "dispatcher": (Role.DISPATCHER, self.city.areas["city"]),
            "visitor": (Role.VISITOR, self.city.areas["city"]),
            "admin": (Role.CITY_ADMIN, self.city.areas["city"]),
            "planner": (Role.PLANNER, self.city.areas["city"]),
            "guide": (Role.GUIDE, self.team),
        }
        self.people: dict[str, User] = {}
        for name, (role, place) in places.items():
            self.people[name] = make_user(name, phone=f"0937-0{len(self.people):06d}")
            appoint(self.people[name], role, place)
        self.case = make_incident(self.people["member"], at=self.now, parties=PARTIES)

    def browser(self, name: str) -> Client:
        client = Client()
        client.force_login(self.people[name])
        return client

    def scope(self, name: str) -> Scope:
        return scope(User.objects.get(username=name))

    def fresh(self) -> Incident:
        self.case = Incident.objects.get(pk=self.case.pk)
        return self.case

    def move(self, name: Name, by: str, **details: Any) -> None:
        move_incident(
            incident=self.fresh(),
            name=name,
            by=self.people[by],
            at=self.now,
            details=Details(**details),
        )

    def in_progress(self) -> None:
        dispatch_incident(incident=self.case, by=self.people["dispatcher"], at=self.now)
        self.move(Name.START, "member")

    def settled(self) -> None:
        self.in_progress()
        for step in STEPS:
            record_step(
                incident=self.fresh(), step=step, by=self.people["guide"], at=self.now, note="谈过"
            )

    def handled(self) -> None:
        self.settled()
        self.move(Name.HANDLE, "guide", outcome="agreement_oral", text="说好了")

    def checked(self) -> None:
        self.handled()
        self.move(Name.CHECK, "officer")

    def visited(self) -> None:
        self.checked()
        self.move(Name.VISIT, "visitor", visit=CONTENT)

    def page(self, name: str) -> str:
        return self.browser(name).get(self.address).content.decode()

    @property
    def address(self) -> str:
        return reverse("case", args=[self.case.code])

    def act(self, name: str, act: str, **fields: Any) -> HttpResponse:
        """Send the form of an act in the version that the case has now."""
        values = {"key": str(uuid4()), "version": self.fresh().version, **fields}
        address = reverse("case-act", args=[self.case.code, act])
        answer: Any = self.browser(name).post(address, values)
        return answer  # type: ignore[no-any-return]
