"""Half an hour of mixed requests: the memory of the server, its workers, the clock and the database stays.

SOAK_S (1800) may be set; in a few minutes nothing is warm, and all of it grows.
"""

import os
import threading

from tests.torture.crowds import GOOD, all_at_work, browsers, signed_in
from tests.torture.growing import grown, growth, memory_of
from tests.torture.stacks import stack
from tests.torture.starts import private_var

SECONDS = float(os.environ.get("SOAK_S", "1800"))
COMMANDERS, MEMBERS, SEED = 4, 12, 620201
LOOKS = 300


def test_the_memory_of_every_process_stays() -> None:
    with private_var() as var, stack(var) as one:
        crowd = browsers(one, signed_in(one, COMMANDERS, MEMBERS))
        one.start_clock()
        workers, memory = one.workers(), memory_of(one)
        people = threading.Thread(target=all_at_work, args=(crowd, SECONDS, SEED), daemon=True)
        people.start()
        memory.watch(SECONDS, SECONDS / LOOKS, people.is_alive)
        people.join()
        assert one.workers() == workers, "a worker was replaced"
        assert one.clock is not None
        assert one.clock.poll() is None, "the clock has ended"
    took = [took for browser in crowd for took in browser.took]
    shares = ", ".join(
        f"{name} {growth(seen):+.1%} to {seen[-1]} kB" for name, seen in memory.seen.items()
    )
    print(f"\n{len(took)} requests in {SECONDS:.0f} s: {shares}")
    assert {one.status for one in took} <= GOOD
    assert grown(memory) == {}
