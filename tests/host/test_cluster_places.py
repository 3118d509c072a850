import os
from pathlib import Path

import pytest

from gridmap.host.cluster_places import (
    ELSEWHERE,
    SOCKET_LIMIT,
    SOCKET_NAME,
    choose_home,
    choose_socket_folder,
    first_closed_parent,
    short_name,
)


def test_a_socket_lies_with_its_cluster_where_the_path_is_short() -> None:
    assert choose_socket_folder(Path("/srv/a/var/postgres")) == Path("/srv/a/var/postgres/socket")


@pytest.mark.parametrize("length", [81, 82, 90, 300])
def test_no_socket_path_is_longer_than_the_kernel_takes(length: int) -> None:
    home = Path("/" + "d" * (length - 1))
    chosen = f"{choose_socket_folder(home)}{SOCKET_NAME}"
    assert len(chosen.encode()) <= SOCKET_LIMIT


def test_the_length_is_counted_in_bytes() -> None:
    assert choose_socket_folder(Path("/srv/" + "嘉" * 30)).parent == Path("/tmp")


def test_two_clusters_never_share_a_short_name() -> None:
    assert short_name(Path("/a")) != short_name(Path("/b"))


def test_our_own_user_passes_everywhere(tmp_path: Path) -> None:
    assert first_closed_parent(tmp_path / "var", None) is None


def test_a_closed_folder_on_the_way_is_named_and_avoided(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        way = first_closed_parent(closed / "var" / "postgres", "nobody")
        assert way is not None
        assert way in (closed / "var").parents
    assert first_closed_parent(Path("/usr/lib/var"), "nobody") is None


def test_the_cluster_lies_elsewhere_where_the_server_cannot_enter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("gridmap.host.cluster_places.ELSEWHERE", tmp_path / "elsewhere")
    monkeypatch.setattr("gridmap.host.cluster_places.first_closed_parent", lambda *_: Path("/root"))
    var = Path("/root/gridmap/var")
    assert choose_home(var, "postgres") == tmp_path / "elsewhere" / short_name(var)
    assert ELSEWHERE.is_absolute()
