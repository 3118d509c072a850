"""The same request sent at once by many clients, each with a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

# Status and body, every byte of it.
Reply = tuple[int, bytes]
# Sends the request of this number.
Post = Callable[[int], Reply]

CLIENTS = 50
# For the control: to look first and write then is not enough.
DROP_UNIQUE_KEY = "ALTER TABLE incidents_report DROP CONSTRAINT incidents_report_key_key"


def post_at_once(
    requests: int, client: Callable[[], AbstractContextManager[Post]], clients: int = CLIENTS
) -> list[list[Reply]]:
    """For each request what every client was answered; all send it at the same moment."""
    start = threading.Barrier(clients)

    def send(post: Post, number: int) -> Reply:
        start.wait()
        return post(number)

    def work(_number: int) -> list[Reply]:
        try:
            with client() as post:
                return [send(post, number) for number in range(requests)]
        except BaseException:
            # Nobody waits for one who does not come.
            start.abort()
            raise

    with ThreadPoolExecutor(clients) as pool:
        replies = list(pool.map(work, range(clients)))
    return [list(of_one) for of_one in zip(*replies, strict=True)]


def assert_told_the_same(of_one: list[Reply]) -> None:
    """One of them made it; the others, who came too late, were told the very same words."""
    assert sorted(status for status, _body in of_one) == [200] * (len(of_one) - 1) + [201]
    assert len({body for _status, body in of_one}) == 1
