"""The body of a cube as the browser reads it, written from the contract."""

import json
from typing import Any

import numpy as np


def unpack(body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header, and each array in its shape."""
    length = int.from_bytes(body[:4], "little")
    header = json.loads(body[4 : 4 + length].decode())
    begins = -(-(4 + length) // 8) * 8
    arrays = {}
    for name, told in header["arrays"].items():
        count = int(np.prod(told["shape"]))
        values = np.frombuffer(body, f"<{told['dtype']}", count, begins + told["offset"])
        arrays[name] = values.reshape(told["shape"])
    return header, arrays
