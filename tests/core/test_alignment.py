"""The alignment that the app and training share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.alignment import EYE_DISTANCE, TEMPLATE, align, align_centre, apply
from core.errors import FaceError
from core.faces import FaceDetector
from core.images import load_picture


def _moved(
    points: NDArray[np.float64], scale: float, degrees: float, shift: tuple[float, float]
) -> NDArray[np.float64]:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(scale * points @ turn.T + shift)


@given(
    scale=st.floats(20, 4000),
    degrees=st.floats(-180, 180),
    x=st.floats(-500, 5000),
    y=st.floats(-500, 5000),
    size=st.sampled_from([128, 256, 512]),
)
def test_any_similarity_of_the_template_is_brought_back_onto_it(
    scale: float, degrees: float, x: float, y: float, size: int
) -> None:
    landmarks = _moved(TEMPLATE, scale, degrees, (x, y))
    alignment = align(landmarks, size)
    np.testing.assert_allclose(apply(alignment.matrix, landmarks), TEMPLATE * size, atol=1e-4)
    assert alignment.scale == pytest.approx(size / scale, rel=1e-6)
    np.testing.assert_allclose(apply(alignment.inverse, TEMPLATE * size), landmarks, atol=1e-3)


def test_the_eyes_are_0_24_of_the_width_apart() -> None:
    assert TEMPLATE[1, 0] - TEMPLATE[0, 0] == pytest.approx(EYE_DISTANCE)


def test_a_mirrored_face_is_not_mirrored_back() -> None:
    mirrored = TEMPLATE * (-256, 256)
    matrix = align(mirrored).matrix
    assert np.linalg.det(matrix[:, :2]) > 0


@pytest.mark.parametrize(
    "landmarks",
    [
        np.zeros((5, 2)),
        np.full((5, 2), 17.0),
        np.full((5, 2), np.nan),
        np.where(np.eye(5, 2) > 0, np.inf, TEMPLATE),
        TEMPLATE[:4],
    ],
    ids=["zero", "one point", "nan", "inf", "four points"],
)
def test_degenerate_landmarks_are_refused_in_words(landmarks: NDArray[np.float64]) -> None:
    with pytest.raises(FaceError, match="cannot be straightened"):
        align(landmarks)


def test_the_crop_shows_what_the_matrix_says() -> None:
    """A picture whose colours are its coordinates, so that each crop pixel tells where it came from."""
    height, width = 400, 500
    y, x = np.mgrid[:height, :width]
    coordinates = np.stack((x / 2, y / 2, np.full_like(x, 7)), axis=2).astype(np.uint8)
    alignment = align(_moved(TEMPLATE, 260, 20, (100, 60)), 128)
    crop = alignment.crop(coordinates).astype(float)
    v, u = np.mgrid[8:120:16, 8:120:16]
    expected = apply(alignment.inverse, np.stack((u.ravel(), v.ravel()), axis=1).astype(float))
    inside = ((expected > 4) & (expected < (width - 4, height - 4))).all(axis=1)
    found = crop[v.ravel(), u.ravel(), :2] * 2
    assert inside.sum() > 30
    np.testing.assert_allclose(found[inside], expected[inside], atol=3.0)


def test_a_large_face_is_averaged_down_not_sampled() -> None:
    """Fine stripes become even grey; sampling would leave moire of full contrast."""
    stripes = np.zeros((2048, 2048, 3), np.uint8)
    stripes[:, ::2] = 255
    crop = align(_moved(TEMPLATE, 2048, 0, (0, 0)), 256).crop(stripes)
    middle = crop[32:-32, 32:-32]
    assert 120 < middle.mean() < 135
    assert middle.std() < 4


def test_a_face_at_the_edge_is_continued_with_the_edge() -> None:
    picture = np.full((200, 200, 3), (10, 200, 30), np.uint8)
    crop = align(_moved(TEMPLATE, 200, 0, (-120, -100))).crop(picture)
    assert (crop == (10, 200, 30)).all()


@pytest.mark.parametrize(("width", "height"), [(300, 200), (200, 300), (64, 64), (5, 3000), (1, 1)])
def test_the_centre_crop_is_the_largest_centred_square(width: int, height: int) -> None:
    alignment = align_centre(width, height, 256)
    side = min(width, height)
    left, top = (width - side) / 2, (height - side) / 2
    np.testing.assert_allclose(alignment.corners[[0, 2]], [[left, top], [left + side, top + side]], atol=1e-6)
    assert alignment.crop(np.zeros((height, width, 3), np.uint8)).shape == (256, 256, 3)


def test_real_faces_come_out_upright_and_framed(group_photo: Path) -> None:
    """Detecting again on the crop finds the five points where the template has them."""
    detector = FaceDetector()
    pixels = load_picture(group_photo).pixels
    faces = detector.detect(pixels)
    assert len(faces) == 6
    for face in faces:
        again = detector.detect(align(face.landmarks).crop(pixels))
        assert again, "the crop must show a face"
        distance = np.abs(again[0].landmarks / 256 - TEMPLATE).mean()
        assert distance < 0.05
