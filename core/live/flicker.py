"""How steady a live picture is, measured on a recorded clip of a moving, turning face whose every pose is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from core.alignment import align
from core.errors import FaceError
from core.generator import Generator
from core.live.frame import Frame
from core.live.pipeline import Pipeline
from core.live.sources import EndOfSource, FileSource
from core.live.still import MovingStill
from core.live.tracker import Detector
from core.live.views import LiveSettings
from core.matte import face_matte

#: Frames at the beginning that do not count: the filters settle.
_SETTLING = 10
#: Side in pixels of the face at rest, in which frames are compared.
_REST = 512
_RATE = 30


@dataclass(frozen=True, slots=True)
class Flicker:
    """What one position of the slider between sharp (0) and steady (1) gives.

    change: of the styled face from one frame to the next, its own motion taken out, mean in grey levels of 0 to 255.
    flicker: the same between a frame and the middle of its two neighbours, which a face that turns smoothly, and whose
    drawing has to turn with it, does not cause.
    lag: frames by which the face's place is behind the true one, from its regression on the speed; 0 at rest.
    frames: that were compared.
    """

    steadiness: float
    change: float
    flicker: float
    lag: float
    frames: int


def record(still: MovingStill, seconds: float, path: Path) -> list[Frame]:
    """Record ``still`` as H.264 at ``path``, as a camera's video is, and return the frames as they are read back."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=_RATE)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = still.size
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "18"}
        for number in range(round(seconds * _RATE)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(still.at(number / _RATE), format="rgb24")))
        container.mux(stream.encode(None))
    source = FileSource(path, repeat=False, paced=False)
    source.open()
    frames: list[Frame] = []
    try:
        while True:
            frame = source.read()
            # As a camera's would have come, however fast the file is read.
            frames.append(Frame(frame.pixels, 100.0 + frame.time, frame.time))
    except EndOfSource:
        source.close()
    return frames


def measure(
    still: MovingStill, frames: Sequence[Frame], generator: Generator, detector: Detector, steadiness: float
) -> Flicker:
    """Draw the ``frames`` of ``still`` and compare each with its neighbours. Raises FaceError if there is no face."""
    found = detector.detect(still.portrait)
    if not found:
        raise FaceError("No face was found in the portrait that is to move. Use one with a larger face.")
    landmarks = found[0].landmarks
    rest = np.vstack([align(landmarks, _REST).inverse, [0.0, 0.0, 1.0]])
    inside = face_matte(_REST) > 0.95
    pipeline = Pipeline(detector)
    pipeline.generator = generator
    settings = LiveSettings(steadiness=steadiness)
    shown: list[NDArray[np.float32]] = []
    changes, flickers, places, truth = [], [], [], []
    for number, frame in enumerate(frames):
        result = pipeline.process(frame, settings)
        if not result.faces:
            raise FaceError(f"The face was lost in frame {number + 1}. Use a portrait with a larger face.")
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        at_rest = cv2.warpPerspective(result.pixels, still.pose(frame.time) @ rest, (_REST, _REST), flags=flags)
        shown = [*shown[-2:], np.asarray(at_rest, dtype=np.float32)[inside]]
        if number > _SETTLING:
            first, middle, last = shown
            changes.append(float(np.abs(last - middle).mean()))
            flickers.append(float(np.abs((first + last) / 2 - middle).mean()))
        places.append(result.faces[0].landmarks.mean(axis=0))
        truth.append(still.landmarks(landmarks, frame.time).mean(axis=0))
    lag = _lag(np.array(places), np.array(truth))
    return Flicker(steadiness, float(np.mean(changes)), float(np.mean(flickers)), lag, len(changes))


def _lag(places: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    behind = truth - places
    behind = (behind - behind.mean(axis=0))[_SETTLING:]
    velocity = np.gradient(truth, axis=0)[_SETTLING:]
    moving = float((velocity**2).sum())
    return float((behind * velocity).sum()) / moving if moving > 0.0 else 0.0
