"""Ink on a photo: the lines come, the colours stay."""

from __future__ import annotations

import numpy as np
import pytest

from core.blending import Blend, blend, ink_over
from core.colour import to_lab


def _photo() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    photo = np.full((256, 256, 3), (200, 150, 120), np.uint8)
    photo[:100] = (60, 40, 30)  # dark hair
    return photo


def test_white_paper_leaves_the_colours_alone() -> None:
    white = np.full((256, 256, 3), 255, np.uint8)
    inked = ink_over(_photo(), white).astype(int)
    difference = np.abs(inked - _photo()).max(axis=(1, 2))
    assert difference[:90].max() <= 2
    assert difference[110:].max() <= 2
    assert inked[103, 128].sum() - inked[97, 128].sum() > 0.8 * (200 + 150 + 120 - 60 - 40 - 30), "an edge stays one"


def test_the_photos_grain_is_smoothed_without_hard_rims() -> None:
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:256, :256].astype(np.float32)
    sheen = 70 * np.exp(-((x - 128) ** 2 + (y - 128) ** 2) / (2 * 8**2))[..., None]
    smooth = np.array((100, 70, 50), dtype=np.float32) + sheen
    photo = (smooth + rng.normal(0, 6, smooth.shape)).clip(0, 255).astype(np.uint8)
    inked = ink_over(photo, np.full_like(photo, 255)).astype(np.float32)
    assert (inked - smooth)[20:236, 20:236].std() < 2
    # The highlight itself changes by 5.3 a pixel at most; a bilateral filter makes a step of 9 of it.
    assert np.abs(np.diff(inked[128].mean(axis=-1))).max() < 7


def test_lines_on_paper_are_drawn_as_dark_as_they_are() -> None:
    drawing = np.full((256, 256, 3), 255, np.uint8)
    drawing[180:183, 20:230] = 40
    inked = ink_over(_photo(), drawing)
    assert inked[181, 128].max() < 0.3 * 200
    np.testing.assert_allclose(inked[220, 128], (200, 150, 120), atol=6)


def test_red_lips_stay_red_and_a_black_line_of_their_lightness_grey() -> None:
    photo = np.full((256, 256, 3), (205, 120, 120), np.uint8)
    drawing = np.full((256, 256, 3), 255, np.uint8)
    drawing[120:126] = (215, 90, 100)
    drawing[180:186] = (135, 135, 135)  # as light as the red on average
    inked = ink_over(photo, drawing).astype(float)
    assert inked[123, 128, 0] > 0.8 * 205
    assert inked[183, 128, 0] < 0.6 * 205


def test_a_dark_drawn_area_keeps_the_brightness_of_the_photo() -> None:
    """Hair is drawn half as bright as paper; the person's hair must not become half as bright for that."""
    drawing = np.full((256, 256, 3), 255, np.uint8)
    drawing[:100] = 90
    drawing[:100:12] = 40  # strands
    inked = ink_over(_photo(), drawing).astype(float)
    between, strand = inked[54, 128], inked[48, 128]
    np.testing.assert_allclose(between, (60, 40, 30), atol=14)
    assert strand.sum() < 0.7 * between.sum()


@pytest.mark.parametrize("level", [0, 128, 255])
def test_plain_drawings_and_photos_stay_in_range(level: int) -> None:
    plain = np.full((64, 64, 3), level, np.uint8)
    for photo in (np.zeros_like(plain), np.full_like(plain, 255)):
        assert ink_over(photo, plain).dtype == np.uint8


def test_a_painting_covers() -> None:
    painting = np.full((256, 256, 3), 7, np.uint8)
    assert blend(_photo(), painting, Blend.COVER) is painting


def test_a_tint_gives_a_painting_the_persons_colours_and_keeps_its_lines() -> None:
    brown = np.full((256, 256, 3), (120, 75, 50), np.uint8)
    drawing = np.full((256, 256, 3), (250, 215, 195), np.uint8)
    drawing[180:184, 60:200] = (60, 30, 30)  # a mouth
    tinted_ = blend(brown, drawing, Blend.TINT).astype(int)
    skin, line = tinted_[100, 128], tinted_[182, 128]
    assert np.abs(skin - (120, 75, 50)).sum() < 0.5 * np.abs(drawing[100, 128].astype(int) - (120, 75, 50)).sum()
    assert line.sum() < 0.6 * skin.sum()


