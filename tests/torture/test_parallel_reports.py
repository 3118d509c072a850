"""Fifty parallel posts of each of 200 keys (KEYS=200)."""

import os
from collections import Counter

from gridmap.incidents.models import Incident, Report
from tests.incidents.parallel import post_at_once, told

CLIENTS = 50
KEYS = int(os.environ.get("KEYS", "200"))


def test_the_same_report_sent_at_once_is_one_case_and_one_answer(own_database: None) -> None:
    different = Counter(len(told(of_one)) for of_one in post_at_once(CLIENTS, KEYS))
    print(f"\n{CLIENTS} clients × {KEYS} keys: answers per key {dict(different)}")
    assert different == {1: KEYS}
    assert Report.objects.count() == Incident.objects.count() == KEYS
