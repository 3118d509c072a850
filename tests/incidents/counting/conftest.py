import pytest

from gridmap.incidents.counting import folding, leaves


@pytest.fixture(autouse=True)
def _small_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few cases make many blocks and leaves, and are folded in several pieces."""
    monkeypatch.setattr(leaves, "FEWEST_ENTRIES", 3)
    monkeypatch.setattr(leaves, "MOST_BLOCKS", 2)
    monkeypatch.setattr(folding, "TOGETHER", 20)
