import socket
from dataclasses import replace

import pytest

from gridmap.host import serving
from gridmap.host.project import Stop, read_surroundings
from gridmap.host.serving import ask_health, is_port_free, wait_for_port


def test_a_port_in_use_is_named_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "PORT_PATIENCE_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        here = replace(read_surroundings({}), port=port)
        with pytest.raises(Stop, match=f"PORT={port + 1} make run"):
            wait_for_port(here)
    assert is_port_free("127.0.0.1", port)
    wait_for_port(here)


def test_a_host_that_is_not_ours_is_refused() -> None:
    with pytest.raises(Stop, match="cannot listen"):
        is_port_free("192.0.2.1", 8000)
    with pytest.raises(Stop, match="HOST="):
        is_port_free("no such host", 8000)


def test_where_nobody_answers_there_is_no_status() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert ask_health(replace(read_surroundings({}), port=port), {}) is None
