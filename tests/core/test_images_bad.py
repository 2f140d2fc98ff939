"""Every way a picture file can be bad ends in a sentence that names it and says what to do."""

import errno
import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from core.errors import ImageError
from core.images import decode_picture, load_picture

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


def test_a_heic_photo_that_is_cut_off_is_called_so() -> None:
    with pytest.raises(ImageError, match=r"\"IMG_1\.HEIC\" is damaged or cut off"):
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
