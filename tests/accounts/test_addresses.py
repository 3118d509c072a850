from typing import Any

import pytest
from django.test import RequestFactory

from gridmap.accounts.addresses import client_address


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        (0, "10.1.1.7", "", "10.1.1.7"),
        (0, "10.1.1.7", "1.2.3.4", "10.1.1.7"),
        (1, "127.0.0.1", "10.1.1.7", "10.1.1.7"),
        (1, "127.0.0.1", "1.2.3.4, 10.1.1.7", "10.1.1.7"),
        (2, "127.0.0.1", "1.2.3.4, 10.1.1.7, 10.0.0.2", "10.1.1.7"),
        (2, "127.0.0.1", "10.1.1.7", "127.0.0.1"),
        (1, "127.0.0.1", "", "127.0.0.1"),
        (1, "127.0.0.1", "2001:db8::7", "2001:db8::7"),
        (1, "127.0.0.1", "not an address", None),
        (0, "", "", None),
    ],
)
def test_the_address_is_what_the_outermost_trusted_proxy_saw(
    settings: Any, proxies: int, remote: str, forwarded: str, address: str | None
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers)
    assert client_address(request) == address
