"""What happened, who handles it, and the tables that a city edits."""

from gridmap.incidents.models.clocks import ClockEvent, Notice
from gridmap.incidents.models.counts import (
    CountChange,
    CountLeaf,
    CountSquare,
)
from gridmap.incidents.models.exports import Export
from gridmap.incidents.models.incident import Incident
from gridmap.incidents.models.log import LogEntry, LogHead, LogSeal, Transition
from gridmap.incidents.models.records import (
    Extension,
    HandOver,
    MoveRecord,
    StepRecord,
    Supervision,
    Visit,
)
from gridmap.incidents.models.reports import (
    CaseNumber,
    Party,
    PartyLook,
    Photo,
    Report,
    ReportConflict,
)
from gridmap.incidents.models.rules import CalendarDay, RoutingRule, TimeLimit, Topic, Unit
from gridmap.incidents.models.views import SavedView

__all__ = [
    "CalendarDay",
    "CaseNumber",
    "ClockEvent",
    "CountChange",
    "CountLeaf",
    "CountSquare",
    "Export",
    "Extension",
    "HandOver",
    "Incident",
    "LogEntry",
    "LogHead",
    "LogSeal",
    "MoveRecord",
    "Notice",
    "Party",
    "PartyLook",
    "Photo",
    "Report",
    "ReportConflict",
    "RoutingRule",
    "SavedView",
    "StepRecord",
    "Supervision",
    "TimeLimit",
    "Topic",
    "Transition",
    "Unit",
    "Visit",
]
