"""Reading picture files of every kind that a user may have."""

import io
import os
import struct
import sys
import unicodedata
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray
from PIL import Image

from core.errors import ImageError
from core.images import PICTURE_SUFFIXES, decode_picture, is_picture_path, load_picture

KINDS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "TGA", "PPM", "ICO", "QOI"]


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(width: int = 64, height: int = 48) -> Image.Image:
    return Image.fromarray(np.random.default_rng(7).integers(0, 256, (height, width, 3), np.uint8))


@pytest.mark.parametrize("kind", KINDS)
def test_every_common_format_is_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.bin"  # the content counts, not the ending
    colour = (250, 100, 50)
    path.write_bytes(encoded(Image.new("RGB", (32, 32), colour), kind))
    picture = load_picture(path)
    assert picture.pixels.shape == (32, 32, 3)
    np.testing.assert_allclose(picture.pixels[16, 16], colour, atol=6)
    assert (picture.name, picture.alpha, picture.notes) == ("picture.bin", None, ())


def test_an_alpha_channel_that_hides_nothing_is_dropped() -> None:
    opaque = noise()
    opaque.putalpha(255)
    assert decode_picture(encoded(opaque, "PNG"), "opaque.png").alpha is None


@pytest.mark.parametrize("options", [{"quality": 80}, {"lossless": True}, {"quality": 60, "alpha_quality": 40}])
def test_a_still_webp_has_the_values_that_pillow_gives(options: dict[str, object]) -> None:
    image = noise(65, 47)
    if "alpha_quality" in options:
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a turned one"
    data = encoded(image, "WEBP", exif=exif.tobytes(), **options)
    expected = np.rot90(np.asarray(Image.open(io.BytesIO(data))), -1)
    picture = decode_picture(data, "turned.webp")
    np.testing.assert_array_equal(picture.pixels, expected[..., :3])
    if "alpha_quality" in options:
        np.testing.assert_array_equal(picture.alpha, expected[..., 3])
    assert picture.exif is not None and b"a turned one" in picture.exif
    with pytest.raises(ImageError, match="damaged or cut off"):
        decode_picture(data[: len(data) // 2], "half.webp")


def test_a_photo_agrees_with_another_decoder() -> None:
    photo: NDArray[np.uint8] = skimage.data.astronaut()  # type: ignore[no-untyped-call]
    jpeg = encoded(Image.fromarray(photo), "JPEG", quality=90)
    other = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert other is not None
    difference = np.abs(decode_picture(jpeg, "astronaut.jpg").pixels.astype(int) - other)
    assert difference.mean() < 0.5
    assert difference.max() <= 12


@pytest.mark.parametrize(
    "name", ["портрет.png", "アニメ 顔.png", "Zoë & 😀.png", unicodedata.normalize("NFD", "é.png")]
)
def test_names_in_any_script_are_read(name: str, tmp_path: Path) -> None:
    path = tmp_path / "папка" / name
    path.parent.mkdir()
    path.write_bytes(encoded(noise(), "PNG"))
    assert load_picture(path).name == name


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="names on this system are always text")
def test_a_name_that_is_no_text_is_read_and_can_be_printed(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.png")
    path.write_bytes(encoded(noise(), "PNG"))
    assert load_picture(path).pixels.shape == (48, 64, 3)
    path.write_bytes(b"")
    with pytest.raises(ImageError) as caught:
        load_picture(path)
    assert str(caught.value).encode() == b'"caf?.png" is empty (0 bytes); copy or download it again.'


def test_picture_names_are_told_from_others() -> None:
    for name in ("a.jpg", "b.JPEG", "c.Png", "d.webp", "e.tiff", "f.gif", "g.avif", "h.bmp", "x.y.psd"):
        assert is_picture_path(Path(name)), name
    for name in ("a.mp4", "b.mpg", "c.pdf", "d.eps", "e.txt", "png", ".png", "f", "g.h5"):
        assert not is_picture_path(Path(name)), name
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in PICTURE_SUFFIXES)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_of_an_animation_the_first_frame_is_read(kind: str) -> None:
    frames = [Image.new("RGB", (24, 16), colour) for colour in ("red", "lime", "blue")]
    picture = decode_picture(encoded(frames[0], kind, save_all=True, append_images=frames[1:]), "film")
    np.testing.assert_allclose(picture.pixels, np.asarray(frames[0]), atol=8)
    assert picture.notes == ("The file is an animation; only its first frame was read.",)


def test_of_several_pages_the_first_is_read() -> None:
    pages = [Image.new("RGB", (24, 16), colour) for colour in ("red", "lime")]
    picture = decode_picture(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]), "fax.tif")
    np.testing.assert_array_equal(picture.pixels, np.asarray(pages[0]))
    assert picture.notes == ("The file has several pages; only the first was read.",)


def test_the_preview_inside_a_camera_file_is_nothing_to_tell() -> None:
    photo = encoded(Image.new("RGB", (64, 48), "red"), "MPO", save_all=True, append_images=[noise()])
    picture = decode_picture(photo, "camera.jpg")
    assert picture.notes == ()
    np.testing.assert_allclose(picture.pixels[20, 20], [255, 0, 0], atol=3)


def test_a_first_frame_smaller_than_its_canvas_is_put_in_its_place() -> None:
    # A 4 x 3 canvas whose only frame is 2 x 1 at (1, 2); LZW codes of 3 bits: clear, 1, 2, end.
    header = b"GIF89a" + struct.pack("<HHBBB", 4, 3, 0b10000001, 0, 0) + bytes.fromhex("000000 ff0000 00ff00 0000ff")
    frame = b"," + struct.pack("<HHHHB", 1, 2, 2, 1, 0) + bytes([2, 2, 0b10001100, 0b00001010, 0]) + b";"
    expected = np.zeros((3, 4, 3), np.uint8)
    expected[2, 1], expected[2, 2] = (255, 0, 0), (0, 255, 0)
    np.testing.assert_array_equal(decode_picture(header + frame, "small.gif").pixels, expected)


def test_threads_read_the_same_pixels() -> None:
    data = encoded(noise(400, 300), "JPEG")
    alone = decode_picture(data, "a").pixels
    with ThreadPoolExecutor(8) as pool:
        for picture in pool.map(lambda _: decode_picture(data, "a"), range(32)):
            np.testing.assert_array_equal(picture.pixels, alone)


def test_a_hundred_megapixels_are_read_without_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    ramp = Image.frombytes("1", (10_000, 10_000), (b"\xff" * 625 + b"\0" * 625) * 10_000)
    ramp.save(path, compress_level=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = load_picture(path)
    assert picture.pixels.shape == (10_000, 10_000, 3)
    assert picture.pixels[::999, :5_000].min() == 255
    assert picture.pixels[::999, 5_000:].max() == 0


def test_pillow_s_own_limit_plays_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000)
    assert decode_picture(encoded(noise(), "PNG"), "a.png").pixels.shape == (48, 64, 3)
