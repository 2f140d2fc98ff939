"""The ways of looking at a live picture."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from core.alignment import TEMPLATE, align
from core.blending import Blend, ink_over
from core.compose import paste, paste_quickly
from core.live.frame import Frame, LiveFace
from core.live.ink import live_blend
from core.live.views import Drawn, LiveSettings, LiveView, fitted, render
from core.matte import face_matte
from tests.support.clips import LANDMARKS, clip, portrait

SIZE = 256
FRAME = Frame(np.asarray(clip(noise=0.0).still.at(0.0)), 0.0, 0.0)
PLACE = align(TEMPLATE * 200 + (220, 80), SIZE)


def drawn(opacity: float = 1.0, level: int = 255) -> Drawn:
    attention = np.zeros((64, 64), np.float32)
    attention[20:40, 20:40] = 1.0
    face = LiveFace(1, LANDMARKS, PLACE, opacity)
    return Drawn(face, PLACE.crop(FRAME.pixels), np.full((SIZE, SIZE, 3), level, np.uint8), attention)


def shown(
    view: LiveView = LiveView.FRAME, faces: tuple[Drawn, ...] | None = None, **settings: float
) -> NDArray[np.uint8]:
    chosen = dataclasses.replace(LiveSettings(view=view), **settings)  # type: ignore[arg-type]
    return render(FRAME, (drawn(),) if faces is None else faces, SIZE, chosen)


CENTRE = (slice(170, 190), slice(310, 330))


def test_in_the_frame_only_the_face_changes() -> None:
    picture = shown()
    assert (picture[CENTRE] == 255).all()
    np.testing.assert_array_equal(picture[:70], FRAME.pixels[:70])
    np.testing.assert_array_equal(picture[:, :200], FRAME.pixels[:, :200])


def test_the_portrait_is_the_drawing_and_without_a_face_the_middle() -> None:
    assert (shown(LiveView.PORTRAIT) == 255).all()
    middle = shown(LiveView.PORTRAIT, ())
    assert middle.shape == (SIZE, SIZE, 3)
    assert 10 < middle.mean() < 245


@pytest.mark.parametrize("view", list(LiveView))
def test_no_view_hands_out_or_changes_the_frame_itself(view: LiveView) -> None:
    before = FRAME.pixels.copy()
    for faces in ((), (drawn(),)):
        assert not np.shares_memory(shown(view, faces), FRAME.pixels)
    np.testing.assert_array_equal(FRAME.pixels, before)


@pytest.mark.parametrize("view", [LiveView.FRAME, LiveView.PORTRAIT])
def test_intensity_goes_from_the_photo_to_the_drawing(view: LiveView) -> None:
    levels = [shown(view, intensity=intensity).mean() for intensity in (0.0, 0.5, 1.0)]
    assert levels[0] < levels[1] < levels[2]
    assert levels[1] == pytest.approx((levels[0] + levels[2]) / 2, abs=1.0)
    if view is LiveView.FRAME:
        np.testing.assert_array_equal(shown(view, intensity=0.0), FRAME.pixels)


def test_a_fading_face_is_between_photo_and_drawing() -> None:
    half = shown(faces=(drawn(opacity=0.5),))[CENTRE].astype(float)
    np.testing.assert_allclose(half, (255 + FRAME.pixels[CENTRE].astype(float)) / 2, atol=3)


@pytest.mark.parametrize("place", [-1.0, 0.0, 0.25, 0.5, 1.0, 2.0])
def test_the_split_shows_the_photo_left_and_the_drawing_right(place: float) -> None:
    picture, styled = shown(LiveView.SPLIT, split=place), shown()
    column = round(min(max(place, 0.0), 1.0) * 640)
    np.testing.assert_array_equal(picture[:, : max(0, column - 1)], FRAME.pixels[:, : max(0, column - 1)])
    np.testing.assert_array_equal(picture[:, column + 1 :], styled[:, column + 1 :])


def test_side_by_side_shows_both() -> None:
    both = shown(LiveView.SIDE_BY_SIDE)
    assert both.shape == (360, 1280, 3)
    np.testing.assert_array_equal(both[:, :640], FRAME.pixels)
    np.testing.assert_array_equal(both[:, 640:], shown())


def test_side_by_side_of_large_frames_is_no_wider_than_a_screen() -> None:
    large = Frame(np.zeros((1080, 1920, 3), np.uint8), 0.0, 0.0)
    both = render(large, (), SIZE, LiveSettings(view=LiveView.SIDE_BY_SIDE))
    assert both.shape == (540, 1920, 3)


def test_attention_is_hot_where_the_network_looked() -> None:
    picture = shown(LiveView.ATTENTION).astype(int)
    looked = (slice(150, 170), slice(290, 310))
    elsewhere = (slice(215, 225), slice(345, 355))
    assert picture[looked][..., 0].mean() > picture[looked][..., 2].mean() + 60
    assert picture[looked][..., 0].mean() > picture[elsewhere][..., 0].mean() + 60


def test_the_main_face_lies_on_top() -> None:
    picture = shown(faces=(drawn(level=255), drawn(level=0)))
    assert (picture[CENTRE] == 255).all()


@pytest.mark.parametrize(("size", "bars"), [((320, 180), None), ((320, 320), "rows"), ((640, 180), "columns")])
def test_pictures_are_fitted_without_being_stretched(size: tuple[int, int], bars: str | None) -> None:
    white = np.full((360, 640, 3), 255, np.uint8)
    picture = fitted(white, size)
    assert picture.shape == (size[1], size[0], 3)
    share = (picture > 200).all(axis=2).mean()
    assert share == pytest.approx(1.0 if bars is None else 320 * 180 / (size[0] * size[1]), abs=0.02)


@pytest.mark.parametrize("angle", [0.0, 0.3, -2.0])
@pytest.mark.parametrize("scale", [60, 256, 700])
@pytest.mark.parametrize("place", [(0, 0), (-200, 50), (500, 250), (5000, 5000)])
def test_pasting_quickly_looks_like_pasting(angle: float, scale: int, place: tuple[int, int]) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    alignment = align(TEMPLATE * scale @ turn + place, SIZE)
    crop = align(LANDMARKS, SIZE).crop(portrait())
    slow, quick = FRAME.pixels.copy(), FRAME.pixels.copy()
    paste(slow, crop, face_matte(SIZE), alignment)
    paste_quickly(quick, crop, face_matte(SIZE), alignment)
    difference = np.abs(slow.astype(int) - quick)
    assert difference.mean() < 0.8
    assert np.percentile(difference, 99) < 12


def test_an_invisible_crop_changes_nothing() -> None:
    picture = FRAME.pixels.copy()
    paste_quickly(picture, drawn().anime, np.zeros((SIZE, SIZE), np.float32), PLACE)
    np.testing.assert_array_equal(picture, FRAME.pixels)


def test_ink_at_camera_speed_looks_like_ink() -> None:
    photo = align(LANDMARKS, SIZE).crop(portrait())
    lines = np.full_like(photo, 250)
    lines[100:104] = 20
    lines[:90, 60:200] = 60
    slow, quick = ink_over(photo, lines).astype(int), live_blend(photo, lines, Blend.INK).astype(int)
    assert np.abs(slow - quick).mean() < 6
    np.testing.assert_array_equal(live_blend(photo, lines, Blend.COVER), lines)
