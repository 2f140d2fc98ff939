"""What is done with drawn faces, at full size and at a screen's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.analysis import analyse
from core.blending import Blend
from core.catalogue import Direction
from core.converter import Converter, crop_for, drawn_faces
from core.faces import FaceDetector
from core.finishing import DrawnFace, Finish, finished, wanted
from core.generator import Generator
from core.handcrop import HandCrop
from core.images import load_picture
from core.runtime import Device
from core.views import View
from tests.support.models import tiny_model


@pytest.fixture(scope="module")
def converter(tmp_path_factory: pytest.TempPathFactory) -> Converter:
    """A converter whose model gives the negative of its crop."""
    return Converter(FaceDetector(), Generator(tiny_model(tmp_path_factory.mktemp("model")), Device.CPU))


def test_a_small_copy_gives_the_same_result_smaller(converter: Converter, group_photo: Path) -> None:
    analysis = analyse(load_picture(group_photo), converter.detector, 256)
    small = analysis.at_most(640)
    assert small.picture.pixels.shape == (443, 640, 3)
    assert analysis.at_most(5000) is analysis
    faces = drawn_faces(analysis, (0, 1, 2), converter.generator)
    finish = Finish(left_out=frozenset({3, 4, 5}))
    large = finished(analysis, faces, View.FRAME, finish).pixels
    quick = finished(small, faces, View.FRAME, finish).pixels
    shrunk = large[: 443 * 2, :1280].reshape(443, 2, 640, 2, 3).mean(axis=(1, 3))
    assert np.abs(shrunk - quick).mean() < 2.0
    np.testing.assert_allclose(np.array(small.faces[0].box) * 2, analysis.faces[0].box, rtol=0.01)


@pytest.mark.parametrize("view", list(View))
def test_intensity_goes_from_the_photo_to_the_drawing(converter: Converter, group_photo: Path, view: View) -> None:
    analysis = analyse(load_picture(group_photo), converter.detector, 256)
    faces = drawn_faces(analysis, wanted(analysis, view, Finish()), converter.generator)
    none, half, whole = (finished(analysis, faces, view, Finish(intensity=share)) for share in (0.0, 0.5, 1.0))
    np.testing.assert_array_equal(none.pixels, none.before)
    middle = (none.pixels.astype(float) + whole.pixels) / 2
    assert np.abs(half.pixels - middle).mean() < 1.0
    assert np.abs(whole.pixels.astype(int) - whole.before).mean() > 5


def test_faces_that_are_left_out_are_neither_drawn_nor_changed(converter: Converter, group_photo: Path) -> None:
    picture = load_picture(group_photo)
    result = converter.convert(picture, View.FRAME, finish=Finish(left_out=frozenset({0, 5})))
    for place, face in enumerate(result.analysis.faces):
        x, y = face.landmarks[2].astype(int)
        assert (result.pixels[y, x] == picture.pixels[y, x]).all() == (place in {0, 5})
    everyone = converter.convert(picture, View.FRAME, finish=Finish(left_out=frozenset(range(6))))
    np.testing.assert_array_equal(everyone.pixels, picture.pixels)


def test_the_portrait_shows_the_chosen_face(converter: Converter, group_photo: Path) -> None:
    result = converter.convert(load_picture(group_photo), View.PORTRAIT, finish=Finish(face=2))
    np.testing.assert_array_equal(result.before, result.analysis.crops[2])
    last = converter.convert(load_picture(group_photo), View.PORTRAIT, finish=Finish(face=99))
    np.testing.assert_array_equal(last.before, last.analysis.crops[5])


def test_a_heatmap_covers_faces_and_a_model_without_attention_leaves_them(
    converter: Converter, portrait_photo: Path
) -> None:
    analysis = analyse(load_picture(portrait_photo), converter.detector, 256)
    faces = drawn_faces(analysis, (0,), converter.generator)
    for view in View:
        heated = finished(analysis, faces, view, Finish(attention=True))
        assert np.abs(heated.pixels.astype(int) - heated.before).mean() > 2
        blind = {0: DrawnFace(faces[0].crop, faces[0].anime, None, Blend.COVER)}
        plain = finished(analysis, blind, view, Finish(attention=True))
        np.testing.assert_array_equal(plain.pixels, plain.before)


def test_a_crop_by_hand_is_drawn_and_no_face_is_looked_for(converter: Converter, portrait_photo: Path) -> None:
    picture = load_picture(portrait_photo)
    result = converter.convert(picture, View.PORTRAIT, crop=HandCrop(300, 200, 256))
    assert result.analysis.by_hand
    assert "detect" not in result.milliseconds
    np.testing.assert_allclose(result.before, picture.pixels[72:328, 172:428], atol=1)


def test_a_model_that_paints_photos_takes_the_centre_unless_told(portrait_photo: Path) -> None:
    picture = load_picture(portrait_photo)
    wide = replace(picture, pixels=picture.pixels[:300])
    assert crop_for(Direction.A2B, wide, None) is None
    assert crop_for(Direction.B2A, wide, None) == HandCrop.centred(512, 300)
    assert crop_for(Direction.B2A, wide, HandCrop(1, 2, 30)) == HandCrop(1, 2, 30)
