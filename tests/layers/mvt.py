"""A reader of vector tiles, by the letter of the specification (version 2.1)."""

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Feature:
    properties: dict[str, Any]
    kind: int  # 1 point, 2 line, 3 polygon
    parts: list[list[tuple[int, int]]]

    @property
    def areas(self) -> list[float]:
        """Of each ring, by the surveyor's formula: exterior rings count positive."""
        return [
            sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in itertools.pairwise(ring)) / 2
            for ring in self.parts
        ]


def read(tile: bytes) -> dict[str, list[Feature]]:
    """The features of each layer."""
    return dict(_layer(value) for number, value in _fields(tile) if number == 3)


def _layer(data: bytes) -> tuple[str, list[Feature]]:
    fields = list(_fields(data))
    (name,) = (value.decode() for number, value in fields if number == 1)
    keys = [value.decode() for number, value in fields if number == 3]
    values = [_value(value) for number, value in fields if number == 4]
    return name, [_feature(value, keys, values) for number, value in fields if number == 2]


def _feature(data: bytes, keys: list[str], values: list[Any]) -> Feature:
    fields = dict(_fields(data))
    tags = list(_varints(fields.get(2, b"")))
    pairs = zip(tags[::2], tags[1::2], strict=True)
    properties = {keys[key]: values[value] for key, value in pairs}
    return Feature(properties, fields[3], list(_parts(list(_varints(fields[4])))))


def _parts(commands: list[int]) -> Iterator[list[tuple[int, int]]]:
    x = y = place = 0
    part: list[tuple[int, int]] = []
    while place < len(commands):
        command, count = commands[place] & 7, commands[place] >> 3
        place += 1
        if command == 7:
            part.append(part[0])
            continue
        for _ in range(count):
            x, y = x + _zigzag(commands[place]), y + _zigzag(commands[place + 1])
            place += 2
            if command == 1 and part:
                yield part
                part = []
            part.append((x, y))
    if part:
        yield part


def _zigzag(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def _value(data: bytes) -> Any:
    ((number, value),) = _fields(data)
    if number == 1:
        return value.decode()
    return struct.unpack("<d", value)[0] if number == 3 else value


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        if key & 7 == 2:
            length, place = _varint(data, place)
            yield key >> 3, data[place : place + length]
            place += length
        elif key & 7 == 1:
            yield key >> 3, data[place : place + 8]
            place += 8
        else:
            value, place = _varint(data, place)
            yield key >> 3, value


def _varints(data: bytes) -> Iterator[int]:
    place = 0
    while place < len(data):
        value, place = _varint(data, place)
        yield value


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, place
