"""What is measured of a face: sharpness, turn, size, coverage, likeness to other pictures."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from core.alignment import TEMPLATE, align
from core.faces import FaceDetector
from core.images import load_picture
from training.prepare import quality
from training.prepare.duplicates import fingerprint, groups, near_duplicates, same_person
from training.prepare.embedding import ArcFace
from training.prepare.framing import crop_without_bars

from .conftest import drawing


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector(threads=1)


@pytest.fixture(scope="module")
def identity() -> ArcFace:
    return ArcFace(threads=1)


def bits_apart(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    return int(np.bitwise_count(fingerprint(one) ^ fingerprint(other)).sum())


def test_blur_lowers_sharpness_and_light_does_not(portrait: NDArray[np.uint8], detector: FaceDetector) -> None:
    crop = align(detector.detect(portrait)[0].landmarks).crop(portrait)
    sharp = quality.sharpness(crop)
    blurred = [
        quality.sharpness(np.asarray(cv2.GaussianBlur(crop, (0, 0), sigma), dtype=np.uint8)) for sigma in (1.0, 3.0)
    ]
    assert sharp > 2 * blurred[0] > 4 * blurred[1]
    darker = (crop * 0.6 + 20).astype(np.uint8)
    assert quality.sharpness(darker) == pytest.approx(sharp, rel=0.1)
    assert quality.sharpness(np.full((64, 64, 3), 90, dtype=np.uint8)) == 0.0


def test_a_turned_face_is_told_from_a_frontal_one(group_photo: Path, detector: FaceDetector) -> None:
    pixels = load_picture(group_photo).pixels
    mirrored = np.ascontiguousarray(pixels[:, ::-1])
    for side in (pixels, mirrored):
        yaws = sorted(quality.yaw(face.landmarks, align(face.landmarks)) for face in detector.detect(side))
        # Of the six, one looks at the camera and one far aside, whichever way round the picture is.
        assert yaws[0] < 15
        assert yaws[-1] > 38
    template = TEMPLATE * 256
    assert quality.yaw(template, align(template)) == pytest.approx(0.0, abs=0.1)
    aside = template + np.array([[0, 0], [0, 0], [15, 0], [0, 0], [0, 0]])
    assert 25 < quality.yaw(aside, align(template)) < 45


def test_coverage_is_the_share_of_the_crop_inside_the_picture() -> None:
    landmarks = TEMPLATE * 100 + 50
    assert quality.coverage(align(landmarks), 200, 200) == pytest.approx(1.0, abs=0.01)
    assert quality.coverage(align(landmarks), 200, 100) == pytest.approx(0.5, abs=0.02)
    assert quality.coverage(align(landmarks - 50 - 50), 200, 200) == pytest.approx(0.25, abs=0.02)
    assert quality.eye_distance(landmarks) == pytest.approx(24.0)


def test_a_copy_has_nearly_the_same_fingerprint(portrait: NDArray[np.uint8]) -> None:
    _, packed = cv2.imencode(".jpg", portrait, [cv2.IMWRITE_JPEG_QUALITY, 30])
    copies = [
        np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8),
        np.asarray(cv2.resize(portrait, (90, 90), interpolation=cv2.INTER_AREA), dtype=np.uint8),
        (portrait * 0.7 + 40).astype(np.uint8),
    ]
    assert all(bits_apart(portrait, copy) < 16 for copy in copies)
    others = [np.ascontiguousarray(portrait[:, ::-1]), drawing(1), drawing(2)]
    assert all(bits_apart(portrait, other) > 60 for other in others)


def test_groups_join_everything_that_is_connected() -> None:
    assert groups(6, iter([(4, 5), (0, 2), (2, 4)])) == [0, 1, 0, 3, 0, 0]


def test_pairs_are_found_across_strips_of_rows() -> None:
    vectors = np.random.default_rng(0).normal(size=(1100, 512)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[1090] = vectors[3]
    vectors[600] = vectors[599]
    assert sorted(same_person(vectors)) == [(3, 1090), (599, 600)]
    bits = np.random.default_rng(1).integers(0, 256, (1100, 32), dtype=np.uint8)
    bits[700] = bits[10]
    assert list(near_duplicates(bits)) == [(10, 700)]


def test_arcface_knows_a_person_again_and_tells_strangers_apart(
    portrait: NDArray[np.uint8], group_photo: Path, detector: FaceDetector, identity: ArcFace
) -> None:
    landmarks = detector.detect(portrait)[0].landmarks
    here = identity.embed(portrait, landmarks)
    assert np.linalg.norm(here) == pytest.approx(1.0, abs=1e-5)
    small = np.asarray(cv2.resize(portrait, (256, 256), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    assert here @ identity.embed(small, landmarks / 2) > 0.9
    crop = align(landmarks).crop(portrait)
    assert here @ identity.embed_crops(crop[None])[0] > 0.9
    group = load_picture(group_photo).pixels
    strangers = np.stack([identity.embed(group, face.landmarks) for face in detector.detect(group)])
    assert (strangers @ here).max() < 0.3
    assert (strangers @ strangers.T)[~np.eye(len(strangers), dtype=bool)].max() < 0.4


def test_only_the_face_counts_for_gender_and_age(
    portrait: NDArray[np.uint8], detector: FaceDetector, identity: ArcFace
) -> None:
    landmarks = detector.detect(portrait)[0].landmarks
    painted = portrait.copy()
    left, top = (landmarks.min(axis=0) - 45).astype(int)
    right, bottom = (landmarks.max(axis=0) + 45).astype(int)
    outside = np.ones(portrait.shape[:2], dtype=bool)
    outside[top:bottom, left:right] = False
    painted[outside] = (0, 200, 0)
    whole = identity.embed(portrait, landmarks) @ identity.embed(painted, landmarks)
    face = identity.embed_face(portrait, landmarks) @ identity.embed_face(painted, landmarks)
    assert face > 0.99
    assert face > whole


def test_bars_beside_a_portrait_are_continued_by_the_picture(portrait: NDArray[np.uint8]) -> None:
    padded = np.full((512, 800, 3), 255, dtype=np.uint8)
    padded[:, 144:656] = portrait
    wide = align(TEMPLATE * 700 + np.array([50, -50]))
    with_bars, without = wide.crop(padded), crop_without_bars(padded, wide)
    assert (with_bars[100, :20] > 250).all()
    assert not (without[100, :20] > 250).all()
    inside = (slice(80, 180), slice(90, 160))
    # The averaging of large faces begins at the picture's corner, which is another one without the bars.
    assert np.abs(with_bars[inside].astype(int) - without[inside]).mean() < 3


def test_a_plain_picture_is_not_trimmed_away() -> None:
    plain = np.full((64, 64, 3), 200, dtype=np.uint8)
    crop = crop_without_bars(plain, align(TEMPLATE * 64, 32))
    assert (crop == 200).all()
