"""Makers of files as they arrive: in old encodings, cut off, hostile or plainly wrong.

Shapefiles are written byte by byte, because no library writes the broken ones.
"""

import json
import stat
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyproj

Ring = Sequence[tuple[float, float]]

SQUARE: Ring = [(98.2, 39.7), (98.2, 39.8), (98.3, 39.8), (98.3, 39.7), (98.2, 39.7)]
BOW_TIE: Ring = [(98.2, 39.7), (98.3, 39.8), (98.3, 39.7), (98.2, 39.8), (98.2, 39.7)]
TWO_POINTS: Ring = [(98.2, 39.7), (98.3, 39.8)]
OPEN_RING: Ring = [(98.2, 39.7), (98.2, 39.8), (98.3, 39.8), (98.3, 39.7)]
PRJ_4490 = pyproj.CRS.from_epsg(4490).to_wkt("WKT1_ESRI")
NAME_WIDTH = 30


def polygon(*rings: Ring) -> dict[str, Any]:
    """A GeoJSON polygon, sound or not."""
    return {"type": "Polygon", "coordinates": [[list(point) for point in ring] for ring in rings]}


def collection(*geometries: Any, crs: str | None = "EPSG:4490", **member: Any) -> dict[str, Any]:
    """A GeoJSON collection of features named a, b, c, …"""
    features = [
        {"type": "Feature", "properties": {"name": chr(97 + n)}, "geometry": geometry}
        for n, geometry in enumerate(geometries)
    ]
    said = {} if crs is None else {"crs": {"type": "name", "properties": {"name": crs}}}
    return {"type": "FeatureCollection", **said, "features": features, **member}


def write_json(path: Path, document: Any, *, bom: bool = False) -> Path:
    """A document as UTF-8, with a byte-order mark if wanted."""
    text = json.dumps(document, ensure_ascii=False)
    path.write_bytes(b"\xef\xbb\xbf" * bom + text.encode())
    return path


def shp_of(shapes: Sequence[Sequence[Ring] | None]) -> tuple[bytes, bytes]:
    """The `.shp` and `.shx` of polygons; None is a null shape."""
    records, index, offset = b"", b"", 50
    for number, rings in enumerate(shapes, start=1):
        content = struct.pack("<i", 0) if rings is None else _polygon_record(rings)
        words = len(content) // 2
        records += struct.pack(">ii", number, words) + content
        index += struct.pack(">ii", offset, words)
        offset += 4 + words
    return _shp_header(len(records)) + records, _shp_header(len(index)) + index


def _polygon_record(rings: Sequence[Ring]) -> bytes:
    points = [point for ring in rings for point in ring]
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    starts, start = [], 0
    for ring in rings:
        starts.append(start)
        start += len(ring)
    return (
        struct.pack("<i4d2i", 5, min(xs), min(ys), max(xs), max(ys), len(rings), len(points))
        + struct.pack(f"<{len(starts)}i", *starts)
        + b"".join(struct.pack("<2d", x, y) for x, y in points)
    )


def _shp_header(length: int) -> bytes:
    box = (98.0, 39.0, 99.0, 40.0, 0.0, 0.0, 0.0, 0.0)
    return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, 50 + length // 2) + struct.pack(
        "<2i8d", 1000, 5, *box
    )


def dbf_of(names: Sequence[bytes]) -> bytes:
    """A `.dbf` with a number and a name in each row; a name is cut at the column's width."""
    fields = b"".join(
        struct.pack("<11sc4xBB14x", name, kind, width, 0)
        for name, kind, width in ((b"floors", b"N", 4), (b"name", b"C", NAME_WIDTH))
    )
    width = 1 + 4 + NAME_WIDTH
    header = struct.pack("<B3BIHH20x", 3, 126, 11, 23, len(names), 32 + len(fields) + 1, width)
    rows = b"".join(b" " + b"   6" + name[:NAME_WIDTH].ljust(NAME_WIDTH) for name in names)
    return header + fields + b"\r" + rows + b"\x1a"


def shapefile_parts(
    names: Sequence[bytes] = (b"a",),
    shapes: Sequence[Sequence[Ring] | None] | None = None,
    *,
    stem: str = "cells",
    prj: str | None = PRJ_4490,
    cpg: str | None = None,
) -> dict[str, bytes]:
    """The files of a Shapefile by name."""
    shp, shx = shp_of([[SQUARE]] * len(names) if shapes is None else shapes)
    parts = {f"{stem}.shp": shp, f"{stem}.shx": shx, f"{stem}.dbf": dbf_of(names)}
    if prj is not None:
        parts[f"{stem}.prj"] = prj.encode()
    if cpg is not None:
        parts[f"{stem}.cpg"] = cpg.encode()
    return parts


def write_zip(path: Path, entries: Mapping[str, bytes]) -> Path:
    """A zip of these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def write_zip_with_link(path: Path) -> Path:
    """A Shapefile whose table is a symbolic link to the machine's own files."""
    parts = shapefile_parts()
    del parts["cells.dbf"]
    write_zip(path, parts)
    link = zipfile.ZipInfo("cells.dbf")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    return path


def write_bomb(path: Path, megabytes: int) -> Path:
    """A Shapefile whose table unpacks to this size, in a thousandth of it."""
    write_zip(path, {key: part for key, part in shapefile_parts().items() if key != "cells.dbf"})
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("cells.dbf", "w") as table,
    ):
        for _n in range(megabytes):
            table.write(bytes(1 << 20))
    return path


def write_lying_bomb(path: Path, megabytes: int) -> Path:
    """The same, but its headers claim one kilobyte."""
    write_bomb(path, megabytes)
    true_size, claimed = struct.pack("<I", megabytes << 20), struct.pack("<I", 1024)
    path.write_bytes(path.read_bytes().replace(true_size, claimed))
    return path


def write_encrypted(path: Path) -> Path:
    """A zip that says it needs a password."""
    data = bytearray(write_zip(path, shapefile_parts()).read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(mark, at + 4)
    path.write_bytes(data)
    return path


def write_damaged(path: Path) -> Path:
    """A zip whose compressed bytes were changed on the way."""
    data = bytearray(write_zip(path, shapefile_parts([b"abc"] * 200)).read_bytes())
    for at in range(60, 400):
        data[at] ^= 0x5A
    path.write_bytes(data)
    return path


def topology(*geometries: Any, arcs: Any = None, **member: Any) -> dict[str, Any]:
    """A TopoJSON with one object, `cells`; arc 0 is the square, 1 and 2 its two halves."""
    ring = [list(point) for point in SQUARE]
    return {
        "type": "Topology",
        "arcs": [ring, ring[:3], ring[2:]] if arcs is None else arcs,
        "objects": {"cells": {"type": "GeometryCollection", "geometries": list(geometries)}},
        **member,
    }
