"""The One-Euro filter on landmarks."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.live.one_euro import OneEuro, Tuning

TUNING = Tuning(cutoff=2.0, reaction=20.0)
WIDTH = 100.0


def filtered(points: NDArray[np.float64], tuning: Tuning | None = TUNING, width: float = WIDTH) -> NDArray[np.float64]:
    """Filter (T, 5, 2) at 30 frames a second."""
    follow = OneEuro()
    return np.array([follow(frame, number / 30, width, tuning) for number, frame in enumerate(points)])


def resting(noise: float = 1.0) -> NDArray[np.float64]:
    return 200 + np.random.default_rng(3).normal(0, noise, (120, 5, 2))


def test_a_resting_face_trembles_less() -> None:
    raw = resting()
    calm = filtered(raw)
    assert np.diff(calm[10:], axis=0).std() < 0.4 * np.diff(raw[10:], axis=0).std()


def test_a_fast_face_is_hardly_behind() -> None:
    path = np.tile(np.linspace(0, 1200, 120)[:, None, None], (1, 5, 2))  # three face widths a second
    behind = (path - filtered(path))[60:]
    frames_behind = behind.mean() / (1200 / 119)
    assert 0 <= frames_behind < 0.3


def test_the_shape_of_the_face_is_not_bent() -> None:
    shape = np.random.default_rng(0).normal(0, 30, (5, 2))
    path = shape + np.cumsum(np.random.default_rng(1).normal(0, 5, (60, 1, 2)), axis=0)
    calm = filtered(path)
    np.testing.assert_allclose(calm - calm.mean(axis=1, keepdims=True), path - path.mean(axis=1, keepdims=True))


@pytest.mark.parametrize("scale", [0.1, 10.0])
def test_near_and_far_faces_are_treated_alike(scale: float) -> None:
    raw = resting(4.0)
    np.testing.assert_allclose(filtered(raw * scale, width=WIDTH * scale), filtered(raw) * scale)


def test_without_a_tuning_nothing_is_changed() -> None:
    raw = resting()
    np.testing.assert_array_equal(filtered(raw, tuning=None), raw)


def test_a_long_pause_begins_anew() -> None:
    follow = OneEuro()
    follow(np.zeros((5, 2)), 0.0, WIDTH, TUNING)
    follow(np.zeros((5, 2)), 0.03, WIDTH, TUNING)
    after = follow(np.full((5, 2), 300.0), 5.0, WIDTH, TUNING)
    np.testing.assert_array_equal(after, np.full((5, 2), 300.0))


def test_a_clock_that_stands_still_does_no_harm() -> None:
    follow = OneEuro()
    for value in (1.0, 2.0, 3.0):
        assert np.isfinite(follow(np.full((5, 2), value), 1.0, WIDTH, TUNING)).all()
