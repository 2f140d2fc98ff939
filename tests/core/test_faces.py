"""The detector and its weights."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from core import facepacks, paths
from core.errors import FaceError
from core.faces import FaceDetector
from core.images import load_picture


def test_it_finds_the_six_faces_and_their_points_in_order(group_photo: Path) -> None:
    faces = FaceDetector().detect(load_picture(group_photo).pixels)
    assert len(faces) == 6
    for face in faces:
        left, top, right, bottom = face.box
        assert ((face.landmarks > (left, top)) & (face.landmarks < (right, bottom))).all()
        left_eye, right_eye, _nose, left_mouth, right_mouth = face.landmarks
        assert left_eye[0] < right_eye[0]
        assert left_mouth[0] < right_mouth[0]
        assert max(left_eye[1], right_eye[1]) < min(left_mouth[1], right_mouth[1])
        assert face.score > 0.5


@pytest.mark.parametrize("scale", [0.5, 3.0])
def test_points_are_in_pixels_of_the_picture_whatever_its_size(portrait_photo: Path, scale: float) -> None:
    detector = FaceDetector()
    pixels = load_picture(portrait_photo).pixels
    scaled = np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    one, other = detector.detect(pixels)[0], detector.detect(scaled)[0]
    np.testing.assert_allclose(other.landmarks / scale, one.landmarks, atol=6)


def test_a_face_that_fills_the_picture_is_found(portrait_photo: Path) -> None:
    detector = FaceDetector()
    pixels = load_picture(portrait_photo).pixels
    left, top, right, bottom = (int(side) for side in detector.detect(pixels)[0].box)
    close = np.asarray(cv2.resize(pixels[top:bottom, left:right], (900, 1100)), np.uint8)
    assert len(detector.detect(close)) == 1


def test_a_wall_and_a_single_pixel_show_no_face() -> None:
    detector = FaceDetector()
    assert detector.detect(np.full((300, 400, 3), 128, np.uint8)) == []
    assert detector.detect(np.zeros((1, 1, 3), np.uint8)) == []
    assert detector.detect(np.zeros((3, 5000, 3), np.uint8)) == []


def test_the_embedded_pack_holds_the_detector_alone_and_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "cache", lambda: tmp_path)
    pack = facepacks.find()
    assert pack.folder.is_relative_to(tmp_path)
    assert [path.name for path in pack.folder.iterdir()] == ["scrfd_500m_bnkps.onnx"]
    (pack.folder / "scrfd_500m_bnkps.onnx").write_bytes(b"damaged")
    repaired = facepacks.find().folder / "scrfd_500m_bnkps.onnx"
    assert repaired.stat().st_size == 2_524_155, "a damaged copy is replaced by a good one"


def test_a_cache_that_cannot_be_written_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    monkeypatch.setattr(paths, "cache", lambda: in_the_way)
    assert (facepacks.find().folder / "scrfd_500m_bnkps.onnx").is_file()


def test_the_packaged_program_uses_the_detector_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = facepacks.find().folder / "scrfd_500m_bnkps.onnx"
    shipped = tmp_path / "resources" / "facepacks" / facepacks.EMBEDDED / source.name
    shipped.parent.mkdir(parents=True)
    shipped.write_bytes(source.read_bytes())
    monkeypatch.setattr(paths, "resources", lambda: tmp_path / "resources")
    monkeypatch.setattr(paths, "cache", lambda: tmp_path / "cache")
    assert facepacks.find().folder == shipped.parent
    assert not (tmp_path / "cache").exists()
    shipped.write_bytes(b"damaged")
    with pytest.raises(FaceError, match="Install Animirror again"):
        facepacks.find()


def test_a_user_without_a_name_has_a_detector_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    monkeypatch.setattr(paths, "cache", lambda: tmp_path / "cache")
    assert (facepacks.find().folder / "scrfd_500m_bnkps.onnx").is_file()


def test_the_users_own_packs_are_used_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group_photo: Path
) -> None:
    own = tmp_path / "models" / "buffalo_test"
    own.mkdir(parents=True)
    source = facepacks.find().folder / "scrfd_500m_bnkps.onnx"
    (own / "det_500m.onnx").write_bytes(source.read_bytes())
    monkeypatch.setattr(paths, "insightface_home", lambda: tmp_path)
    pack = facepacks.find("buffalo_test")
    assert not pack.embedded
    assert len(FaceDetector(pack).detect(load_picture(group_photo).pixels)) == 6
    with pytest.raises(FaceError, match=r"buffalo_l.*buffalo_test"):
        facepacks.find("buffalo_l")
