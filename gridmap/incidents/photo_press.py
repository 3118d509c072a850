"""Makes our own picture out of what was sent, in a process that limits itself (docs/decisions/0014).

Started by `photos` with the file on its input; answers with one line of JSON and the bytes of the
picture and of its small form. Pure: knows Pillow and nothing of the project. Nothing that came is
kept but the colours of the pixels: not the encoding, no EXIF, XMP, place, profile or comment.
"""

import fcntl
import json
import resource
import sys
import warnings
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import ExifTags, Image, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 40_000_000
LONGEST_SIDE, SMALL_SIDE = 2048, 480
QUALITY, SMALL_QUALITY = 82, 74
# A picture that comes into sight bit by bit has about ten passes; each costs a walk over all pixels.
MOST_PASSES = 64
PASS = b"\xff\xda"

SECONDS = 20
MEMORY_BYTES = 1536 * 1024**2
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class NoPicture(ValueError):
    """Not taken; the code says why: `format`, `pixels` or `broken`."""


@dataclass(frozen=True)
class Pressed:
    """A picture in our own encoding (JPEG), and the same small."""

    image: bytes
    small: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        return sha256(self.image).hexdigest()


def press(data: bytes) -> Pressed:
    """Decode and encode anew.

    Parameters
    ----------
    data : bytes
        A file of any kind and origin.

    Returns
    -------
    Pressed
        Turned as the camera said, on white, at most 2,048 and 480 pixels long; both JPEG.

    Raises
    ------
    NoPicture
        `format`: none of JPEG, PNG, WebP. `pixels`: more than 40 million, or a picture in too many
        passes. `broken`: it cannot be decoded to its end.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=FORMATS) as image:
                return _press(image, data)
    except NoPicture:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise NoPicture("pixels") from error
    except UnidentifiedImageError as error:
        raise NoPicture("format") from error
    except Exception as error:
        # Whatever a decoder raises over a file that is none of its kind: struct.error, KeyError …
        raise NoPicture("broken") from error


def _press(image: Image.Image, data: bytes) -> Pressed:
    if image.width * image.height > MOST_PIXELS or data.count(PASS) > MOST_PASSES:
        raise NoPicture("pixels")
    # The first frame only; a JPEG is decoded at a fraction of its size.
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    flat = _flat(image)
    small = flat.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE))
    return Pressed(_jpeg(flat, QUALITY), _jpeg(small, SMALL_QUALITY), flat.width, flat.height)


def _flat(image: Image.Image) -> Image.Image:
    """A fresh picture that shares nothing with the one that came but colours."""
    turn = _turn(image)
    if "transparency" in image.info or image.mode in ("P", "PA", "LA"):
        image = image.convert("RGBA")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
    if turn is not None:
        image = image.transpose(turn)
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image.convert("RGB"), mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return flat


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How the camera was held; a picture whose notes cannot be read stays as it is."""
    try:
        return TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        return None


def _jpeg(image: Image.Image, quality: int) -> bytes:
    written = BytesIO()
    image.save(written, "JPEG", quality=quality, optimize=True, progressive=True)
    return written.getvalue()


def main(source: BinaryIO, target: BinaryIO, lock: str) -> None:
    """One after another on this machine: so the memory of one is the memory of all."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = source.read()
    with Path(lock).open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            pressed = press(data)
        except NoPicture as refusal:
            target.write(json.dumps({"refused": str(refusal)}).encode() + b"\n")
            return
    sizes = {"width": pressed.width, "height": pressed.height, "image": len(pressed.image)}
    target.write(json.dumps(sizes).encode() + b"\n" + pressed.image + pressed.small)


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer, sys.argv[1])
