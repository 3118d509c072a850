"""What a person was told, and may still see."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from gridmap.accounts.scope import Scope
from gridmap.incidents.models import Incident, Notice
from gridmap.recurring.models import JointTask


def notices_of(scope: Scope) -> QuerySet[Notice]:
    """What this person was told about cases that are still theirs to see, and tasks that still concern them."""
    # Asked of each notice: to look a notice up in either of two lists, all cases in scope would be read.
    cases = Incident.objects.visible_to(scope).filter(pk=OuterRef("incident"))
    tasks = JointTask.objects.told_to(scope).filter(pk=OuterRef("task_id"))
    return Notice.objects.filter(Q(Exists(cases)) | Q(Exists(tasks)), user=scope.user_id)


def unread_notices(scope: Scope) -> QuerySet[Notice]:
    return notices_of(scope).filter(read_at__isnull=True)
