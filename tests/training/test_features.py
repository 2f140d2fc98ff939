"""Drawing eyes, brows and mouths anew as a photo has them; glasses, blinks, beards and shadows on it."""

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
from training.features import Features
from training.features.beards import Beards
from training.features.blinks import Blinks
from training.features.cels import Cels
from training.features.contours import face_seen
from training.features.shadows import Shadows
from training.features.shapes import middle_of
from training.features.spectacles import Spectacles
from training.features.wrinkles import Wrinkles
from training.networks.parsing import FaceParser, Part

Pixels = NDArray[np.uint8]


@pytest.fixture
def parser(borrowed: Callable[[str], None]) -> FaceParser:
    """The parsing network; skips the test where its weights cannot be fetched."""
    borrowed("FACE_PARSING")
    return FaceParser()


@pytest.fixture
def faces(group_photo: Path, portrait_photo: Path) -> list[Pixels]:
    """The aligned faces of two real photos, a woman who laughs, and a man under hard light, grey and without a top."""
    found = []
    for path in (portrait_photo, group_photo.with_name("Tom_Hanks_54745.png")):
        pixels = load_picture(path).pixels
        found.append(align(FaceDetector(threads=1).detect(pixels)[0].landmarks).crop(pixels))
    return found


def _flat(colour: tuple[int, int, int]) -> Pixels:
    return np.full((256, 256, 3), colour, dtype=np.uint8)


def _where(parts: NDArray[np.float32], *which: Part) -> NDArray[np.bool_]:
    return np.asarray(parts[..., which].sum(axis=-1) > 0.5)


def test_a_blank_face_gets_two_large_eyes_where_the_photo_has_them(parser: FaceParser, faces: list[Pixels]) -> None:
    blank = _flat((250, 215, 190))
    for face in faces:
        drawing = Features(parser)(face, blank)
        parts = parser.parts(face)
        changed = np.abs(drawing.astype(int) - blank).max(axis=-1) > 30
        for part in (Part.LEFT_EYE, Part.RIGHT_EYE):
            middle = middle_of(parts[..., part])
            assert middle is not None
            x, y = middle.round().astype(int)
            around = changed[y - 26 : y + 18, x - 20 : x + 20]
            real = parts[y - 26 : y + 18, x - 20 : x + 20, part] > 0.5
            assert around.sum() > 2.5 * real.sum()
            # Dark lashes and iris, and the light in it.
            levels = drawing[y - 26 : y + 18, x - 20 : x + 20].mean(axis=-1)
            assert levels.min() < 60
            assert levels.max() > 245
        # Nothing else on forehead and cheeks.
        assert not changed[:60].any()
        assert not changed[148:156, 84:104].any()


def test_a_laugh_shows_teeth_and_red_and_closed_lips_a_stroke(parser: FaceParser, faces: list[Pixels]) -> None:
    blank = _flat((250, 215, 190))
    teeth, red, strokes = [], [], []
    for face in faces:
        drawing = Features(parser)(face, blank)
        parts = parser.parts(face)
        mouth = middle_of(parts[..., (Part.UPPER_LIP, Part.LOWER_LIP, Part.MOUTH)].sum(axis=-1))
        assert mouth is not None
        # Drawn mouths lie nearer to the eyes than real ones.
        bottom = round(mouth[1])
        place = drawing[bottom - 38 : bottom + 4, 88:168]
        lab = to_lab(place)
        teeth.append(int(((np.hypot(lab[..., 1], lab[..., 2]) < 8) & (lab[..., 0] > 88)).sum()))
        red.append(int(((lab[..., 0] < 65) & (lab[..., 1] > 25)).sum()))
        strokes.append(int((lab[..., 0] < 50).sum()))
    laughing, serious = teeth
    assert laughing > 40
    assert serious == 0
    # Teeth are as light as fair skin: what tells a laugh from afar is the red.
    assert red[0] > 150 > 3 * red[1]
    assert min(strokes) > 30


