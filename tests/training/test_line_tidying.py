"""Line art's skin, mouth and paper are cleaned by what the photo shows; wrinkles grow faint and beards stay."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from core.alignment import align
from core.colour import to_lab
from core.faces import FaceDetector
from core.images import load_picture
from training.line_tidying import LineTidying
from training.networks.parsing import FaceParser, Part

Pixels = NDArray[np.uint8]
STROKE = (110, 80, 80)


@pytest.fixture
def parser(borrowed: Callable[[str], None]) -> FaceParser:
    """The parsing network; skips the test where its weights cannot be fetched."""
    borrowed("FACE_PARSING")
    return FaceParser()


@pytest.fixture
def face(portrait_photo: Path) -> Pixels:
    """An aligned face of a real photo, which shows its teeth."""
    pixels = load_picture(portrait_photo).pixels
    return align(FaceDetector(threads=1).detect(pixels)[0].landmarks).crop(pixels)


def _paper(face: Pixels) -> Pixels:
    return np.full_like(face, (255, 250, 248))


def _cheek(parts: NDArray[np.float32]) -> NDArray[np.bool_]:
    """A stroke on the skin of a cheek."""
    stroke = np.zeros(parts.shape[:2], dtype=bool)
    stroke[138:150, 80:86] = True
    assert (parts[stroke, Part.SKIN] > 0.7).all()
    return stroke


def _far(picture: Pixels, other: Pixels, where: NDArray[np.bool_]) -> float:
    return float(np.abs(picture.astype(int) - other)[where].mean())


def test_a_stroke_on_bare_skin_goes_and_eyes_stay(parser: FaceParser, face: Pixels) -> None:
    parts = parser.parts(face)
    drawing = _paper(face)
    eyes = parts[..., (Part.LEFT_EYE, Part.RIGHT_EYE)].sum(axis=-1) > 0.5
    stroke = _cheek(parts)
    drawing[eyes | stroke] = STROKE
    clean = LineTidying(parser)(face, drawing)
    assert _far(clean, _paper(face), stroke) < 6
    assert _far(clean, drawing, eyes) < 1


def test_where_the_photo_has_a_wrinkle_its_stroke_stays_faint(parser: FaceParser, face: Pixels) -> None:
    wrinkled = face.copy()
    line = np.zeros(face.shape[:2], dtype=np.uint8)
    cv2.line(line, (83, 136), (83, 152), 1, 3)
    wrinkled[line > 0] = wrinkled[line > 0] // 3
    drawing = _paper(face)
    stroke = cv2.line(np.zeros_like(line), (83, 139), (83, 149), 1, 3) > 0
    drawing[stroke] = STROKE
    kept = to_lab(LineTidying(parser)(wrinkled, drawing))[stroke, 0].mean()
    assert to_lab(drawing)[stroke, 0].mean() + 15 < kept < to_lab(_paper(face))[stroke, 0].mean() - 5


@pytest.mark.parametrize(("sides", "stays"), [((True, True), True), ((True, False), False)])
def test_strokes_of_a_beard_stay_and_those_of_a_shadow_go(
    parser: FaceParser, face: Pixels, sides: tuple[bool, bool], stays: bool
) -> None:
    parts = parser.parts(face)
    middle = round(float(np.argwhere(parts[..., Part.NOSE] > 0.6)[:, 1].mean()))
    dark = (parts[..., Part.SKIN] > 0.6).astype(np.float32)
    dark[:155] = 0
    for side, shown in zip((np.s_[:, :middle], np.s_[:, middle:]), sides, strict=True):
        if not shown:
            dark[side] = 0
    amount = cv2.GaussianBlur(dark, (0, 0), 3)[..., None]
    photo = np.asarray(face * (1 - 0.5 * amount), dtype=np.uint8)
    stroke = np.zeros(dark.shape, dtype=bool)
    stroke[178:186, 78:82] = True
    assert (parser.parts(photo)[stroke, Part.SKIN] > 0.7).all()
    drawing = _paper(face)
    drawing[stroke] = STROKE
    clean = LineTidying(parser)(photo, drawing)
    assert (_far(clean, drawing, stroke) < 20) == stays
    assert (_far(clean, _paper(face), stroke) < 20) != stays


def test_teeth_are_whitened_and_black_lips_reddened(parser: FaceParser, face: Pixels) -> None:
    parts = parser.parts(face)
    teeth = parts[..., Part.MOUTH] > 0.8
    lips = parts[..., (Part.UPPER_LIP, Part.LOWER_LIP)].sum(axis=-1) > 0.9
    assert teeth.sum() > 50
    assert lips.sum() > 50
    drawing = _paper(face)
    drawing[teeth | lips] = (30, 30, 30)
    clean = to_lab(LineTidying(parser)(face, drawing))
    assert np.median(clean[teeth, 0]) > 80
    assert np.median(clean[lips, 1]) > 12, "lips are red"
    assert np.median(clean[lips, 0]) < 60, "lips are drawn"


def test_walls_are_paper_and_the_outline_of_the_person_stays(parser: FaceParser, face: Pixels) -> None:
    parts = parser.parts(face)
    behind = (parts[..., Part.BACKDROP] > 0.6).astype(np.uint8)
    far = cv2.erode(behind, np.ones((31, 31), np.uint8)) > 0
    near = (cv2.dilate(1 - behind, np.ones((3, 3), np.uint8)) > 0) & (behind > 0)
    near &= cv2.erode(cv2.dilate(far.astype(np.uint8), np.ones((41, 41), np.uint8)), np.ones((3, 3), np.uint8)) > 0
    assert far.any()
    assert near.any()
    drawing = _paper(face)
    drawing[far | near] = STROKE
    clean = LineTidying(parser)(face, drawing)
    assert clean[far].min() > 245
    assert _far(clean, drawing, near) < 25


def test_a_drawing_of_no_face_stays_as_it_is(parser: FaceParser) -> None:
    wall = np.full((256, 256, 3), 200, dtype=np.uint8)
    drawing = np.random.default_rng(0).integers(0, 256, wall.shape, dtype=np.uint8)
    assert np.array_equal(LineTidying(parser)(wall, drawing), drawing)
