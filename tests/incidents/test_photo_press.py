"""Whatever comes as a photo becomes our own picture, or nothing."""

import random
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gridmap.incidents.photo_press import NoPicture, Pressed, press
from gridmap.incidents.photos import MOST_BYTES, press_apart
from tests.incidents.pictures import CLEANED, REFUSED, SECRET, encoded, exif, jpeg, picture, png

# Markers of a JPEG: tables, frame and scans, and the one that says that it is a JPEG.
OWN_MARKERS = {0xE0, 0xDB, 0xC2, 0xC4, 0xDA, 0xD9}


@pytest.fixture(autouse=True)
def _own_photos(settings: Any, tmp_path: Path) -> None:
    settings.PHOTO_DIR = tmp_path / "photos"


def markers(data: bytes) -> set[int]:
    """The kinds of segments in a JPEG; 0x00 and restarts belong to the pixels."""
    found = {data[place + 1] for place in range(len(data) - 1) if data[place] == 0xFF}
    return found - {0x00, 0xFF, 0xD8} - set(range(0xD0, 0xD8))


def assert_clean(pressed: Pressed) -> None:
    for data in (pressed.image, pressed.small):
        with Image.open(BytesIO(data)) as image:
            image.load()
            assert image.format == "JPEG"
            assert max(image.size) <= 2048
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_density", "jfif_unit",
                                       "progressive", "progression"}  # fmt: skip
            assert not image.getexif()
        assert markers(data) <= OWN_MARKERS
        assert SECRET not in data


@pytest.mark.parametrize("name", CLEANED)
def test_nothing_that_came_with_a_photo_is_kept(name: str) -> None:
    assert_clean(press(CLEANED[name]()))


@pytest.mark.parametrize(
    "name", ["jpeg with place and name", "png with text", "webp with xmp", "jpeg that is html too"]
)
def test_the_secret_was_there_before(name: str) -> None:
    assert SECRET in CLEANED[name]()


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photo_is_refused_with_its_reason(name: str) -> None:
    make, reason = REFUSED[name]
    with pytest.raises(NoPicture) as refused:
        press(make())
    assert str(refused.value) == reason


def test_forty_hostile_files_and_more() -> None:
    assert len(REFUSED) >= 40


def test_a_photo_stands_upright() -> None:
    """Held upright (6), the first pixel of the file is the corner at the top right."""
    pressed = press(jpeg(exif=exif(orientation=6)))
    assert (pressed.width, pressed.height) == (240, 320)
    with Image.open(BytesIO(pressed.image)) as image:
        assert image.getpixel((230, 10))[0] > 200  # type: ignore[index]
        assert image.getpixel((10, 10))[2] > 200  # type: ignore[index]


def test_what_lies_under_glass_is_not_seen() -> None:
    with Image.open(BytesIO(press(CLEANED["png under glass"]()).image)) as image:
        assert image.getpixel((32, 32)) == (255, 255, 255)


def test_a_large_photo_is_made_smaller_and_a_small_one_is_not_made_larger() -> None:
    large = press(encoded("JPEG", picture(5000, 2500)))
    assert (large.width, large.height) == (2048, 1024)
    small = press(encoded("PNG", picture(40, 30)))
    assert (small.width, small.height) == (40, 30)


def test_the_same_photo_gives_the_same_bytes() -> None:
    assert press(jpeg()).digest == press(jpeg()).digest
    assert press(jpeg(exif=exif())).digest == press(jpeg()).digest


def test_a_photo_of_40_million_pixels_is_taken_and_its_memory_is_not_ours() -> None:
    data = encoded("PNG", Image.new("RGBA", (8_000, 5_000), "teal"))
    assert growth_mb(lambda: press_apart(data)) < 60
    # The control: here it would cost this.
    assert growth_mb(lambda: press(data)) > 200


def growth_mb(act: Any) -> float:
    """How much more memory this process held at its worst."""
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_mb()
    act()
    return peak_mb() - before


def peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def test_a_file_over_10_mb_is_not_even_looked_at() -> None:
    with pytest.raises(NoPicture, match="size"):
        press_apart(png() + b"\x00" * MOST_BYTES)


@pytest.mark.parametrize(
    "name", ["png of 400 million pixels", "jpeg of many passes", "half a png", "html"]
)
def test_the_process_apart_says_the_same(name: str) -> None:
    make, reason = REFUSED[name]
    with pytest.raises(NoPicture, match=reason):
        press_apart(make())


def test_the_process_apart_gives_the_same_bytes() -> None:
    assert press_apart(jpeg()) == press(jpeg())


def test_any_damage_is_refused_or_decoded_and_nothing_else() -> None:
    draw = random.Random(620_201)
    whole = [make() for make in CLEANED.values() if len(make()) < 20_000]
    for _ in range(600):
        data = bytearray(draw.choice(whole))
        for _ in range(draw.randint(1, 8)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        try:
            pressed = press(bytes(data[: draw.randint(1, len(data))]))
        except NoPicture:
            continue
        assert max(pressed.width, pressed.height) <= 2048


def test_a_press_that_is_ended_by_its_limits_means_a_broken_photo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(NoPicture, match="broken"):
        press_apart(jpeg())


def test_who_would_wait_too_long_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridmap.incidents.photos.PATIENCE_S", 0.001)
    with pytest.raises(NoPicture, match="busy"):
        press_apart(jpeg())