def test_an_old_mark_in_the_mouths_place_is_taken_away(parser: FaceParser, faces: list[Pixels]) -> None:
    face = faces[0]
    clean = Features(parser)(face, _flat((250, 215, 190)))
    marked = _flat((250, 215, 190))
    marked[160:166, 122:134] = (120, 60, 60)
    redrawn = Features(parser)(face, marked)
    assert np.abs(redrawn.astype(int) - clean).mean() < 0.6
    assert np.abs(redrawn.astype(int) - clean).max(axis=-1).astype(bool).mean() < 0.02


def test_a_short_chin_gives_way_to_the_photos(parser: FaceParser, faces: list[Pixels]) -> None:
    for face in faces:
        parts = parser.parts(face)
        drawing = _flat((250, 215, 190))
        # A pointed jaw above the real one, hair beside it, as a CycleGAN draws.
        jaw = np.array([[80, 150], [128, 192], [176, 150]])
        cv2.polylines(drawing, [jaw], False, (60, 40, 40), 3)
        cv2.fillPoly(drawing, [np.array([[150, 178], [178, 152], [178, 190]])], (70, 40, 80))
        redrawn = Features(parser)(face, drawing)
        whole = face_seen(parts)
        assert whole is not None
        inside = cv2.erode(whole.astype(np.uint8), np.ones((9, 9), dtype=np.uint8)) > 0
        mouth = _where(parts, Part.UPPER_LIP, Part.LOWER_LIP, Part.MOUTH)
        inside[:176] = False
        inside &= cv2.dilate(mouth.astype(np.uint8), np.ones((31, 31), dtype=np.uint8)) == 0
        assert (to_lab(redrawn)[..., 0][inside] > 70).all()
        chin = np.nonzero(whole)[0].max()
        below = redrawn[chin - 6 : chin + 5, 118:138].min(axis=(0, 2))
        assert (below < 150).mean() > 0.9


@pytest.mark.parametrize("tint", [(40, 70, 130), (70, 110, 60), (140, 60, 60)])
def test_irises_take_the_hue_of_the_photo_but_never_red(
    parser: FaceParser, faces: list[Pixels], tint: tuple[int, int, int]
) -> None:
    eyes = _where(parser.parts(faces[0]), Part.LEFT_EYE, Part.RIGHT_EYE)
    face = faces[0].copy()
    face[eyes] = (0.5 * face[eyes] + 0.5 * np.asarray(tint)).astype(np.uint8)
    drawing = to_lab(Features(parser)(face, _flat((250, 215, 190))))
    near = cv2.dilate(eyes.astype(np.uint8), np.ones((9, 9), dtype=np.uint8)) > 0
    iris = near & (drawing[..., 0] > 20) & (drawing[..., 0] < 60)
    green_red, blue_yellow = np.median(drawing[iris][:, 1:], axis=0)
    if tint[2] == max(tint):
        assert blue_yellow < -5
    elif tint[1] == max(tint):
        assert green_red < 0
    else:
        assert green_red < blue_yellow


def test_a_wall_is_left_as_it_is(parser: FaceParser) -> None:
    wall, drawing = _flat((200, 200, 200)), _flat((90, 120, 150))
    assert not Features(parser).seen(wall)
    assert np.array_equal(Features(parser)(wall, drawing), drawing)
    assert Spectacles(parser)(wall, drawing, np.random.default_rng(0)) is None
    for change in (Blinks, Beards, Shadows, Wrinkles):
        assert change(parser)(wall, drawing, np.random.default_rng(0)) is None


