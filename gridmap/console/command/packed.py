"""Arrays of counts as one body of bytes that a browser reads without a copy. Pure.

Layout: the length of the header (uint32, little-endian) · the header (JSON, UTF-8) · zeros up to a multiple of
eight bytes · the arrays, each on a multiple of eight bytes, little-endian, rows one after another. The header's
`arrays` tell of each its `dtype` (u1, u2, u4 or i4), `shape` and `offset`: bytes after the end of the header's
padding.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

EIGHT = 8
COUNTS = ("u1", "u2", "u4")

Array = npt.NDArray[np.integer[Any]]


def pack(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """The header and the arrays, each in the shortest kind of number that holds it.

    Raises
    ------
    ValueError
        A number that no kind holds: beyond 32 bits.
    """
    told, parts, offset = {}, [], 0
    for name, values in arrays.items():
        kind = _kind(name, values)
        body = np.ascontiguousarray(values, f"<{kind}").tobytes()
        told[name] = {"dtype": kind, "shape": [*values.shape], "offset": offset}
        parts.append(_filled(body))
        offset += len(parts[-1])
    text = json.dumps({**header, "arrays": told}, ensure_ascii=False, separators=(",", ":"))
    head = text.encode()
    return b"".join([_filled(len(head).to_bytes(4, "little") + head), *parts])


def _kind(name: str, values: Array) -> str:
    if not values.size:
        return COUNTS[0]
    least, most = int(values.min()), int(values.max())
    if least < 0:
        return _checked(name, "i4", least, most)
    fitting = [kind for kind in COUNTS if most <= np.iinfo(kind).max]
    return fitting[0] if fitting else _checked(name, COUNTS[-1], least, most)


def _checked(name: str, kind: str, least: int, most: int) -> str:
    info = np.iinfo(kind)
    if not info.min <= least <= most <= info.max:
        raise ValueError(f"{name}: {least} … {most} does not fit into 32 bits")
    return kind


def _filled(body: bytes) -> bytes:
    return body + bytes(-len(body) % EIGHT)
