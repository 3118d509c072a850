"""What every test may rely on."""

import pytest
from django.core.management import call_command


@pytest.fixture(scope="session", autouse=True)
def english() -> None:
    """The English words of this tree, not those that an earlier run compiled."""
    call_command("compilemessages", verbosity=0)