def test_glasses_come_on_photo_and_drawing_and_are_seen_as_such(parser: FaceParser, faces: list[Pixels]) -> None:
    seen = 0
    for index, face in enumerate(faces):
        drawing = Features(parser)(face, _flat((250, 215, 190)))
        before = face.copy()
        worn = Spectacles(parser)(face, drawing, np.random.default_rng(index))
        assert worn is not None
        assert np.array_equal(face, before)
        photo, drawn = worn
        rims = np.abs(drawn.astype(int) - drawing).max(axis=-1) > 40
        rows, columns = np.nonzero(rims)
        assert len(rows) > 200
        # Around the eyes, and nowhere else.
        assert rows.min() > 70
        assert rows.max() < 160
        assert np.ptp(columns) > 80
        assert np.abs(photo.astype(int) - face).max(axis=-1)[180:].max() == 0
        seen += (parser.parts(photo)[..., Part.GLASSES] > 0.5).mean() > 0.004
        # Whoever wears some gets no second pair.
        if (parser.parts(photo)[..., Part.GLASSES] > 0.5).mean() > 0.004:
            assert Spectacles(parser)(photo, drawn, np.random.default_rng(9)) is None
    assert seen >= 1


def test_closed_eyes_look_smaller_and_are_drawn_as_a_stroke(parser: FaceParser, faces: list[Pixels]) -> None:
    for index, face in enumerate(faces):
        drawing = Features(parser)(face, _flat((250, 215, 190)))
        blinking = Blinks(parser)(face, drawing, np.random.default_rng(index))
        assert blinking is not None
        photo, drawn = blinking
        before, after = (_where(parser.parts(one), Part.LEFT_EYE, Part.RIGHT_EYE).sum() for one in (face, photo))
        assert after < 0.8 * before
        # The light in the eyes is gone; a stroke is left, and the brows.
        assert (drawing[70:160].min(axis=-1) > 250).any()
        assert not (drawn[70:160].min(axis=-1) > 250).any()
        assert (to_lab(drawn)[70:160, :, 0] < 30).sum() > 60
        assert np.array_equal(drawn[170:], drawing[170:])


def test_a_beard_grows_around_the_mouth_and_is_not_drawn(parser: FaceParser, faces: list[Pixels]) -> None:
    for face in faces:
        parts = parser.parts(face)
        lips = _where(parts, Part.UPPER_LIP, Part.LOWER_LIP, Part.MOUTH)
        above = np.nonzero(_where(parts, Part.LEFT_EYE, Part.RIGHT_EYE))[0].max()
        drawing = _flat((250, 215, 190))
        grown = np.zeros((256, 256), dtype=np.float32)
        for lot in range(12):
            bearded = Beards(parser)(face, drawing, np.random.default_rng(lot))
            assert bearded is not None
            photo, drawn = bearded
            assert np.array_equal(drawn, drawing)
            changed = np.abs(photo.astype(int) - face).max(axis=-1)
            assert (changed > 12).sum() > 60
            assert not changed[:above].any()
            grown += changed > 12
        # Most of what is around the mouth has hair now and then, and the mouth never.
        around = cv2.dilate(lips.astype(np.uint8), np.ones((25, 25), dtype=np.uint8)) > 0
        around &= _where(parts, Part.SKIN) & (cv2.dilate(lips.astype(np.uint8), np.ones((9, 9), dtype=np.uint8)) == 0)
        assert (grown[around] > 0).mean() > 0.6
        assert (grown[cv2.erode(lips.astype(np.uint8), np.ones((7, 7), dtype=np.uint8)) > 0] > 3).mean() < 0.1


def test_a_shadow_darkens_a_part_of_the_person_and_is_not_drawn(parser: FaceParser, faces: list[Pixels]) -> None:
    drawing = _flat((250, 215, 190))
    for face in faces:
        skin = _where(parser.parts(face), Part.SKIN)
        dark = []
        for lot in range(8):
            shadowed = Shadows(parser)(face, drawing, np.random.default_rng(lot))
            assert shadowed is not None
            photo, drawn = shadowed
            assert np.array_equal(drawn, drawing)
            change = (photo.astype(float) + 1).mean(axis=-1) / (face.astype(float) + 1).mean(axis=-1)
            # What lies in the light may get lighter as a whole.
            dark.append(float((change[skin] < 0.85 * np.quantile(change, 0.95)).mean()))
        assert 0.2 < np.mean(dark) < 0.8


