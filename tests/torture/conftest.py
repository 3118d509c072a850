"""Fixtures of the suite whose tests are also run at length."""

from tests.incidents.conftest import (
    history,
    history_database,
    history_of_its_own,
    made_offices,
    offices,
)

__all__ = ["history", "history_database", "history_of_its_own", "made_offices", "offices"]
