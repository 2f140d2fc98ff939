"""The matte and the paste-back."""

from __future__ import annotations

import numpy as np
import pytest

from core.alignment import TEMPLATE, align
from core.compose import paste
from core.matte import face_matte


def test_the_matte_is_whole_on_the_face_and_gone_before_every_edge() -> None:
    matte = face_matte(256)
    eyes_to_mouth = (TEMPLATE * 256).astype(int)
    assert all(matte[y, x] > 0.95 for x, y in eyes_to_mouth)
    border = np.concatenate((matte[0], matte[-1], matte[:, 0], matte[:, -1]))
    assert border.max() == 0
    assert matte.min() >= 0
    assert matte.max() <= 1


def test_the_matte_has_no_visible_step() -> None:
    steps = np.abs(np.diff(face_matte(256), axis=1))
    assert steps.max() < 0.05


@pytest.mark.parametrize("degrees", [0, 30, 170])
@pytest.mark.parametrize("face_size", [60.0, 256.0, 700.0])
def test_pasting_the_own_crop_back_changes_almost_nothing(face_size: float, degrees: float) -> None:
    """Cut and paste are inverse to each other: what comes back lies where it was."""
    y, x = np.mgrid[:900, :1000].astype(np.float32)
    smooth = np.stack((127 + 100 * np.sin(x / 90), 127 + 100 * np.cos(y / 80), (x + y) / 9), axis=2).astype(np.uint8)
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    alignment = align((TEMPLATE - 0.5) @ turn.T * face_size + (500, 450))
    pasted = smooth.copy()
    paste(pasted, alignment.crop(smooth), face_matte(256), alignment)
    difference = np.abs(pasted.astype(int) - smooth)
    assert difference.mean() < 0.6
    assert difference.max() <= 6


def test_nothing_outside_the_crop_is_touched() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (300, 400, 3), np.uint8)
    alignment = align(TEMPLATE * 120 + (200, 100))
    pasted = picture.copy()
    paste(pasted, np.zeros((256, 256, 3), np.uint8), face_matte(256), alignment)
    left, top, right, bottom = alignment.bounds(400, 300)
    outside = np.ones((300, 400), bool)
    outside[top:bottom, left:right] = False
    assert (pasted[outside] == picture[outside]).all()
    assert (pasted[~outside] != picture[~outside]).any()


def test_a_face_that_leaves_the_picture_is_pasted_as_far_as_it_is_inside() -> None:
    picture = np.full((100, 100, 3), 200, np.uint8)
    alignment = align(TEMPLATE * 160 + (-80, -80))
    paste(picture, np.zeros((256, 256, 3), np.uint8), face_matte(256), alignment)
    assert picture[5, 5].max() < 30
    assert (picture[95, 95] == 200).all()


def test_a_face_larger_than_a_strip_is_laid_on_as_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    picture = random.integers(0, 255, (500, 400, 3), np.uint8)
    crop = random.integers(0, 255, (256, 256, 3), np.uint8)
    alignment = align((TEMPLATE - 0.5) @ np.array([[0.96, 0.28], [-0.28, 0.96]]) * 420 + (200, 250))
    pasted = []
    for pixels in (1 << 30, 9000):
        monkeypatch.setattr("core.compose._STRIP_PIXELS", pixels)
        pasted.append(picture.copy())
        paste(pasted[-1], crop, face_matte(256), alignment)
    assert np.abs(pasted[0].astype(int) - picture).max() > 50
    # OpenCV rounds places to 32nds of a pixel, counted from the strip.
    assert np.abs(pasted[0].astype(int) - pasted[1]).max() <= 2
