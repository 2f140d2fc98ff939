"""Crops by hand are framed as every other crop."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alignment import TEMPLATE, align_centre, apply
from core.errors import FaceError
from core.handcrop import HandCrop

COORDINATES = st.floats(0, 500)


@given(COORDINATES, COORDINATES, st.floats(20, 400), st.floats(-180, 180))
def test_what_lies_in_the_square_fills_the_crop(x: float, y: float, side: float, angle: float) -> None:
    crop = HandCrop(x, y, side, angle)
    alignment = crop.align(500, 500, 256)
    np.testing.assert_allclose(alignment.corners, crop.corners, atol=1e-6)
    assert alignment.angle == pytest.approx(angle, abs=1e-6) or abs(alignment.angle - angle) == pytest.approx(360)


def test_the_centre_is_the_one_that_is_offered_without_a_face() -> None:
    by_hand, offered = HandCrop.centred(300, 200).align(300, 200), align_centre(300, 200)
    np.testing.assert_allclose(by_hand.matrix, offered.matrix, atol=1e-9)


@given(COORDINATES, COORDINATES, st.floats(5, 100), st.floats(-math.pi, math.pi))
def test_the_eyes_come_to_lie_where_the_models_learnt_them(x: float, y: float, distance: float, turn: float) -> None:
    left, right = (x, y), (x + distance * math.cos(turn), y + distance * math.sin(turn))
    crop = HandCrop.from_eyes(left, right)
    matrix = HandCrop(crop.x, crop.y, crop.side, crop.angle).landmarks
    np.testing.assert_allclose(matrix[:2], [left, right], atol=1e-6)
    placed = crop.fitted(10_000, 10_000)
    if placed == crop:
        eyes = apply(crop.align(10_000, 10_000, 256).matrix, np.array([left, right]))
        np.testing.assert_allclose(eyes, TEMPLATE[:2] * 256, atol=1e-5)


@pytest.mark.parametrize("text", ["", "1,2", "a,b,c", "1,2,3,4,5", "nan,2,3", "1,2,inf"])
def test_words_that_are_no_crop_are_told(text: str) -> None:
    with pytest.raises(FaceError, match="is not a crop"):
        HandCrop.parse(text)


def test_a_crop_is_read_with_and_without_an_angle() -> None:
    assert HandCrop.parse("10, 20,30") == HandCrop(10, 20, 30)
    assert HandCrop.parse("10,20,30,-4.5") == HandCrop(10, 20, 30, -4.5)


@pytest.mark.parametrize(
    ("crop", "sentence"),
    [
        (HandCrop(50, 50, 3), "too small"),
        (HandCrop(500, 50, 30), "outside the picture"),
        (HandCrop(50, -1, 30), "outside the picture"),
    ],
)
def test_what_cannot_be_cut_is_told(crop: HandCrop, sentence: str) -> None:
    with pytest.raises(FaceError, match=sentence):
        crop.align(100, 100)
    crop.fitted(100, 100).align(100, 100)


def test_one_point_is_no_pair_of_eyes() -> None:
    with pytest.raises(FaceError, match="two eyes"):
        HandCrop.from_eyes((5, 5), (5, 5))
