"""Reading files of many rows piece by piece: CSV, XLSX, GeoPackage, GeoParquet, zipped Shapefile.

Every value comes out as text, as a person would have typed it, whatever type the file gives it; the place
of a row comes beside it where the file has one. Nothing is repaired and nothing is dropped in silence.
"""

from geodata.row_files.opening import open_rows
from geodata.row_files.pieces import Broken, Piece, Points, RowFile

__all__ = ["Broken", "Piece", "Points", "RowFile", "open_rows"]
