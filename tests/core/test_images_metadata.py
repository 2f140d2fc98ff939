"""What becomes of a picture's metadata: orientation is applied, places are forgotten, authors are kept."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes
from numpy.typing import NDArray
from PIL import Image
from PIL.ExifTags import IFD, Base

from core.images import decode_picture
from core.saving import encode_picture


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def oriented(value: object) -> Image.Exif:
    exif = Image.Exif()
    exif[Base.Orientation] = value
    return exif


def upright(stored: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """The Exif standard's table: which side of the scene the file's row 0 and column 0 are."""
    row_0, column_0 = {
        1: ("top", "left"),
        2: ("top", "right"),
        3: ("bottom", "right"),
        4: ("bottom", "left"),
        5: ("left", "top"),
        6: ("right", "top"),
        7: ("right", "bottom"),
        8: ("left", "bottom"),
    }[orientation]
    if row_0 in {"left", "right"}:
        stored = stored.swapaxes(0, 1)
        row_0, column_0 = column_0, row_0
    return stored[:: 1 if row_0 == "top" else -1, :: 1 if column_0 == "left" else -1]


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(kind: str, orientation: int) -> None:
    stored = np.zeros((48, 80, 3), np.uint8)
    stored[:16, :16] = 255, 0, 0
    stored[:16, 64:] = 0, 255, 0
    stored[32:, :16] = 0, 0, 255
    options: dict[str, dict[str, object]] = {
        "WEBP": {"lossless": True},
        "JPEG": {"quality": 100, "subsampling": 0},
        "AVIF": {"quality": 100, "subsampling": "4:4:4"},
    }
    data = encoded(Image.fromarray(stored), kind, exif=oriented(orientation), **options.get(kind, {}))
    picture = decode_picture(data, "turned")
    np.testing.assert_allclose(picture.pixels, upright(stored, orientation), atol=3 if kind in {"JPEG", "AVIF"} else 0)
    assert picture.pixels.flags.c_contiguous


@given(st.integers(1, 8), array_shapes(min_dims=2, max_dims=2, max_side=6))
def test_alpha_is_turned_with_the_colours(orientation: int, shape: tuple[int, int]) -> None:
    samples = np.arange(shape[0] * shape[1] * 4, dtype=np.uint8).reshape(*shape, 4)
    picture = decode_picture(encoded(Image.fromarray(samples), "PNG", exif=oriented(orientation)), "turned.png")
    turned = upright(samples, orientation)
    np.testing.assert_array_equal(picture.pixels, turned[..., :3])
    np.testing.assert_array_equal(picture.alpha, turned[..., 3])


def test_turning_works_beyond_the_first_strip_of_a_large_picture() -> None:
    stored = np.zeros((3000, 2000, 3), np.uint8)
    stored[..., 0] = (np.arange(3000) // 12)[:, None]
    stored[..., 1] = np.arange(2000) // 8
    picture = decode_picture(encoded(Image.fromarray(stored), "TIFF", exif=oriented(6)), "large.tif")
    np.testing.assert_array_equal(picture.pixels, upright(stored, 6))
    mirrored = encoded(Image.fromarray(stored), "PNG", exif=oriented(7), compress_level=1)
    np.testing.assert_array_equal(decode_picture(mirrored, "large.png").pixels, upright(stored, 7))


@pytest.mark.parametrize("value", [0, 9, 200])
def test_an_orientation_that_makes_no_sense_is_ignored(value: int) -> None:
    stored = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    picture = decode_picture(encoded(Image.fromarray(stored), "PNG", exif=oriented(value)), "odd.png")
    np.testing.assert_array_equal(picture.pixels, stored)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("block", [b"Exif\0\0", b"Exif\0\0nonsense", b"Exif\0\0II*\0\xff\xff\xff\xff"])
def test_broken_metadata_does_not_cost_the_picture(block: bytes) -> None:
    data = encoded(Image.new("RGB", (8, 8), "red"), "JPEG", exif=block, quality=100, subsampling=0)
    picture = decode_picture(data, "odd.jpg")
    np.testing.assert_allclose(picture.pixels[4, 4], [255, 0, 0], atol=3)
    assert picture.exif is None


def phone_photo(kind: str) -> bytes:
    exif = oriented(6)
    exif[Base.Artist] = "A. Painter"
    exif[Base.DateTime] = "2024:05:06 07:08:09"
    exif[IFD.Exif] = {
        Base.DateTimeOriginal: "2024:05:06 07:08:09",
        Base.MakerNote: b"51.5N 0.1W",
        Base.ExifImageWidth: 4000,
        Base.ColorSpace: 0xFFFF,
    }
    exif[IFD.GPSInfo] = {1: "N", 2: (51.0, 30.0, 0.0), 3: "W", 4: (0.0, 7.0, 0.0)}
    return encoded(Image.new("RGB", (40, 20), "blue"), kind, exif=exif.tobytes())


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tiff", ".avif"])
def test_a_result_keeps_author_and_time_but_neither_place_nor_orientation(kind: str, suffix: str) -> None:
    picture = decode_picture(phone_photo(kind), "phone")
    assert picture.pixels.shape == (40, 20, 3)
    result = encode_picture(suffix, picture.pixels, exif=picture.exif)
    with Image.open(io.BytesIO(result)) as image:
        exif = image.getexif()
        details = exif.get_ifd(IFD.Exif)
        assert exif[Base.Artist] == "A. Painter"
        assert exif[Base.DateTime] == "2024:05:06 07:08:09"
        assert details[Base.DateTimeOriginal] == "2024:05:06 07:08:09"
        assert details[Base.ColorSpace] == 1
        assert exif.get(Base.Orientation, 1) == 1
        assert not exif.get_ifd(IFD.GPSInfo)
        assert image.size == (20, 40)
    assert picture.exif is not None
    assert b"51.5N" not in result
    assert b"51.5N" not in picture.exif


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tiff", ".avif"])
def test_the_place_is_kept_where_that_is_wished(suffix: str) -> None:
    picture = decode_picture(phone_photo("JPEG"), "phone", keep_gps=True)
    with Image.open(io.BytesIO(encode_picture(suffix, picture.pixels, exif=picture.exif))) as image:
        position = image.getexif().get_ifd(IFD.GPSInfo)
        assert position[1] == "N"
        assert position[2] == (51.0, 30.0, 0.0)
        assert image.getexif().get(Base.Orientation, 1) == 1


PACKET = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmp:Rating="4" exif:GPSLatitude="51,30.5N" tiff:Orientation="6">
<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Alt><rdf:li xml:lang="x-default">A &amp; B</rdf:li></rdf:Alt>
</dc:title><exif:GPSLongitude>0,7.5W</exif:GPSLongitude></rdf:Description></rdf:RDF></x:xmpmeta>"""


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tiff", ".avif"])
def test_what_people_wrote_about_a_picture_is_kept_and_the_place_only_if_wished(suffix: str, keep: bool) -> None:
    photo = encoded(Image.new("RGB", (40, 20), "blue"), "JPEG", xmp=PACKET)
    picture = decode_picture(photo, "titled.jpg", keep_gps=keep)
    result = decode_picture(encode_picture(suffix, picture.pixels, xmp=picture.xmp), "result", keep_gps=keep)
    assert result.xmp is not None
    assert b"A &amp; B" in result.xmp
    assert b"Rating" in result.xmp
    assert b"Orientation" not in result.xmp
    assert (b"51,30.5N" in result.xmp) is keep
    assert (b"0,7.5W" in result.xmp) is keep


