"""Following faces between detections, against clips whose every pose is known."""

from __future__ import annotations

import dataclasses
import itertools

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from core.converter import Stopwatch
from core.faces import FaceDetector
from core.live.flow import Flow
from core.live.frame import Frame, LiveFace
from core.live.loading import load_detector
from core.live.steady import Steadiness
from core.live.still import Motion
from core.live.tracker import FaceTracker
from tests.support.clips import Clip, Oracle, clip, misplaced

pytestmark = pytest.mark.usefixtures("free_detections")

SHARP, DEFAULT = Steadiness.of(0.0), Steadiness.of(0.5)


def follow(
    clip: Clip, oracle: Oracle, count: int, steadiness: Steadiness = DEFAULT, tracker: FaceTracker | None = None
) -> list[tuple[LiveFace, ...]]:
    tracker = tracker or FaceTracker(oracle)
    seen = []
    for number in range(count):
        oracle.number = number
        seen.append(tracker.update(clip.frame(number), 256, steadiness, Stopwatch()))
    return seen


def errors(clip: Clip, seen: list[tuple[LiveFace, ...]]) -> NDArray[np.float64]:
    """By how many crop pixels each true landmark is misplaced in each frame, (T, 5, 2)."""
    return np.array([misplaced(faces[0].landmarks, clip.landmarks(n)) for n, faces in enumerate(seen)])


def rms(values: NDArray[np.float64]) -> float:
    return float(np.sqrt((values**2).sum(axis=-1).mean()))


def test_a_moving_and_turning_face_is_followed_with_few_detections() -> None:
    moving = clip()
    oracle = Oracle(moving, error=0.0)
    seen = follow(moving, oracle, 60)
    assert {face.identifier for faces in seen for face in faces} == {1}
    assert rms(errors(moving, seen)) < 2.0
    assert oracle.calls <= 60 / 4


def test_flow_alone_keeps_to_the_face_for_a_second() -> None:
    moving = clip()
    flow = Flow()
    greys = [moving.frame(number).pixels[:, :, 1].copy() for number in range(30)]
    landmarks = moving.landmarks(0)
    for before, after in itertools.pairwise(greys):
        found = flow.follow(before, after, landmarks)
        assert found is not None
        landmarks = found
    assert rms(misplaced(landmarks, moving.landmarks(29))) < 3.0


def test_detection_noise_is_taken_out_without_lag() -> None:
    moving = clip()
    trembling = errors(moving, follow(moving, Oracle(moving), 75, SHARP))[5:]
    calm_faces = follow(moving, Oracle(moving), 75, DEFAULT)
    calm = errors(moving, calm_faces)[5:]
    assert rms(np.diff(calm, axis=0)) < 0.5 * rms(np.diff(trembling, axis=0))
    assert lag(moving, calm_faces) <= lag(moving, follow(moving, Oracle(moving), 75, SHARP)) + 1.0


def lag(clip: Clip, seen: list[tuple[LiveFace, ...]]) -> float:
    """By how many frames the followed face is behind the true one: the error along the direction of motion."""
    true = np.array([clip.landmarks(number).mean(axis=0) for number in range(len(seen))])
    behind = true - np.array([faces[0].landmarks.mean(axis=0) for faces in seen])
    behind -= behind.mean(axis=0)
    velocity = np.gradient(true, axis=0)
    return float((behind * velocity)[5:].sum() / (velocity**2)[5:].sum())


def test_each_of_several_faces_keeps_its_identifier() -> None:
    three = clip(size=(960, 360), faces=3)
    seen = follow(three, Oracle(three, error=0.3), 45)
    assert all(len(faces) == 3 for faces in seen)
    for identifier in {face.identifier for face in seen[0]}:
        places = np.array([f.landmarks.mean(axis=0) for faces in seen for f in faces if f.identifier == identifier])
        assert np.abs(np.diff(places, axis=0)).max() < 20


def test_the_main_face_does_not_change_with_every_small_difference() -> None:
    three = clip(size=(960, 360), faces=3, motion=Motion(size=0.05))
    seen = follow(three, Oracle(three, error=0.3), 60)
    assert len({faces[0].identifier for faces in seen}) == 1


def test_a_face_that_is_hidden_for_a_moment_is_held_where_it_was() -> None:
    still = clip(motion=Motion(speed=0.0))
    oracle = Oracle(still, error=0.0)
    tracker = FaceTracker(oracle)
    follow(still, oracle, 20, tracker=tracker)
    black = dataclasses.replace(still.frame(20), pixels=np.zeros((360, 640, 3), np.uint8))
    oracle.blind = True
    (held,) = tracker.update(black, 256, DEFAULT, Stopwatch())
    assert held.held
    assert rms(misplaced(held.landmarks, still.landmarks(20))) < 3.0
    oracle.blind = False
    (back,) = tracker.update(still.frame(21), 256, DEFAULT, Stopwatch())
    assert (back.identifier, back.held) == (held.identifier, False)


