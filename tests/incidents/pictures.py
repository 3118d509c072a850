"""Files that claim to be photos: what a camera writes, and what somebody else does.

Everything that must not be kept carries `SECRET`, in one of the places where it could hide.
"""

import gzip
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, ImageCms, PngImagePlugin

SECRET = b"SECRET-39.7735N-98.2882E"
PNG = b"\x89PNG\r\n\x1a\n"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf>' + SECRET + b"</rdf></x:xmpmeta>"


def picture(width: int = 320, height: int = 240, mode: str = "RGB") -> Image.Image:
    """Four quarters of different colours, so that a turn can be seen."""
    image = Image.new("RGB", (width, height), "red")
    for box, colour in (
        ((width // 2, 0, width, height // 2), "lime"),
        ((0, height // 2, width // 2, height), "blue"),
        ((width // 2, height // 2, width, height), "white"),
    ):
        image.paste(colour, box)
    return image.convert(mode)


def encoded(kind: str, image: Image.Image | None = None, **options: Any) -> bytes:
    written = BytesIO()
    (image or picture()).save(written, kind, **options)
    return written.getvalue()


def jpeg(**options: Any) -> bytes:
    return encoded("JPEG", **options)


def png(**options: Any) -> bytes:
    return encoded("PNG", **options)


def webp(**options: Any) -> bytes:
    return encoded("WEBP", **options)


def exif(orientation: int = 1) -> Image.Exif:
    """Notes of a camera: where it stood, whose it is, how it was held."""
    notes = Image.Exif()
    notes[ExifTags.Base.Orientation] = orientation
    notes[ExifTags.Base.Artist] = SECRET.decode()
    place = notes.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = (39.0, 46.0, 24.6)
    place[ExifTags.GPS.GPSProcessingMethod] = SECRET
    return notes


def chunk(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))


def png_of(width: int, height: int, *chunks: bytes, colour: int = 2, depth: int = 8) -> bytes:
    """A PNG by hand: a header that claims a size, and whatever follows."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return PNG + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IEND", b"")


def flat_png(width: int, height: int) -> bytes:
    """A real one of one colour, one bit a pixel: few bytes, many pixels."""
    row = b"\x00" + b"\xff" * ((width + 7) // 8)
    squeeze = zlib.compressobj(9)
    data = b"".join(squeeze.compress(row) for _ in range(height)) + squeeze.flush()
    return png_of(width, height, chunk(b"IDAT", data), colour=0, depth=1)


def with_chunk(extra: bytes) -> bytes:
    """A real PNG with one chunk more behind its header."""
    whole = png()
    return whole[:33] + extra + whole[33:]


def jpeg_claiming(width: int, height: int) -> bytes:
    """A real JPEG whose frame header says another size."""
    whole = bytearray(jpeg())
    frame = whole.index(b"\xff\xc0")
    whole[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(whole)


def many_passes() -> bytes:
    """A progressive JPEG that repeats its last pass: each costs the decoder a walk over all pixels."""
    whole = jpeg(progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * 500 + whole[-2:]


def flipped(data: bytes, *places: int) -> bytes:
    changed = bytearray(data)
    for place in places:
        changed[place] ^= 0xFF
    return bytes(changed)


def zipped(name: str, data: bytes) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return written.getvalue()


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue")]
    return encoded(kind, frames[0], save_all=True, append_images=frames[1:], duration=100)


def hidden_under_glass() -> Image.Image:
    """Wholly transparent; what lies beneath is a colour that nobody sees."""
    return Image.new("RGBA", (64, 64), (10, 20, 30, 0))


def text_chunks() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", f"<script>{SECRET.decode()}</script>")
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return info


SCRIPT = b"<html><script>alert('" + SECRET + b"')</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>' + SECRET + b"</script></svg>"
LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET

# Name, how it is made, and why it is refused.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "format"),
    "text": (lambda: b"a report, not a photo", "format"),
    "html": (lambda: SCRIPT, "format"),
    "svg with a script": (lambda: SVG, "format"),
    "svg behind an xml head": (lambda: b"<?xml version='1.0'?>" + SVG, "format"),
    "xml that grows": (lambda: LAUGHS, "format"),
    "json": (lambda: b'{"photo": true}', "format"),
    "php": (lambda: b"<?php system($_GET['c']); ?>", "format"),
    "shell": (lambda: b"#!/bin/sh\nrm -rf /\n", "format"),
    "program": (lambda: b"MZ\x90\x00" + b"\x00" * 200, "format"),
    "gif": (lambda: encoded("GIF"), "format"),
    "moving gif": (lambda: moving("GIF"), "format"),
    "gif that is a script": (lambda: b"GIF89a/*" + SCRIPT + b"*/=1", "format"),
    "tiff with notes": (lambda: encoded("TIFF", exif=exif()), "format"),
    "bmp": (lambda: encoded("BMP"), "format"),
    "icon": (lambda: encoded("ICO"), "format"),
    "ppm": (lambda: encoded("PPM"), "format"),
    "tga": (lambda: encoded("TGA"), "format"),
    "pdf": (lambda: encoded("PDF"), "format"),
    "postscript": (lambda: encoded("EPS"), "format"),
    "jpeg 2000": (lambda: b"\x00\x00\x00\x0cjP  \r\n\x87\n" + b"\x00" * 80, "format"),
    "heic": (lambda: b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 80, "format"),
    "film": (lambda: b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 80, "format"),
    "zip": (lambda: zipped("a.txt", SECRET), "format"),
    "zip of a photo": (lambda: zipped("a.jpg", jpeg()), "format"),
    "gzip of a photo": (lambda: gzip.compress(jpeg()), "format"),
    "zip bomb": (lambda: zipped("a", b"\x00" * 20_000_000), "format"),
    "photo behind other bytes": (lambda: b"\x00" * 16 + jpeg(), "format"),
    "signature of a jpeg": (lambda: b"\xff\xd8\xff", "format"),
    "signature of a png": (lambda: PNG, "format"),
    "half a jpeg": (lambda: jpeg()[:700], "broken"),
    "half a png": (lambda: png()[: len(png()) // 2], "broken"),
    "half a webp": (lambda: webp()[: len(webp()) // 2], "broken"),
    "png with a wrong checksum": (lambda: flipped(png(), 30), "format"),
    "png of wrong data": (lambda: png_of(64, 64, chunk(b"IDAT", b"\x01" * 90)), "broken"),
    "png without data": (lambda: png_of(64, 64), "broken"),
    "png of no size": (lambda: png_of(0, 0, chunk(b"IDAT", b"")), "format"),
    "jpeg without its tables": (lambda: jpeg().replace(b"\xff\xdb", b"\xff\xfe"), "broken"),
    "text that grows in a png": (
        lambda: with_chunk(chunk(b"zTXt", b"a\x00\x00" + zlib.compress(b"\x00" * 80_000_000))),
        "broken",
    ),
    "png of 400 million pixels": (lambda: flat_png(20_000, 20_000), "pixels"),
    "png of one pixel too many": (lambda: flat_png(8_000, 5_001), "pixels"),
    "png of one column": (lambda: png_of(1, 50_000_000, chunk(b"IDAT", b"")), "pixels"),
    "png that claims the most": (lambda: png_of(2**31 - 1, 2**31 - 1), "pixels"),
    "jpeg that claims the most": (lambda: jpeg_claiming(65_500, 65_500), "pixels"),
    "jpeg that claims 60 million": (lambda: jpeg_claiming(10_000, 6_000), "pixels"),
    "jpeg of many passes": (many_passes, "pixels"),
}  # fmt: skip

# Taken, and nothing of what they carry is kept.
CLEANED: dict[str, Callable[[], bytes]] = {
    "jpeg with place and name": lambda: jpeg(exif=exif()),
    "jpeg with a comment": lambda: jpeg(comment=SCRIPT),
    "jpeg with xmp": lambda: jpeg(xmp=XMP),
    "jpeg with a profile": lambda: jpeg(icc_profile=SRGB),
    "jpeg that is html too": lambda: jpeg() + SCRIPT,
    "jpeg that is php too": lambda: jpeg() + b"<?php /*" + SECRET + b"*/ ?>",
    "jpeg that is a zip too": lambda: jpeg() + zipped("a", SECRET) + SECRET,
    "jpeg with another one inside": lambda: jpeg() + jpeg(comment=SECRET),
    "jpeg of two pictures": lambda: encoded(
        "MPO", save_all=True, append_images=[picture(64, 64)], exif=exif()
    ),
    "jpeg in the colours of print": lambda: encoded("JPEG", picture(mode="CMYK")),
    "grey jpeg": lambda: encoded("JPEG", picture(mode="L")),
    "progressive jpeg": lambda: jpeg(progressive=True, exif=exif()),
    "png with text": lambda: png(pnginfo=text_chunks()),
    "png with place and name": lambda: png(exif=exif()),
    "png with a profile": lambda: png(icc_profile=SRGB),
    "png that is html too": lambda: png() + SCRIPT,
    "png with an unknown chunk": lambda: with_chunk(chunk(b"prVt", SECRET)),
    "png with a palette": lambda: encoded("PNG", picture(mode="P")),
    "png in 16 bits of grey": lambda: encoded("PNG", Image.new("I;16", (64, 64), 30_000)),
    "png under glass": lambda: encoded("PNG", hidden_under_glass()),
    "moving png": lambda: moving("PNG"),
    "webp with place and name": lambda: webp(exif=exif()),
    "webp with xmp": lambda: webp(xmp=XMP),
    "webp under glass": lambda: encoded("WEBP", hidden_under_glass(), lossless=True, exact=True),
    "moving webp": lambda: moving("WEBP"),
    "very wide": lambda: encoded("PNG", Image.new("L", (30_000, 2))),
}