def test_wrinkles_are_lines_on_skin_and_are_not_drawn(parser: FaceParser, faces: list[Pixels]) -> None:
    drawing = _flat((250, 215, 190))
    for face in faces:
        parts = parser.parts(face)
        for lot in range(6):
            wrinkled = Wrinkles(parser)(face, drawing, np.random.default_rng(lot))
            assert wrinkled is not None
            photo, drawn = wrinkled
            assert np.array_equal(drawn, drawing)
            darker = to_lab(face)[..., 0] - to_lab(photo)[..., 0] > 2
            assert darker.sum() > 30
            assert darker.mean() < 0.04
            assert not darker[_where(parts, Part.LEFT_EYE, Part.RIGHT_EYE)].any()


def test_hair_is_painted_in_a_few_tones_with_an_edge(parser: FaceParser, faces: list[Pixels]) -> None:
    face = faces[0]
    painted = Cels(parser)(face, face)
    hair = parser.parts(face)[..., Part.HAIR]
    inner = cv2.erode((hair > 0.7).astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
    flat, before = (to_lab(picture)[..., 0] for picture in (painted, face))

    def steep(lightness: NDArray[np.float32]) -> NDArray[np.bool_]:
        return np.asarray(np.hypot(cv2.Sobel(lightness, -1, 1, 0), cv2.Sobel(lightness, -1, 0, 1)) > 8)

    # Areas of one tone between edges: far fewer pixels change than on the photo.
    assert steep(flat)[inner].mean() < 0.6 * steep(before)[inner].mean()
    # What lies at the edge is darker than what is within.
    edge = (hair > 0.55) & (cv2.erode((hair > 0.5).astype(np.uint8), np.ones((5, 5), np.uint8)) == 0)
    assert np.median(flat[edge]) < np.median(flat[inner]) - 4
    # The face stays as it was drawn.
    skin = cv2.erode((parser.parts(face)[..., Part.SKIN] > 0.9).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert np.abs(painted.astype(int) - face)[skin].mean() < 1


def test_a_headscarf_is_one_area(parser: FaceParser, faces: list[Pixels], monkeypatch: pytest.MonkeyPatch) -> None:
    face = faces[0]
    parts = parser.parts(face).copy()
    hair = parts[..., Part.HAIR].copy()
    # As a parser sees a scarf: upper half hat, left half of the rest clothes, what remains hair.
    rows, columns = np.mgrid[:256, :256]
    lots = np.where(rows < 90, Part.HAT, np.where(columns < 128, Part.CLOTHES, Part.HAIR))
    for part in (Part.HAT, Part.CLOTHES, Part.HAIR):
        parts[..., part] = hair * (lots == part)
    monkeypatch.setattr(parser, "parts", lambda photo: parts)
    plain = _flat((180, 90, 90))
    painted = Cels(parser)(face, plain)
    inner = cv2.erode((hair > 0.7).astype(np.uint8), np.ones((11, 11), np.uint8)) > 0
    assert np.abs(painted.astype(int) - plain)[inner].max() < 4


def test_rows_that_a_crop_repeats_are_like_its_edge(
    parser: FaceParser, faces: list[Pixels], monkeypatch: pytest.MonkeyPatch
) -> None:
    striped = faces[0].copy()
    striped[:60] = striped[60]
    parts = parser.parts(faces[0]).copy()
    seen = parts[60, :, Part.HAIR] > 0.5
    # A parser sees all kinds of things in stripes: here, hair in every other block.
    rows, columns = np.mgrid[:60, :256]
    parts[:60, :, Part.HAIR] = (rows // 20 + columns // 40) % 2
    monkeypatch.setattr(parser, "parts", lambda photo: parts)
    painted = Cels(parser)(striped, striped).astype(int)
    inner = cv2.erode(seen[None].astype(np.uint8), np.ones((1, 15), np.uint8))[0] > 0
    assert inner.sum() > 10
    assert np.abs(painted[8:50] - painted[30])[:, inner].max() < 40
