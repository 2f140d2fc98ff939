"""Faces from frame to frame: found by the detector now and then, followed by optical flow in between.

The two complete each other. Flow follows every motion at once and without noise, but drifts; the detector does not
drift, but each of its answers is off by a pixel or two. So a detection corrects the followed landmarks a little at
a time, and a face that stands still stands still.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from core.alignment import align
from core.converter import Stopwatch
from core.errors import FaceError
from core.faces import Face
from core.live.flow import Flow
from core.live.frame import Frame, LiveFace
from core.live.one_euro import OneEuro
from core.live.steady import Steadiness

#: Longest side of the picture in which faces are searched and followed.
WORK_SIDE = 640
#: Share of the time that detection may take while faces are followed, and while one is lost or there is none.
_SHARE, _SHARE_IN_SEARCH = 0.10, 0.35
#: Seconds between detections, whatever they cost.
_SHORTEST, _LONGEST = 0.15, 1.0
#: Mean distance of landmarks in eye distances up to which a detection is of a followed face, up to which it corrects
#: the face gently instead of moving it at once, and up to which it is probably the detector's noise.
_SAME_FACE, _GENTLE, _NOISE = 0.8, 0.2, 0.05
#: A face must be this much larger than the main one to become the main one.
_MUCH_LARGER = 1.25
#: Mean change in grey levels from one frame to the next that is another scene, and the darkest mean of a scene.
_OTHER_SCENE, _DARK = 45.0, 8.0


class Detector(Protocol):
    """Finds faces, as :class:`core.faces.FaceDetector` does."""

    def detect(self, pixels: NDArray[np.uint8]) -> list[Face]:
        """Return the faces of an RGB picture (H, W, 3), the largest first."""


@dataclass
class _Track:
    identifier: int
    landmarks: NDArray[np.float64]
    debt: NDArray[np.float64] = field(default_factory=lambda: np.zeros((5, 2)))
    shown: NDArray[np.float64] = field(default_factory=lambda: np.zeros((5, 2)))
    filter: OneEuro = field(default_factory=OneEuro)
    opacity: float = 0.0
    held: bool = False
    doubted: float | None = None
    gone: bool = False

    @property
    def reach(self) -> float:
        """Size of the face: mean distance of its landmarks from their middle, which turning changes little."""
        return float(np.linalg.norm(self.landmarks - self.landmarks.mean(axis=0), axis=1).mean())

    @property
    def eyes(self) -> float:
        return max(float(np.linalg.norm(self.landmarks[1] - self.landmarks[0])), 1e-6)


class FaceTracker:
    """Follows every face of a source. Used by one thread.

    detector: searched with pictures of at most WORK_SIDE pixels a side.
    detect_every: seconds of the frames' own time between detections, for videos, whose results must not depend on how
        fast this machine is; None for as often as the time allows.
    """

    def __init__(self, detector: Detector, detect_every: float | None = None) -> None:
        self._detector = detector
        self._every = detect_every
        self._flow = Flow()
        self._tracks: list[_Track] = []
        self._grey: NDArray[np.uint8] | None = None
        self._source: tuple[tuple[int, int], bool] | None = None
        self._time = 0.0
        self._detected = -np.inf
        self._cost = 0.0
        self._known = 0

    def reset(self) -> None:
        """Forget every face, as for another source."""
        self._tracks, self._grey, self._detected = [], None, -np.inf

    @property
    def interval(self) -> float:
        """Seconds from one detection to the next at the moment: the longer, the longer a detection takes."""
        if self._every is not None:
            return self._every
        settled = bool(self._tracks) and not any(track.held for track in self._tracks)
        share, shortest = (_SHARE, _SHORTEST) if settled else (_SHARE_IN_SEARCH, 0.0)
        return min(max(self._cost / share, shortest), _LONGEST)

    def update(self, frame: Frame, size: int, steadiness: Steadiness, watch: Stopwatch) -> tuple[LiveFace, ...]:
        """Return the faces of ``frame``, the main one first and the others by size, with crops of ``size`` pixels."""
        if self._source != (frame.size, frame.mirrored):
            self._source = (frame.size, frame.mirrored)
            self.reset()
        passed = min(max(frame.captured - self._time, 0.0), 0.5)
        self._time = frame.captured
        with watch.stage("track"):
            small, grey = _shrunken(frame.pixels)
            lost = self._follow(grey)
        if lost or frame.captured - self._detected >= self.interval:
            with watch.stage("detect"):
                self._search(small, steadiness)
        with watch.stage("track"):
            self._age(passed, steadiness)
            return self._faces(frame, small.shape[1] / frame.pixels.shape[1], size, steadiness)

    def _follow(self, grey: NDArray[np.uint8]) -> bool:
        """Move every face to where it is in ``grey``; answers whether one of them was lost just now."""
        before, self._grey = self._grey, grey
        if before is None or before.shape != grey.shape:
            return False
        if _other_scene(before, grey):
            self._tracks = []
            return True
        lost = False
        for track in self._tracks:
            if track.held:
                continue
            moved = self._flow.follow(before, grey, track.landmarks)
            if moved is None:
                track.held = lost = True
                track.doubted = self._time if track.doubted is None else track.doubted
            else:
                track.landmarks = moved
        return lost

    def _search(self, small: NDArray[np.uint8], steadiness: Steadiness) -> None:
        start = time.perf_counter()
        faces = self._detector.detect(small)
        spent = time.perf_counter() - start
        self._cost = self._cost + 0.3 * (spent - self._cost) if self._cost else spent
        self._detected = self._time
        pairs = _pairs(self._tracks, faces)
        for track in self._tracks:
            found = next((face for other, face in pairs if other is track), None)
            if found is not None:
                self._correct(track, found.landmarks, steadiness)
            elif track.doubted is None:
                track.doubted = self._time
        for face in faces:
            if all(face is not taken for _, taken in pairs):
                self._known += 1
                self._tracks.append(_Track(self._known, face.landmarks))

    def _correct(self, track: _Track, found: NDArray[np.float64], steadiness: Steadiness) -> None:
        apart = found - track.landmarks
        distance = float(np.linalg.norm(apart, axis=1).mean()) / track.eyes
        if track.held or distance > _GENTLE:
            track.landmarks, track.debt = found, np.zeros((5, 2))
            track.filter = OneEuro()
        else:
            # A detection's usual noise moves the face little; what is more than that is an error to be mended.
            doubt = float(np.clip((distance - _NOISE) / (_GENTLE - _NOISE), 0.0, 1.0))
            track.debt = (steadiness.gain + (1.0 - steadiness.gain) * doubt) * apart
        track.doubted, track.held = None, False

    def _age(self, passed: float, steadiness: Steadiness) -> None:
        for track in self._tracks:
            paid = steadiness.pace * track.debt
            track.landmarks, track.debt = track.landmarks + paid, track.debt - paid
            missing = track.doubted is not None and self._time - track.doubted > steadiness.hold
            change = passed / steadiness.fade if steadiness.fade else 1.0
            track.opacity = min(max(track.opacity + (-change if missing else change), 0.0), 1.0)
            track.held = track.held or missing
            track.gone = missing and track.opacity <= 0.0
        main = self._tracks[0] if self._tracks else None
        self._tracks = [track for track in self._tracks if not track.gone]
        self._tracks.sort(key=lambda track: track.reach * (_MUCH_LARGER if track is main else 1.0), reverse=True)

    def _faces(self, frame: Frame, scale: float, size: int, steadiness: Steadiness) -> tuple[LiveFace, ...]:
        faces = []
        for track in self._tracks:
            if not track.held or not track.shown.any():
                track.shown = track.filter(track.landmarks, frame.captured, 2.5 * track.eyes, steadiness.tuning)
            # Pixel centres: the middle of the first pixel is (0, 0) in either picture.
            landmarks = (track.shown + 0.5) / scale - 0.5
            try:
                alignment = align(landmarks, size)
            except FaceError:
                continue
            faces.append(LiveFace(track.identifier, landmarks, alignment, track.opacity, track.held))
        return tuple(faces)


def _shrunken(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    height, width = pixels.shape[:2]
    shrink = WORK_SIDE / max(height, width)
    small = pixels
    if shrink < 1.0:
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        # Averaging to exactly half is many times faster than to any other size.
        while max(small.shape) > 2 * WORK_SIDE:
            half = (max(1, small.shape[1] // 2), max(1, small.shape[0] // 2))
            small = np.asarray(cv2.resize(small, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        small = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    return small, np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def _other_scene(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> bool:
    # A dark frame in between is a fault of the source and no other scene.
    if min(cv2.mean(before)[0], cv2.mean(after)[0]) < _DARK:
        return False
    return cv2.norm(before, after, cv2.NORM_L1) / before.size > _OTHER_SCENE


def _pairs(tracks: Sequence[_Track], faces: Sequence[Face]) -> list[tuple[_Track, Face]]:
    """Return which detection is which followed face, the nearest first, each at most once."""
    near = []
    for track in tracks:
        for face in faces:
            apart = float(np.linalg.norm(face.landmarks - track.landmarks, axis=1).mean()) / track.eyes
            if apart < _SAME_FACE:
                near.append((apart, track, face))
    pairs: list[tuple[_Track, Face]] = []
    for _, track, face in sorted(near, key=lambda entry: entry[0]):
        if all(track is not other and face is not taken for other, taken in pairs):
            pairs.append((track, face))
    return pairs