def test_a_face_that_has_left_fades_and_is_forgotten() -> None:
    still = clip(motion=Motion(speed=0.0))
    oracle = Oracle(still, error=0.0)
    tracker = FaceTracker(oracle)
    follow(still, oracle, 20, tracker=tracker)
    oracle.blind = True
    backdrop = np.asarray(cv2.blur(still.frame(0).pixels, (151, 151)), dtype=np.uint8)
    opacities = []
    for number in range(20, 60):
        frame = dataclasses.replace(still.frame(number), pixels=backdrop)
        faces = tracker.update(frame, 256, DEFAULT, Stopwatch())
        opacities.append(faces[0].opacity if faces else 0.0)
    held = sum(opacity == 1.0 for opacity in opacities) / 30
    assert 0.25 <= held <= 0.6
    assert any(0.0 < opacity < 1.0 for opacity in opacities)
    assert opacities[-1] == 0.0


def test_a_picture_on_the_wall_that_the_detector_does_not_confirm_is_dropped() -> None:
    still = clip(motion=Motion(speed=0.0))
    oracle = Oracle(still, error=0.0)
    tracker = FaceTracker(oracle)
    follow(still, oracle, 5, tracker=tracker)
    oracle.blind = True  # the flow goes on finding what the detector calls no face any more
    seen = [tracker.update(still.frame(number), 256, DEFAULT, Stopwatch()) for number in range(5, 65)]
    assert seen[0]
    assert not seen[-1]


def test_another_scene_begins_without_the_old_faces() -> None:
    still = clip(motion=Motion(speed=0.0))
    oracle = Oracle(still, error=0.0)
    tracker = FaceTracker(oracle)
    follow(still, oracle, 10, tracker=tracker)
    oracle.blind = True
    other = np.ascontiguousarray(255 - still.frame(10).pixels)
    assert tracker.update(dataclasses.replace(still.frame(10), pixels=other), 256, DEFAULT, Stopwatch()) == ()


@pytest.mark.parametrize("size", [(320, 240), (1280, 720), (640, 368)])
def test_a_source_that_changes_its_size_or_is_mirrored_begins_anew(size: tuple[int, int]) -> None:
    first, second = clip(), clip(size=size)
    oracle = Oracle(first, error=0.0)
    tracker = FaceTracker(oracle)
    follow(first, oracle, 5, tracker=tracker)
    shrunken = min(1.0, 640 / size[0])
    tracker._detector = Oracle(second, error=0.0, scale=shrunken)
    (face,) = tracker.update(second.frame(5), 256, DEFAULT, Stopwatch())
    assert face.identifier == 2
    oracle = tracker._detector
    flipped = dataclasses.replace(second.frame(6), mirrored=True)
    (face,) = tracker.update(flipped, 256, DEFAULT, Stopwatch())
    assert face.identifier == 3


def test_the_interval_follows_what_a_detection_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    moving = clip()
    calls = {}
    for cost in (0.0, 0.05):
        clock = itertools.count(0.0, cost)
        monkeypatch.setattr("core.live.tracker.time.perf_counter", lambda clock=clock: next(clock))
        oracle = Oracle(moving, error=0.0)
        follow(moving, oracle, 60)
        calls[cost] = oracle.calls
    assert calls[0.05] < calls[0.0] / 2


def test_the_real_detector_and_the_tracker_work_together() -> None:
    moving = clip(size=(1280, 720))
    detector = load_detector()
    tracker = FaceTracker(detector)
    assert isinstance(detector, FaceDetector)
    seen = [tracker.update(moving.frame(number), 256, DEFAULT, Stopwatch()) for number in range(0, 24, 2)]
    assert all(len(faces) == 1 for faces in seen)
    assert rms(misplaced(seen[-1][0].landmarks, moving.landmarks(22))) < 8.0


def test_frames_of_any_shape_do_no_harm() -> None:
    tracker = FaceTracker(load_detector())
    for shape in ((1, 1, 3), (2, 1000, 3), (1000, 2, 3), (17, 31, 3), (1, 6000, 3), (3000, 1, 3)):
        for _ in range(2):
            frame = Frame(np.zeros(shape, np.uint8), 1.0, 1.0)
            assert tracker.update(frame, 256, DEFAULT, Stopwatch()) == ()
