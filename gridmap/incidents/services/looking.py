"""The names and numbers of parties: shown for a reason, and every look written down."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from gridmap.accounts.models import User
from gridmap.accounts.scope import scope
from gridmap.incidents.models import Incident, Party, PartyLook
from gridmap.incidents.services.errors import MoveRefused
from gridmap.incidents.standing import parts_in
from gridmap.incidents.states import Part

# How long one look lasts; then it is masked again.
SHOWN_FOR = timedelta(minutes=10)
# Who took a report down has seen the parties once; it gives no right to look again.
LOOKERS = frozenset(Part) - {Part.REPORTER, Part.SYSTEM}


@transaction.atomic
def reveal_parties(*, incident: Incident, reason: str, by: User, at: datetime) -> list[Party]:
    """The parties of a case, unmasked, and the record of who looked and why.

    Raises
    ------
    MoveRefused
        Not somebody who works on the case, or no reason of the list.
    """
    if not parts_in(incident, scope(by)) & LOOKERS:
        raise MoveRefused(_("只有办理这个案件的人能查看当事人。"))
    if reason not in PartyLook.Reason.values:
        raise MoveRefused(_("先选查看的事由。"), "reason")
    PartyLook.objects.create(incident=incident, user=by, reason=reason, at=at)
    return list(incident.parties.order_by("pk"))
