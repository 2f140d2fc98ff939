"""Evening a photo's light before it is drawn; giving the drawing the person's colours after, and tidying it."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from core.alignment import align
from core.faces import FaceDetector
from core.images import load_picture
from training.backdrops import deepen
from training.evening import Complexion, Evening
from training.networks.parsing import FEATURES, SKIN, FaceParser, Part
from training.own_colours import OwnColours
from training.tidying import Tidying


@pytest.fixture
def parser(borrowed: Callable[[str], None]) -> FaceParser:
    """The parsing network; skips the test where its weights cannot be fetched."""
    borrowed("FACE_PARSING")
    return FaceParser()


@pytest.fixture
def faces(group_photo: Path) -> list[NDArray[np.uint8]]:
    """Three aligned faces of a real photo."""
    pixels = load_picture(group_photo).pixels
    return [align(face.landmarks).crop(pixels) for face in FaceDetector(threads=1).detect(pixels)[:3]]


def _median(photo: NDArray[np.uint8], where: NDArray[np.bool_]) -> NDArray[np.float32]:
    lab = cv2.cvtColor(np.asarray(photo / np.float32(255), dtype=np.float32), cv2.COLOR_RGB2LAB)
    return np.asarray(np.median(lab[where], axis=0))


def test_skin_and_hair_are_found_where_an_aligned_face_has_them(
    parser: FaceParser, faces: list[NDArray[np.uint8]]
) -> None:
    for face in faces:
        parts = parser.parts(face)
        assert parts.shape == (256, 256, 19)
        assert np.allclose(parts.sum(axis=-1), 1.0, atol=1e-4)
        nose = parts[130:165, 118:138, (Part.NOSE, Part.SKIN)].sum(axis=-1)
        assert nose.mean() > 0.9
        assert parts[:70, 60:196, Part.HAIR].max() > 0.8


def test_dark_and_fair_skin_are_evened_to_the_same_tone(parser: FaceParser, faces: list[NDArray[np.uint8]]) -> None:
    goal = Complexion()
    evening = Evening(parser)
    for face in faces:
        dark = deepen(np.asarray(face / np.float32(255), dtype=np.float32), 0.8)
        for photo in (face, np.asarray(dark * 255, dtype=np.uint8)):
            parts = parser.parts(photo)
            skin = parts[..., Part.SKIN] > 0.9
            found = _median(evening(photo), skin)
            assert abs(found[0] - goal.lightness) < 6
            assert np.abs(found[1:] - (goal.green_red, goal.blue_yellow)).max() < 5
            elsewhere = parts[..., (Part.HAIR, 0)].sum(axis=-1) > 0.999
            assert np.abs(evening(photo).astype(int) - photo)[elsewhere].mean() < 3


def test_a_picture_without_a_face_is_not_evened(parser: FaceParser) -> None:
    wall = np.full((256, 256, 3), 200, dtype=np.uint8)
    assert np.array_equal(Evening(parser)(wall), wall)


def test_a_drawing_gets_the_hair_and_skin_of_the_photo(parser: FaceParser, faces: list[NDArray[np.uint8]]) -> None:
    colours = OwnColours(parser)
    compared = 0
    for face in faces:
        parts = parser.parts(face)
        skin = parts[..., SKIN].sum(axis=-1)
        hair = parts[..., Part.HAIR]
        # A flat drawing of the face: green hair, grey skin, a red wall.
        drawing = np.zeros_like(face)
        drawing[:] = (200, 40, 40)
        drawing[hair > 0.5] = (40, 160, 60)
        drawing[skin > 0.5] = (150, 150, 150)
        coloured = colours(face, drawing)
        for where in (skin > 0.9, hair > 0.9):
            if where.mean() > 0.02:
                wanted = _median(face, where)
                before, after = (np.linalg.norm((_median(of, where) - wanted)[1:]) for of in (drawing, coloured))
                assert after < 0.45 * before
                compared += 1
        wall = skin + hair + parts[..., (*FEATURES, Part.CLOTHES)].sum(axis=-1) < 0.15
        assert wall.any()
        assert np.abs(coloured.astype(int) - drawing)[wall].mean() < 2
    assert compared >= 3


def test_strokes_on_bare_skin_go_and_eyes_stay(parser: FaceParser, portrait_photo: Path) -> None:
    pixels = load_picture(portrait_photo).pixels
    face = align(FaceDetector(threads=1).detect(pixels)[0].landmarks).crop(pixels)
    parts = parser.parts(face)
    # A flat drawing of the face, with the eyes where the photo has them.
    drawing = np.full_like(face, (240, 210, 190))
    drawing[parts[..., Part.HAIR] > 0.5] = (90, 60, 40)
    eyes = parts[..., (Part.LEFT_EYE, Part.RIGHT_EYE)].sum(axis=-1) > 0.5
    drawing[eyes] = (40, 40, 60)
    clean = drawing.copy()
    stroke = np.zeros(eyes.shape, dtype=bool)
    stroke[138:150, 80:86] = True
    assert (parts[stroke, Part.SKIN] > 0.7).all()
    drawing[stroke] = (110, 70, 50)
    result = Tidying(parser)(face, drawing)
    assert np.abs(result.astype(int) - clean)[stroke].mean() < 6
    assert np.array_equal(result[eyes], drawing[eyes])
    hair = parts[..., Part.HAIR] > 0.9
    assert np.abs(result.astype(int) - drawing)[hair].mean() < 1


def test_red_shade_stays_only_where_the_photo_is_red(parser: FaceParser, faces: list[NDArray[np.uint8]]) -> None:
    face = faces[0]
    drawing = np.full_like(face, (240, 210, 190))
    drawing[200:, :60] = drawing[:40, :40] = (190, 20, 80)
    photo = face.copy()
    photo[:80, :80] = (200, 20, 60)
    result = Tidying(parser)(photo, drawing)
    everywhere = np.ones((40, 40), dtype=bool)
    assert _median(result[:40, :40], everywhere)[1] > 50, "the red hat stays red"
    assert _median(result[216:, :40], everywhere)[1] < 40


def test_a_drawing_of_no_face_is_not_tidied(parser: FaceParser) -> None:
    wall = np.full((256, 256, 3), 200, dtype=np.uint8)
    drawing = np.random.default_rng(0).integers(0, 256, wall.shape, dtype=np.uint8)
    assert np.array_equal(Tidying(parser)(wall, drawing), drawing)
