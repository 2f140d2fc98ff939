"""The measure of steadiness measures what it says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import FaceError
from core.faces import Face
from core.generator import Generator
from core.live.flicker import Flicker, measure, record
from core.live.still import Motion
from tests.support.clips import LANDMARKS, Oracle, clip


class _Truth(Oracle):
    """Knows the face in the square portrait as well as in the frames of a clip in which it rests."""

    def detect(self, pixels: NDArray[np.uint8]) -> list[Face]:
        found = super().detect(pixels)
        square = pixels.shape[0] == pixels.shape[1]
        return [replace(face, landmarks=LANDMARKS) for face in found] if square else found


def measured(tmp_path: Path, generator: Generator, noise: float, steadiness: float) -> Flicker:
    moving = clip(motion=Motion(speed=0.0), noise=noise)
    frames = record(moving.still, 0.8, tmp_path / f"{noise} {steadiness}.mp4")
    assert len(frames) == 24
    return measure(moving.still, frames, generator, _Truth(moving, error=0.0), steadiness)


def test_noise_flickers_and_the_slider_takes_it_out(tmp_path: Path, negative_generator: Generator) -> None:
    calm = measured(tmp_path, negative_generator, 0.0, 0.0)
    noisy = measured(tmp_path, negative_generator, 6.0, 0.0)
    steady = measured(tmp_path, negative_generator, 6.0, 0.5)
    assert calm.flicker < 0.25 * noisy.flicker
    assert steady.flicker < 0.5 * noisy.flicker
    assert steady.change < 0.5 * noisy.change
    assert noisy.frames == 13


def test_without_a_face_nothing_is_measured(tmp_path: Path, negative_generator: Generator) -> None:
    moving = clip()
    oracle = Oracle(moving)
    oracle.blind = True
    with pytest.raises(FaceError, match="No face was found"):
        measure(moving.still, record(moving.still, 0.1, tmp_path / "clip.mp4"), negative_generator, oracle, 0.5)
