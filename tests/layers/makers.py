"""Tiles over the chessboard of tests.makers."""

import math

from tests.makers import SIDE, SOUTH, WEST


def tile_over(column: float, row: float, zoom: int) -> tuple[int, int, int]:
    """z, x, y of the tile that holds a corner of the chessboard."""
    lon, lat = WEST + SIDE * column, SOUTH + SIDE * row
    n = 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n
    return zoom, int((lon + 180) / 360 * n), int(y)


def address(names: str, column: float = 1, row: float = 1, zoom: int = 14) -> str:
    z, x, y = tile_over(column, row, zoom)
    return f"/map/tiles/{names}/{z}/{x}/{y}.mvt"
