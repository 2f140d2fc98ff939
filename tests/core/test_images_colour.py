"""Pixel values of decoded pictures, against values computed here and not by the library that decodes them.

Most files are put together byte by byte, so that their content is known without trusting any encoder.
"""

import io
import struct
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from PIL import Image

from core.images import decode_picture

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
PHOTO_TONES = np.array([[[12, 200, 90], [255, 0, 17]], [[0, 0, 0], [128, 64, 32]]], np.uint8)

SRGB_TO_D50 = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])


def png(samples: NDArray[np.unsignedinteger], colour: int, chunks: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    """A PNG file of uint8 or uint16 samples, (height, width) or (height, width, channels)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, samples.dtype.itemsize * 8, colour, 0, 0, 0)
    big_endian = samples.astype(samples.dtype.newbyteorder(">"))
    rows = b"".join(b"\0" + row.tobytes() for row in big_endian)
    body = b"".join(chunk(kind, data) for kind, data in chunks)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def tiff(samples: NDArray[np.generic], photometric: int, tags: Mapping[int, Sequence[int]] | None = None) -> bytes:
    """A little-endian TIFF file with one uncompressed strip."""
    height, width = samples.shape[:2]
    channels = samples.shape[2] if samples.ndim == 3 else 1
    formats = {"u": 1, "i": 2, "f": 3}
    entries: dict[int, Sequence[int]] = {
        256: [width],
        257: [height],
        258: [samples.dtype.itemsize * 8] * channels,
        259: [1],
        262: [photometric],
        277: [channels],
        278: [height],
        279: [samples.nbytes],
        339: [formats[samples.dtype.kind]] * channels,
        **(tags or {}),
    }
    data = samples.astype(samples.dtype.newbyteorder("<")).tobytes()
    entries[273] = [8]
    directory, extra = b"", b""
    start = 8 + len(data)
    after = start + 2 + 12 * len(entries) + 4
    for tag, values in sorted(entries.items()):
        packed = struct.pack(f"<{len(values)}I", *values)
        if len(values) > 1:
            place = after + len(extra)
            extra += packed
            packed = struct.pack("<I", place)
        directory += struct.pack("<HHI", tag, 4, len(values)) + packed
    return (
        struct.pack("<2sHI", b"II", 42, start) + data + struct.pack("<H", len(entries)) + directory + bytes(4) + extra
    )


def icc_profile(space: bytes, device: bytes, tags: Mapping[bytes, bytes], connection: bytes = b"XYZ ") -> bytes:
    """A version 2 colour profile; ``space`` and ``device`` are four-letter signatures such as ``RGB `` and ``mntr``."""
    white = struct.pack(">3i", *(round(value * 65536) for value in (0.9642, 1.0, 0.8249)))
    words = b"Test profile\0"
    description = b"desc" + bytes(4) + struct.pack(">I", len(words)) + words + bytes(12 + 67)
    every = {b"desc": description, b"wtpt": b"XYZ " + bytes(4) + white, b"cprt": b"text" + bytes(4) + b"none\0", **tags}
    table, body, place = b"", b"", 132 + 12 * len(every)
    for name, value in every.items():
        padded = value + bytes(-len(value) % 4)
        table += name + struct.pack(">II", place + len(body), len(value))
        body += padded
    size = place + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"none", 0x02400000, device, space, connection)
    header += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + white
    return header + bytes(128 - len(header)) + struct.pack(">I", len(every)) + table + body


def gamma_curve(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))


def xyz(values: NDArray[np.float64]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def icc_chunk(profile: bytes) -> tuple[bytes, bytes]:
    return b"iCCP", b"test\0\0" + zlib.compress(profile)


def srgb_encoded(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """IEC 61966-2-1, 0..1 to 0..255."""
    linear = np.clip(linear, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=9).map(lambda shape: (*shape, 3))))
def test_an_rgb_png_keeps_every_value(pixels: NDArray[np.uint8]) -> None:
    picture = decode_picture(png(pixels, RGB), "any.png")
    np.testing.assert_array_equal(picture.pixels, pixels)
    assert picture.alpha is None
    assert picture.pixels.flags.c_contiguous


@given(arrays(np.uint16, array_shapes(min_dims=2, max_dims=2, max_side=9)))
def test_sixteen_bit_grey_is_scaled_to_the_nearest_byte(values: NDArray[np.uint16]) -> None:
    picture = decode_picture(png(values, GREY), "grey16.png")
    expected = np.rint(values / 257).astype(np.uint8)
    np.testing.assert_array_equal(picture.pixels, np.repeat(expected[..., None], 3, axis=2))


@pytest.mark.parametrize(("colour", "channels"), [(RGB, 3), (RGB_ALPHA, 4), (GREY_ALPHA, 2)])
def test_sixteen_bit_colour_is_within_one_level(colour: int, channels: int) -> None:
    values = np.random.default_rng(3).integers(0, 65_536, (6, 5, channels), np.uint16)
    picture = decode_picture(png(values, colour), "deep.png")
    exact = values / 257
    colours = exact[..., :1].repeat(3, axis=2) if colour == GREY_ALPHA else exact[..., :3]
    assert np.abs(picture.pixels - colours).max() <= 1
    if colour != RGB:
        assert picture.alpha is not None
        assert np.abs(picture.alpha - exact[..., -1]).max() <= 1


def test_a_grey_picture_has_three_equal_channels() -> None:
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    picture = decode_picture(png(values, GREY), "grey.png")
    np.testing.assert_array_equal(picture.pixels, np.repeat(values[..., None], 3, axis=2))


def test_a_one_bit_picture_is_black_and_white() -> None:
    data = b"P4\n10 2\n" + bytes([0b10100000, 0b01000000, 0b00000000, 0b00000000])
    picture = decode_picture(data, "fax.pbm")
    expected = np.full((2, 10), 255, np.uint8)
    expected[0, [0, 2, 9]] = 0  # a set bit is ink
    np.testing.assert_array_equal(picture.pixels[..., 0], expected)


def test_a_transparent_grey_level_of_a_deep_picture_becomes_alpha() -> None:
    values = np.array([[0, 1000, 65_535]], np.uint16)
    picture = decode_picture(png(values, GREY, [(b"tRNS", struct.pack(">H", 1000))]), "key.png")
    assert picture.alpha is not None
    np.testing.assert_array_equal(picture.alpha, [[255, 0, 255]])
    np.testing.assert_array_equal(picture.pixels[..., 0], [[0, 4, 255]])


def test_a_transparent_colour_becomes_alpha() -> None:
    picture = decode_picture(png(PHOTO_TONES, RGB, [(b"tRNS", struct.pack(">3H", 255, 0, 17))]), "key.png")
    assert picture.alpha is not None
    np.testing.assert_array_equal(picture.alpha, [[255, 0], [255, 255]])
    np.testing.assert_array_equal(picture.pixels, PHOTO_TONES)


def test_a_palette_with_transparency_gives_its_colours_and_opacities() -> None:
    palette = np.array([[1, 2, 3], [40, 50, 60], [255, 254, 253]], np.uint8)
    indices = np.array([[0, 1, 2], [2, 1, 0]], np.uint8)
    chunks = [(b"PLTE", palette.tobytes()), (b"tRNS", bytes([0, 128]))]
    picture = decode_picture(png(indices, PALETTE, chunks), "palette.png")
    np.testing.assert_array_equal(picture.pixels, palette[indices])
    np.testing.assert_array_equal(picture.alpha, np.array([0, 128, 255], np.uint8)[indices])


def test_alpha_is_kept_and_colours_under_it_are_untouched() -> None:
    samples = np.random.default_rng(1).integers(0, 256, (4, 7, 4), np.uint8)
    picture = decode_picture(png(samples, RGB_ALPHA), "cut-out.png")
    np.testing.assert_array_equal(picture.pixels, samples[..., :3])
    np.testing.assert_array_equal(picture.alpha, samples[..., 3])


@pytest.mark.parametrize(
    ("dtype", "white"), [(np.float32, 1), (np.float32, 255), (np.float32, 65_535), (np.int32, 255)]
)
def test_deep_tiff_values_are_scaled_by_the_white_they_imply(dtype: type[np.generic], white: int) -> None:
    steps = np.array([[0, 0.25, 0.5, 1]])
    picture = decode_picture(tiff((steps * white).astype(dtype), 1), "deep.tif")
    np.testing.assert_allclose(picture.pixels[0, :, 0], steps[0] * 255, atol=1)
    assert picture.notes == ()


def test_values_on_no_scale_are_stretched_and_the_user_is_told() -> None:
    values = np.array([[-10, np.nan, 0, 30, np.inf]], np.float32)
    picture = decode_picture(tiff(values, 1), "science.tif")
    np.testing.assert_array_equal(picture.pixels[0, :, 0], [0, 0, 64, 255, 255])
    assert len(picture.notes) == 1
    assert "darkest tone" in picture.notes[0]


def test_a_sixteen_bit_tiff_and_a_sixteen_bit_pgm_agree_with_the_file() -> None:
    values = np.array([[0, 257, 32_896, 65_535]], np.uint16)
    pgm = b"P5\n4 1\n65535\n" + values.astype(">u2").tobytes()
    for data in (tiff(values, 1), pgm):
        np.testing.assert_array_equal(decode_picture(data, "deep").pixels[0, :, 0], [0, 1, 128, 255])
    night = b"P5\n1 1\n65535\n\0\xff"
    assert decode_picture(night, "night.pgm").pixels.max() == 1


def test_lab_values_become_the_colours_they_name() -> None:
    lab = np.array([[55.0, 0.0, 0.0], [60.0, 30.0, 20.0], [45.0, -25.0, 10.0], [70.0, 5.0, -25.0]])
    samples = np.rint(lab * [2.55, 1, 1]).astype(np.int16).astype(np.uint8)
    y = (lab[:, 0] + 16) / 116
    d50 = np.stack([y + lab[:, 1] / 500, y, y - lab[:, 2] / 200], axis=1) ** 3 * [0.9642, 1.0, 0.8249]
    picture = decode_picture(tiff(samples[None], 8), "lab.tif")
    np.testing.assert_allclose(picture.pixels[0], srgb_encoded(d50 @ np.linalg.inv(SRGB_TO_D50).T), atol=3)


def without_adobe_marker(jpeg: bytes) -> bytes:
    start = jpeg.index(b"\xff\xee")
    return jpeg[:start] + jpeg[start + 2 + int.from_bytes(jpeg[start + 2 : start + 4]) :]


INKS = np.array([[0, 0, 0, 0], [255, 0, 0, 0], [0, 255, 255, 0], [0, 0, 0, 255], [100, 30, 0, 60]], np.uint8)
INK_COLOURS = np.rint((255 - INKS[:, :3].astype(float)) * (255 - INKS[:, 3:].astype(float)) / 255)


def test_cmyk_inks_darken_the_paper() -> None:
    picture = decode_picture(tiff(INKS[None], 5), "print.tif")
    np.testing.assert_allclose(picture.pixels[0], INK_COLOURS, atol=1)


@pytest.mark.parametrize("marked", [True, False], ids=["inverted, as Adobe writes it", "straight"])
def test_cmyk_jpegs_of_both_polarities_show_the_same_inks(marked: bool) -> None:
    stored = np.repeat(np.repeat(INKS[None], 16, axis=0), 16, axis=1)
    # Pillow writes the marker and inverts; without the marker the samples have to be the inks themselves.
    image = Image.fromarray(stored if marked else 255 - stored, "CMYK")
    jpeg = encoded(image, "JPEG", quality=100, subsampling=0)
    picture = decode_picture(jpeg if marked else without_adobe_marker(jpeg), "print.jpg")
    np.testing.assert_allclose(picture.pixels[8, 8::16], INK_COLOURS, atol=3)


def cmyk_profile() -> bytes:
    """A printer whose cyan ink alone prints mid grey, and any other ink black."""
    corners = np.zeros((2, 2, 2, 2, 3), np.uint8)
    corners[..., 1:] = 128  # a = b = 0
    corners[0, 0, 0, 0, 0] = 255
    corners[1, 0, 0, 0, 0] = 128  # L* = 50.2
    identity = bytes(range(256))
    matrix = struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + identity * 4 + corners.tobytes() + identity * 3
    return icc_profile(b"CMYK", b"prtr", {b"A2B0": table, b"A2B1": table}, connection=b"Lab ")


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_a_cmyk_profile_says_what_the_inks_look_like(kind: str) -> None:
    inks = np.repeat(np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255]]], np.uint8), 16, axis=1).repeat(
        16, axis=0
    )
    options: dict[str, object] = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    data = encoded(Image.fromarray(inks, "CMYK"), kind, icc_profile=cmyk_profile(), **options)
    picture = decode_picture(data, "print")
    grey = float(srgb_encoded(np.array(((50.2 + 16) / 116) ** 3)))
    np.testing.assert_allclose(picture.pixels[8, 8::16].mean(axis=1), [255.0, grey, 0.0], atol=3)
    assert picture.notes == ()


def test_display_p3_colours_are_converted() -> None:
    p3 = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])
    curves = {name: gamma_curve(2.0) for name in (b"rTRC", b"gTRC", b"bTRC")}
    primaries = {name: xyz(p3[:, index]) for index, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))}
    profile = icc_profile(b"RGB ", b"mntr", {**primaries, **curves})
    pixels = np.array([[[200, 120, 90], [100, 140, 110], [60, 60, 200], [255, 255, 255]]], np.uint8)
    linear = (pixels / 255.0) ** 2
    expected = srgb_encoded(linear @ (np.linalg.inv(SRGB_TO_D50) @ p3).T)
    picture = decode_picture(png(pixels, RGB, [icc_chunk(profile)]), "phone.png")
    np.testing.assert_allclose(picture.pixels, expected, atol=2)
    assert np.abs(expected - pixels).max() > 10, "the profile makes a difference worth testing"


@pytest.mark.parametrize("deep", [False, True], ids=["8 bits", "16 bits"])
def test_a_grey_profile_is_applied(deep: bool) -> None:
    values = np.array([[0, 64, 128, 192, 255]], np.uint8)
    profile = icc_profile(b"GRAY", b"mntr", {b"kTRC": gamma_curve(1.0)})
    samples = values.astype(np.uint16) * 257 if deep else values
    picture = decode_picture(png(samples, GREY, [icc_chunk(profile)]), "scan.png")
    np.testing.assert_allclose(picture.pixels[0], srgb_encoded(values[0] / 255.0)[:, None].repeat(3, 1), atol=2)


@pytest.mark.parametrize("profile", [b"no profile at all", cmyk_profile()], ids=["damaged", "of another colour space"])
def test_an_unusable_profile_is_left_out_and_the_user_is_told(profile: bytes) -> None:
    picture = decode_picture(png(PHOTO_TONES, RGB, [icc_chunk(profile)]), "odd.png")
    np.testing.assert_array_equal(picture.pixels, PHOTO_TONES)
    assert "colour profile could not be used" in " ".join(picture.notes)