@pytest.mark.parametrize("packet", [b"", b"<x", b"<a/>", b"\xff\xfe", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_a_broken_packet_does_not_cost_the_picture(packet: bytes) -> None:
    picture = decode_picture(encoded(Image.new("RGB", (4, 4), "red"), "JPEG", xmp=packet), "odd.jpg")
    assert picture.pixels.shape == (4, 4, 3)
    assert picture.xmp is None


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_heic_photo_is_upright_and_keeps_who_and_when(orientation: int) -> None:
    stored = np.zeros((64, 96, 3), np.uint8)
    stored[:32, :48] = 255, 0, 0
    exif = oriented(orientation)
    exif[Base.Artist] = "A. Painter"
    picture = decode_picture(encoded(Image.fromarray(stored), "HEIF", exif=exif.tobytes(), quality=95), "IMG_1.HEIC")
    expected = upright(stored, orientation)
    assert picture.pixels.shape == expected.shape
    assert np.abs(picture.pixels.astype(int) - expected)[8:-8, 8:-8].mean() < 8
    assert picture.exif is not None
    assert b"A. Painter" in picture.exif


def test_a_thumbnail_is_not_kept() -> None:
    thumbnail = encoded(Image.new("RGB", (16, 16), "green"), "JPEG")
    # Directory 0 holds an author, directory 1 the thumbnail's place and length.
    block = b"II*\0" + (8).to_bytes(4, "little")
    block += bytes.fromhex("0100 3b01 0200 04000000") + b"Ann\0" + (26).to_bytes(4, "little")
    block += bytes.fromhex("0200 0102 0400 01000000") + (56).to_bytes(4, "little")
    block += bytes.fromhex("0202 0400 01000000") + len(thumbnail).to_bytes(4, "little") + bytes(4) + thumbnail
    photo = encoded(Image.new("RGB", (40, 20), "blue"), "JPEG", exif=b"Exif\0\0" + block)
    with Image.open(io.BytesIO(photo)) as image:
        assert image.getexif().get_ifd(IFD.IFD1)[Base.JpegIFByteCount] == len(thumbnail)
    exif = decode_picture(photo, "camera.jpg").exif
    assert exif is not None
    assert b"Ann" in exif
    assert b"\xff\xd8" not in exif


def test_a_block_too_long_for_a_jpeg_is_left_out() -> None:
    exif = Image.Exif()
    exif[Base.ImageDescription] = "x" * 70_000
    picture = decode_picture(encoded(Image.new("RGB", (4, 4)), "PNG", exif=exif), "wordy.png")
    assert picture.exif is None
