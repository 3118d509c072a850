"""Counting anew by command, as an administrator calls it."""

import pytest
from django.core.management import CommandError, call_command

from tests.conftest import connected_as


@pytest.mark.usefixtures("own_database")
def test_who_does_not_own_the_tables_is_told_how_to_count_anew() -> None:
    with (
        connected_as("gridmap_app"),
        pytest.raises(CommandError, match="GRIDMAP_DB_ROLE=owner"),
    ):
        call_command("rebuild_counts")
    # The control: for the owner it is done.
    call_command("rebuild_counts")
