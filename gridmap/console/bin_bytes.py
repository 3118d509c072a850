"""Bins and their counts in few bytes. Pure.

Layout: two bytes that tell how many low bits a gap and a count have, the number of bins (uint16, little-endian), then bits, the highest
of a byte first: for each bin its gap, then for each bin its count less one, zeros to the end of the last byte. A gap is how many
bins lie between it and the one before (of the first: before it). A number is as many zeros as it has above its low bits, a one, and its
low bits, the highest first (Rice's code: about one and a half bits more than the logarithm of the mean).
"""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def packed(bins: Ints, counts: Ints) -> bytes:
    """Bins in rising order, at least one, and counts above zero."""
    gaps = bins.copy()
    gaps[1:] -= bins[:-1] + 1
    numbers = (gaps, counts - 1)
    low = [max(int(values.mean()).bit_length() - 1, 0) for values in numbers]
    bits = [_coded(values, kept) for values, kept in zip(numbers, low, strict=True)]
    return (
        bytes([*low, *len(bins).to_bytes(2, "little")])
        + np.packbits(np.concatenate(bits)).tobytes()
    )


def _coded(values: Ints, low: int) -> npt.NDArray[np.bool_]:
    ends = np.cumsum((values >> low) + 1 + low)
    bits = np.zeros(ends[-1], np.bool_)
    bits[ends - low - 1] = True
    for bit in range(low):
        bits[ends - bit - 1] = values >> bit & 1
    return bits
