"""Reading picture files: good ones of every kind, and every way a file can be bad."""

import errno
import io
import os
import struct
import sys
import unicodedata
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageFile

from core.errors import ImageError
from core.images import PICTURE_SUFFIXES, decode_picture, is_picture_path, load_picture

KINDS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "TGA", "PPM", "ICO", "QOI"]


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(width: int = 64, height: int = 48) -> Image.Image:
    return Image.fromarray(np.random.default_rng(7).integers(0, 256, (height, width, 3), np.uint8))


def sentence_about(path: Path) -> str:
    with pytest.raises(ImageError) as caught:
        load_picture(path)
    sentence = str(caught.value)
    assert sentence[0] in '"T'
    assert sentence.endswith(".")
    return sentence


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
    assert sentence_about(path).encode() == b'"caf?.png" is empty (0 bytes); copy or download it again.'


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


def test_what_pillow_itself_refuses_is_told_as_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000)  # TIFF's reader keeps to it
    with pytest.raises(ImageError, match=r"^\"scan\.tif\" is too large to open; make a smaller copy"):
        decode_picture(encoded(noise(), "TIFF"), "scan.tif")


def png_of(width: int, height: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return header + struct.pack(">I", 99) + b"IDAT" + bytes(99)


def gif_of(width: int, height: int) -> bytes:
    frame = b"," + struct.pack("<HHHHB", 0, 0, 2, 1, 0) + bytes([2, 2, 0b10001100, 0b00001010, 0]) + b";"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + frame


@pytest.mark.parametrize("data", [png_of(60_000, 60_000), gif_of(65_535, 65_535)], ids=["PNG", "GIF"])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(self: ImageFile.ImageFile) -> NoReturn:
        pytest.fail("the picture was decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded)
    with pytest.raises(ImageError, match=r"^\"bomb\" has \d+ x \d+ pixels, more than the 300 megapixels"):
        decode_picture(data, "bomb")


def test_a_folder_is_told_from_a_picture(tmp_path: Path) -> None:
    folder = tmp_path / "holiday.jpg"
    folder.mkdir()
    assert "is a folder" in sentence_about(folder)
    assert "holiday.jpg" in sentence_about(folder)
    assert "is a folder" in sentence_about(Path())


@pytest.mark.parametrize("name", ["gone.png", "no folder/gone.png", "file/gone.png"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    sentence = sentence_about(tmp_path / name)
    assert "There is no file" in sentence
    assert "gone.png" in sentence


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    assert sentence_about(tmp_path / "empty.png") == '"empty.png" is empty (0 bytes); copy or download it again.'


@pytest.mark.parametrize(
    "data", [b"Dear diary,\n" * 50, b"%PDF-1.7\n" + bytes(200), b"PK\3\4" + bytes(99), bytes(500), b"\x89", b"\n"]
)
def test_what_is_no_picture_is_called_so(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_bytes(data)
    assert '"notes.jpg" is not a picture in a known format' in sentence_about(tmp_path / "notes.jpg")


def test_a_heic_photo_is_called_by_its_name() -> None:
    with pytest.raises(ImageError, match=r"\"IMG_1\.HEIC\" is a HEIC photo.*export it as JPEG"):
        decode_picture(b"\0\0\0\x18ftypheic" + bytes(100), "IMG_1.HEIC")


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_cut_off_is_refused(kind: str, share: float, tmp_path: Path) -> None:
    whole = encoded(noise(), kind)
    path = tmp_path / "cut.bin"
    path.write_bytes(whole[: int(len(whole) * share)])
    assert sentence_about(path) == '"cut.bin" is damaged or cut off; copy or download it again.'


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=300, deadline=None)
@given(st.sampled_from(KINDS), st.data())
def test_damaged_bytes_give_a_picture_or_a_sentence(kind: str, data: st.DataObject) -> None:
    damaged = bytearray(encoded(noise(16, 12), kind))
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        picture = decode_picture(bytes(damaged), "hurt")
    except ImageError as error:
        assert str(error).startswith('"hurt" ')
    else:
        assert picture.pixels.ndim == 3


def refusing(code: int) -> Any:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError(code, os.strerror(code))

    return refuse


def test_a_file_that_may_not_be_read_says_whose_permission_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "private.png"
    path.write_bytes(encoded(noise(), "PNG"))
    monkeypatch.setattr(Path, "open", refusing(errno.EACCES))
    sentence = sentence_about(path)
    assert "private.png" in sentence
    assert "may not be read; ask its owner for permission" in sentence


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may read everything")
def test_a_file_without_read_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "private.png"
    path.write_bytes(encoded(noise(), "PNG"))
    path.chmod(0)
    assert "may not be read" in sentence_about(path)


def test_a_failing_disk_is_not_called_a_damaged_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old.png"
    path.write_bytes(encoded(noise(), "PNG"))
    monkeypatch.setattr(ImageFile.ImageFile, "load", refusing(errno.EIO))
    assert f"could not be read ({os.strerror(errno.EIO)})" in sentence_about(path)


def test_a_disk_that_fails_within_the_header_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class FailingFile(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(size) if self.tell() < 8 else refusing(errno.EIO)()

    path = tmp_path / "old.png"
    path.touch()
    monkeypatch.setattr(Path, "open", lambda *_: FailingFile(encoded(noise(), "PNG")))
    assert f"could not be read ({os.strerror(errno.EIO)})" in sentence_about(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.timeout(10)
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert "is a device or a pipe" in sentence_about(tmp_path / "pipe.png")


def test_a_name_no_system_has_is_refused_in_a_sentence() -> None:
    assert "could not be read" in sentence_about(Path("a\0b.png"))


def test_a_lack_of_memory_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> NoReturn:
        raise MemoryError

    monkeypatch.setattr(ImageFile.ImageFile, "load", exhausted)
    with pytest.raises(ImageError, match=r"not enough memory to open \"big\.bmp\""):
        decode_picture(encoded(noise(), "BMP"), "big.bmp")