def test_a_tint_does_not_bring_the_photos_features_back() -> None:
    photo = np.full((256, 256, 3), (200, 150, 120), np.uint8)
    photo[120:130, 90:110] = 20  # an eye
    flat = np.full((256, 256, 3), (250, 215, 195), np.uint8)
    eye = blend(photo, flat, Blend.TINT)[118:132, 88:112].astype(int)
    beside = blend(photo, flat, Blend.TINT)[118:132, 130:154].astype(int)
    assert np.abs(eye - beside).max() < 12


def test_areas_of_unlike_lightness_take_their_own_colour() -> None:
    drawing = np.full((256, 256, 3), (250, 215, 195), np.uint8)
    drawing[:100] = (70, 50, 50)
    photo = np.full((256, 256, 3), (190, 140, 110), np.uint8)
    photo[:100] = (150, 110, 40)  # fair hair
    tinted_ = blend(photo, drawing, Blend.TINT).astype(int)
    hair, skin = tinted_[60, 128], tinted_[160, 128]
    assert hair[0] - hair[2] > 40
    assert skin[0] - skin[2] < 110
    assert hair.sum() < skin.sum()


@pytest.mark.parametrize("how", list(Blend))
def test_a_portrait_is_the_drawing_without_the_photo_below(how: Blend) -> None:
    white = np.full((256, 256, 3), 255, np.uint8)
    drawing = white.copy()
    drawing[180:183, 20:230] = 40
    alone = blend(_photo(), drawing, how.alone)
    assert (how is Blend.TINT) or np.array_equal(alone, drawing)
    assert blend(white, white, how.alone).min() > 250


def test_a_white_spot_that_the_photo_does_not_have_is_painted_over() -> None:
    photo = np.full((256, 256, 3), (190, 140, 110), np.uint8)
    photo[:, 200:] = 255  # a white wall
    drawing = np.full((256, 256, 3), (230, 180, 150), np.uint8)
    drawing[:, 200:] = 255
    clean = blend(photo, drawing, Blend.TINT).astype(int)
    drawing[60:74, 100:114] = 255  # a flaw
    drawing[30:66, 20:66] = 255  # a large one
    drawing[120:124, 90:94] = 255  # the light in an eye
    tinted_ = blend(photo, drawing, Blend.TINT).astype(int)
    assert np.abs(tinted_ - clean)[60:74, 100:114].max() < 25
    assert np.abs(tinted_ - clean)[30:66, 20:66].max() < 25
    assert tinted_[122, 92].min() > clean[122, 92].min() + 40
    assert tinted_[:, 230:].min() > 235


@pytest.mark.parametrize("skin", [(240, 205, 180), (120, 80, 60)])
def test_the_white_of_eyes_and_teeth_stays_white_on_any_skin(skin: tuple[int, int, int]) -> None:
    photo = np.full((256, 256, 3), skin, dtype=np.uint8)
    drawing = np.full((256, 256, 3), (250, 215, 190), dtype=np.uint8)
    places = {"eye": (slice(108, 120), slice(92, 104)), "teeth": (slice(166, 171), slice(120, 138))}
    for place in places.values():
        drawing[place] = (240, 237, 236)
    drawing[96:122, 150:168] = (60, 45, 40)
    drawing[100:110, 154:164] = 255
    # A drop beside the other eye, which the photo does not have.
    drawing[124:136, 72:86] = 255
    cheek = (slice(144, 150), slice(70, 80))
    drawing[cheek] = (240, 237, 236)
    shown = blend(photo, drawing, Blend.TINT).astype(int)
    for place in places.values():
        assert np.abs(shown[place] - drawing[place]).max() < 14
    # The light in an eye is no spot to paint over.
    assert shown[102:108, 156:162].min() > 240
    assert np.abs(shown[124:136, 72:86] - shown[130, 60]).max() < 30
    # What is as pale on a cheek is skin.
    assert np.abs(shown[cheek] - drawing[cheek]).max() > 14


def test_an_open_mouth_stays_red_where_the_photo_has_teeth() -> None:
    photo = np.full((256, 256, 3), (240, 205, 180), dtype=np.uint8)
    drawing = np.full((256, 256, 3), (250, 215, 190), dtype=np.uint8)
    mouth, elsewhere = (slice(172, 186), slice(112, 144)), (slice(60, 74), slice(112, 144))
    for place in (mouth, elsewhere):
        photo[place], drawing[place] = (235, 230, 225), (150, 55, 70)
    shown = to_lab(blend(photo, drawing, Blend.TINT))
    drawn = to_lab(drawing)
    change = shown - drawn
    assert np.abs(change[176:182, 118:138]).max() < 3
    # A patch as red on a forehead takes the photo's colours.
    assert change[64:70, 118:138, 0].min() > 3
