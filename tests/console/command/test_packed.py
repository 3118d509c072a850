"""Arrays as bytes, and back."""

import numpy as np
import pytest

from gridmap.console.command.packed import pack
from tests.console.command.unpacked import unpack


def test_what_is_packed_is_read_again_the_same() -> None:
    rng = np.random.default_rng(5)
    arrays = {
        "counts": rng.integers(0, 256, (7, 5)),
        "more": rng.integers(0, 60_000, (3, 2, 4)),
        "most": np.array([0, 70_000]),
        "bins": np.array([-3, 9]),
        "none": np.zeros((0, 5), np.int64),
    }
    header, read = unpack(pack({"step": "week", "cells": ["胜利社区 003"]}, arrays))
    assert (header["step"], header["cells"]) == ("week", ["胜利社区 003"])
    kinds = [told["dtype"] for told in header["arrays"].values()]
    assert kinds == ["u1", "u2", "u4", "i4", "u1"]
    assert all(told["offset"] % 8 == 0 for told in header["arrays"].values())
    for name, values in arrays.items():
        np.testing.assert_array_equal(read[name], values)


@pytest.mark.parametrize("number", [2**32, -(2**31) - 1])
def test_a_number_beyond_32_bits_is_refused_by_name(number: int) -> None:
    with pytest.raises(ValueError, match="counts: "):
        pack({}, {"counts": np.array([number])})
