"""The way of a picture, on real pictures with a model made for the test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.converter import Cancelled, Converter, NoFaceError, View, analyse
from core.faces import FaceDetector
from core.generator import Generator
from core.images import Picture, load_picture
from core.runtime import Device
from tests.support.models import tiny_model


@pytest.fixture
def converter(tmp_path: Path) -> Converter:
    """A converter whose model gives the negative of its crop."""
    return Converter(FaceDetector(), Generator(tiny_model(tmp_path), Device.CPU))


def _plain(value: int = 90) -> Picture:
    return Picture(np.full((120, 200, 3), value, np.uint8), None, None, "wall.png", ())


def test_a_portrait_is_the_styled_crop_of_the_largest_face(converter: Converter, group_photo: Path) -> None:
    result = converter.convert(load_picture(group_photo), View.PORTRAIT)
    areas = [face.area for face in result.analysis.faces]
    assert len(areas) == 6
    assert areas == sorted(areas, reverse=True)
    assert result.pixels.shape == (256, 256, 3)
    np.testing.assert_allclose(result.pixels, 255 - result.before.astype(int), atol=1)
    assert set(result.milliseconds) == {"detect", "align", "generate", "compose"}
    assert "the portrait shows the largest" in result.notes[0]


def test_a_frame_keeps_the_picture_and_styles_every_face(converter: Converter, group_photo: Path) -> None:
    picture = load_picture(group_photo)
    result = converter.convert(picture, View.FRAME)
    assert result.pixels.shape == picture.pixels.shape
    assert result.before is picture.pixels, "the original is not copied to be shown beside the result"
    for face in result.analysis.faces:
        x, y = face.landmarks[2].astype(int)
        np.testing.assert_allclose(result.pixels[y, x], 255 - picture.pixels[y, x].astype(int), atol=40)
    changed = (result.pixels != picture.pixels).any(axis=2).mean()
    assert 0.05 < changed < 0.5
    assert (result.pixels[-50:] == picture.pixels[-50:]).all(), "the table is no face"


def test_the_picture_that_went_in_is_never_changed(converter: Converter, portrait_photo: Path) -> None:
    picture = load_picture(portrait_photo)
    before = picture.pixels.copy()
    converter.convert(picture, View.FRAME)
    assert (picture.pixels == before).all()


def test_no_face_is_said_and_the_centre_is_offered(converter: Converter) -> None:
    with pytest.raises(NoFaceError, match=r"No face was found in .*wall\.png.*centre"):
        converter.convert(_plain(), View.PORTRAIT)
    result = converter.convert(_plain(), View.PORTRAIT, centre=True)
    assert result.analysis.centred
    assert result.analysis.faces == ()
    assert np.abs(result.pixels.astype(int) - 165).max() <= 1
    assert "centre" in result.notes[0]


def test_redrawing_reuses_the_faces(converter: Converter, portrait_photo: Path) -> None:
    analysis = analyse(load_picture(portrait_photo), converter.detector, 256)
    redrawn = converter.redraw(analysis, View.FRAME)
    assert "detect" not in redrawn.milliseconds
    assert (redrawn.pixels == converter.convert(analysis.picture, View.FRAME).pixels).all()


def test_it_stops_between_batches_when_asked(converter: Converter, group_photo: Path) -> None:
    shares: list[float] = []

    def stop_at_once(share: float) -> bool:
        shares.append(share)
        return len(shares) < 2

    with pytest.raises(Cancelled):
        converter.convert(load_picture(group_photo), View.FRAME, progress=stop_at_once)
    assert shares == [0.0, pytest.approx(4 / 6)]


def test_transparency_stays_in_a_frame_and_not_in_a_portrait(converter: Converter, portrait_photo: Path) -> None:
    loaded = load_picture(portrait_photo)
    alpha = np.full(loaded.pixels.shape[:2], 128, np.uint8)
    picture = Picture(loaded.pixels, alpha, None, "see-through.png", ())
    assert converter.convert(picture, View.FRAME).alpha is alpha
    assert converter.convert(picture, View.PORTRAIT).alpha is None
