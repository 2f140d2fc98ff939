"""The bytes of result files, read back by other decoders than ours."""

import io

import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from PIL import Image

from core.encoding import WRITABLE_SUFFIXES, encode_picture
from core.errors import OutputError
from core.images import decode_picture

LOSSLESS = (".png", ".tif", ".tiff", ".bmp")
PHOTO: NDArray[np.uint8] = skimage.data.astronaut()[:256, 128:384]  # type: ignore[no-untyped-call]


def read_by_opencv(data: bytes) -> NDArray[np.uint8]:
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    return np.asarray(
        cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB if pixels.shape[2] == 3 else cv2.COLOR_BGRA2RGBA), np.uint8
    )


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_lossless_formats_keep_every_value(suffix: str) -> None:
    np.testing.assert_array_equal(read_by_opencv(encode_picture(suffix, PHOTO)), PHOTO)


@given(
    array_shapes(min_dims=2, max_dims=2, max_side=9).flatmap(
        lambda shape: st.tuples(arrays(np.uint8, (*shape, 3)), arrays(np.uint8, shape))
    ),
    st.sampled_from([".png", ".tif"]),
)
def test_colours_and_opacity_come_back_exactly(
    layers: tuple[NDArray[np.uint8], NDArray[np.uint8]], suffix: str
) -> None:
    pixels, alpha = layers
    picture = decode_picture(encode_picture(suffix, pixels, alpha=alpha), "round trip")
    np.testing.assert_array_equal(picture.pixels, pixels)
    if alpha.min() == 255:
        assert picture.alpha is None
    else:
        np.testing.assert_array_equal(picture.alpha, alpha)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp", ".avif", ".JPG"])
def test_lossy_formats_stay_close_and_obey_the_quality(suffix: str) -> None:
    fine, coarse = encode_picture(suffix, PHOTO, quality=95), encode_picture(suffix, PHOTO, quality=30)
    with Image.open(io.BytesIO(fine)) as image:
        errors = np.abs(np.asarray(image.convert("RGB")).astype(int) - PHOTO)
    assert errors.mean() < 2.5
    assert len(coarse) < len(fine) / 2


def test_jpeg_keeps_thin_red_lines_red() -> None:
    lines = np.full((64, 64, 3), 255, np.uint8)
    lines[:, ::8] = 220, 20, 20
    errors = np.abs(read_by_opencv(encode_picture(".jpg", lines)).astype(int) - lines)
    assert errors.max() < 40  # halved colour resolution gives 100 and more


def test_formats_without_opacity_show_the_picture_on_white() -> None:
    alpha = np.tile(np.array([0, 128, 255], np.uint8).repeat(16), (16, 1))
    pixels = np.full((*alpha.shape, 3), (10, 20, 200), np.uint8)
    expected = [[255, 255, 255], [132, 137, 227], [10, 20, 200]]
    for suffix, tolerance in ((".bmp", 1), (".jpg", 4)):
        shown = read_by_opencv(encode_picture(suffix, pixels, alpha=alpha))
        np.testing.assert_allclose(shown[8, 8::16], expected, atol=tolerance)


@pytest.mark.parametrize("suffix", WRITABLE_SUFFIXES)
def test_what_is_written_is_what_the_suffix_says(suffix: str) -> None:
    with Image.open(io.BytesIO(encode_picture(suffix, PHOTO))) as image:
        assert suffix in {ending for ending, kind in Image.registered_extensions().items() if kind == image.format}


def test_a_view_that_is_not_contiguous_is_written_as_it_looks() -> None:
    mirrored = PHOTO[:, ::-1]
    np.testing.assert_array_equal(read_by_opencv(encode_picture(".png", mirrored)), mirrored)


@pytest.mark.parametrize(
    ("suffix", "words"), [(".xyz", 'as ".xyz" files'), ("", "without an ending"), (".gif", ".png")]
)
def test_an_ending_that_cannot_be_written_names_those_that_can(suffix: str, words: str) -> None:
    with pytest.raises(OutputError, match=r"let the name end in one of \.png, \.jpg") as caught:
        encode_picture(suffix, PHOTO)
    assert words in str(caught.value)


@pytest.mark.parametrize(("suffix", "limit"), [(".webp", 16_383), (".jpg", 65_500)])
def test_a_picture_too_long_for_its_format_is_refused_with_the_limit(suffix: str, limit: int) -> None:
    assert encode_picture(suffix, np.zeros((1, limit, 3), np.uint8))
    with pytest.raises(OutputError, match=rf"can have {limit} pixels a side.*save it as PNG"):
        encode_picture(suffix, np.zeros((1, limit + 1, 3), np.uint8))


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (0, 4, 3)])
def test_arrays_of_another_shape_are_a_mistake_of_the_caller(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="pixels must be uint8"):
        encode_picture(".png", np.zeros(shape, np.uint8))


def test_an_alpha_of_another_size_and_an_odd_quality_are_mistakes_of_the_caller() -> None:
    with pytest.raises(ValueError, match="alpha must be uint8"):
        encode_picture(".png", PHOTO, alpha=np.zeros((2, 2), np.uint8))
    with pytest.raises(ValueError, match="quality must be"):
        encode_picture(".jpg", PHOTO, quality=0)
