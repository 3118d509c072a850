"""Bins and counts come out of their bytes as they went in, in few."""

import random
from collections.abc import Iterator

import numpy as np

from gridmap.console.bin_bytes import packed


def unpacked(body: bytes) -> dict[int, int]:
    """As a browser would read it, bit by bit."""
    low, number = body[:2], int.from_bytes(body[2:4], "little")
    bits = iter(np.unpackbits(np.frombuffer(body[4:], np.uint8)).tolist())
    gaps, counts = ([_number(bits, kept) for _ in range(number)] for kept in low)
    bins = np.cumsum(np.array(gaps) + 1) - 1
    return dict(zip(bins.tolist(), (count + 1 for count in counts), strict=True))


def _number(bits: Iterator[int], low: int) -> int:
    value = 0
    while not next(bits):
        value += 1
    for _ in range(low):
        value = value << 1 | next(bits)
    return value


def told(found: dict[int, int]) -> bytes:
    return packed(np.array(list(found)), np.array(list(found.values())))


def test_what_goes_in_comes_out() -> None:
    draw = random.Random(5)
    for _ in range(200):
        bins = sorted(draw.sample(range(4096), draw.choice((1, 2, 30, 700, 4096))))
        most = draw.choice((1, 2, 9, 300, 70_000))
        found = {one: draw.randint(1, most) for one in bins}
        assert unpacked(told(found)) == found


def test_one_large_count_among_small_ones_costs_no_more_than_two_bits_a_bin() -> None:
    small = dict.fromkeys(range(0, 4096, 4), 1)
    assert len(told(small | {2048: 1_000_000})) < len(told(small)) + 1024 * 12 // 8


def test_few_bins_take_few_bytes() -> None:
    assert len(told({7: 1})) == 5
    assert len(told(dict.fromkeys(range(0, 4096, 256), 3))) < 30
