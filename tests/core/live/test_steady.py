"""A steady picture, shown with numbers on a recorded clip whose every pose is known."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from core.alignment import align, apply
from core.generator import Generator
from core.live.frame import Frame
from core.live.pipeline import Pipeline
from core.live.sources import EndOfSource, FileSource
from core.live.steady import Steadiness, SteadyFace
from core.live.views import LiveSettings
from core.matte import face_matte
from tests.support.clips import LANDMARKS, Clip, Oracle, clip

pytestmark = pytest.mark.usefixtures("free_detections")

SECONDS = 2.5


@pytest.fixture(scope="module")
def moving() -> Clip:
    return clip()


@pytest.fixture(scope="module")
def recorded(moving: Clip, tmp_path_factory: pytest.TempPathFactory) -> list[Frame]:
    path = moving.write(tmp_path_factory.mktemp("clips") / "clip.mp4", SECONDS)
    source = FileSource(path, repeat=False, paced=False)
    source.open()

    def frames() -> Iterator[Frame]:
        try:
            while True:
                frame = source.read()
                yield Frame(frame.pixels, 100 + frame.time, frame.time)
        except EndOfSource:
            source.close()

    return list(frames())


def change(moving: Clip, recorded: list[Frame], generator: Generator, steadiness: float) -> tuple[float, float]:
    """Mean change of the styled face from frame to frame in grey levels, its own motion taken out; and its lag."""
    oracle = Oracle(moving, scale=640 / moving.still.size[0])
    pipeline = Pipeline(oracle)
    pipeline.generator = generator
    settings = LiveSettings(steadiness=steadiness)
    inside = _inside(moving)
    changes, found, before = [], [], None
    for number, frame in enumerate(recorded):
        oracle.number = number
        result = pipeline.process(frame, settings)
        found.append(result.faces[0].landmarks.mean(axis=0))
        still = moving.canonical(result.pixels, number)[inside]
        if before is not None and number > 10:
            changes.append(float(np.abs(still - before).mean()))
        before = still
    true = np.array([moving.landmarks(number).mean(axis=0) for number in range(len(recorded))])
    behind = true - np.array(found)
    velocity = np.gradient(true, axis=0)
    behind = behind - behind.mean(axis=0)
    return float(np.mean(changes)), float((behind * velocity)[10:].sum() / (velocity**2)[10:].sum())


def _inside(moving: Clip) -> NDArray[np.bool_]:
    """Where the styled face lies in the clip's canonical picture."""
    rows, columns = moving.still.portrait.shape[:2]
    matte = cv2.warpAffine(face_matte(256), align(LANDMARKS * 2).inverse, (2 * columns, 2 * rows))
    return np.asarray(matte > 0.95)


def test_the_default_halves_the_flicker_and_adds_less_than_a_frame_of_lag(
    moving: Clip, recorded: list[Frame], negative_generator: Generator
) -> None:
    assert len(recorded) == SECONDS * 30
    sharp, sharp_lag = change(moving, recorded, negative_generator, 0.0)
    steady, steady_lag = change(moving, recorded, negative_generator, LiveSettings().steadiness)
    assert steady < 0.5 * sharp
    assert steady_lag < sharp_lag + 1.0


def test_the_slider_goes_from_sharp_to_steady() -> None:
    settings = [Steadiness.of(slider) for slider in (-1.0, 0.0, 0.1, 0.5, 1.0, 2.0)]
    assert settings[0] == settings[1]
    assert settings[-2] == settings[-1]
    assert settings[1].tuning is None
    keeps = [setting.keep for setting in settings[1:-1]]
    assert keeps[0] == 0.0
    assert keeps == sorted(keeps)
    assert keeps[-1] < 1.0
    assert all(0.3 <= setting.hold <= 0.5 for setting in settings)


def drawing(level: int | NDArray[np.uint8], size: int = 256) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    anime = np.zeros((size, size, 3), np.uint8)
    anime[:] = level
    return anime, np.zeros((size // 4, size // 4), np.float32)


def face_photo() -> NDArray[np.uint8]:
    return align(LANDMARKS).crop(clip(noise=0.0).still.portrait)


def test_flicker_over_a_resting_photo_is_averaged_away() -> None:
    face, photo = SteadyFace(), face_photo()
    random = np.random.default_rng(0)
    shown = []
    for _ in range(40):
        noisy = np.clip(photo + random.normal(0, 3, photo.shape), 0, 255).astype(np.uint8)
        face.blend(noisy, *drawing(int(random.integers(110, 140))), Steadiness.of(0.5).keep)
        assert face.anime is not None
        shown.append(face.anime.mean())
    assert np.abs(np.diff(shown[5:])).mean() < 0.5 * np.abs(np.diff(random.integers(110, 140, 1000))).mean()


def test_what_happens_in_the_face_shows_within_a_frame() -> None:
    face, photo = SteadyFace(), face_photo()
    keep = Steadiness.of(0.5).keep
    for _ in range(10):
        face.blend(photo, *drawing(photo), keep)
    blink = photo.copy()
    blink[110:130, 80:115] = blink[135:136, 80:115]  # an eye is shut
    face.blend(blink, *drawing(blink), keep)
    assert face.anime is not None
    eye = (slice(114, 126), slice(86, 109))
    missing = np.abs(blink[eye].astype(float) - face.anime[eye]).mean()
    wanted = np.abs(blink[eye].astype(float) - photo[eye]).mean()
    assert missing < 0.2 * wanted
    face.blend(blink, *drawing(blink), keep)
    missing = np.abs(blink[eye].astype(float) - face.anime[eye]).mean()
    assert missing < 0.1 * wanted


def test_sharp_keeps_nothing_of_the_past() -> None:
    face, photo = SteadyFace(), face_photo()
    for level in (10, 200):
        face.blend(photo, *drawing(level), Steadiness.of(0.0).keep)
        assert face.anime is not None
        assert (face.anime == level).all()


def test_drawings_of_another_size_begin_anew() -> None:
    face = SteadyFace()
    face.blend(np.zeros((256, 256, 3), np.uint8), *drawing(10), 0.8)
    face.blend(np.zeros((128, 128, 3), np.uint8), *drawing(99, 128), 0.8)
    assert face.anime is not None
    assert (face.anime == 99).all()


def test_the_crop_follows_the_true_face(moving: Clip, negative_generator: Generator) -> None:
    oracle = Oracle(moving, error=0.0)
    pipeline = Pipeline(oracle)
    pipeline.generator = negative_generator
    for number in range(20):
        oracle.number = number
        result = pipeline.process(moving.frame(number), LiveSettings())
    true = moving.landmarks(19)
    np.testing.assert_allclose(apply(result.faces[0].alignment.matrix, true), apply(align(true).matrix, true), atol=4)
