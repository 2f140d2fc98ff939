"""The sample portrait that the app offers and tests itself with."""

from __future__ import annotations

from PIL import Image

from core.faces import FaceDetector
from core.images import load_picture
from tests.conftest import ROOT

PORTRAIT = ROOT / "resources" / "samples" / "portrait.jpg"


def test_one_face_is_found_in_the_sample_with_its_points_where_a_face_has_them() -> None:
    pixels = load_picture(PORTRAIT).pixels
    assert pixels.shape == (1024, 1024, 3)
    (face,) = FaceDetector().detect(pixels)
    assert face.score > 0.7
    left_eye, right_eye, nose, left_mouth, right_mouth = face.landmarks
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_mouth[0] < nose[0] < right_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])


def test_the_sample_is_small_and_carries_no_metadata() -> None:
    assert PORTRAIT.stat().st_size <= 200 * 1024
    with Image.open(PORTRAIT) as picture:
        assert not picture.getexif()
