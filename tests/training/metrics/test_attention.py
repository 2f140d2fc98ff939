"""Attention in two numbers."""

import numpy as np
import pytest

from core.alignment import TEMPLATE
from training.metrics.attention import FACE_AREA, Attention, face_mask, mean, measure_attention


def test_the_mask_holds_all_landmarks_and_no_corner() -> None:
    mask = face_mask(64, 64)
    for x, y in TEMPLATE * 64:
        assert mask[int(y), int(x)] == 1.0
    assert mask[0, 0] == mask[-1, -1] == mask[0, 32] == 0.0
    assert mask.mean() == pytest.approx(FACE_AREA, abs=0.003)
    assert face_mask(16, 16).mean() == pytest.approx(FACE_AREA, abs=0.01)


@pytest.mark.parametrize("level", [0.0, 3.5])
def test_a_flat_map_has_no_preference(level: float) -> None:
    found = measure_attention(np.full((64, 64), level, dtype=np.float32))
    assert found.share == pytest.approx(FACE_AREA, abs=0.003)
    assert found.spread == pytest.approx(1.0)


def test_attention_on_the_face_alone_is_all_inside() -> None:
    found = measure_attention(np.floor(face_mask(64, 64)))
    assert found.share == pytest.approx(1.0)
    assert found.spread == pytest.approx(FACE_AREA, abs=0.02)


def test_a_single_point_has_no_spread() -> None:
    spot = np.zeros((32, 32), dtype=np.float32)
    spot[16, 12] = 7.0
    found = measure_attention(spot)
    assert (found.share, found.spread) == pytest.approx((1.0, 1 / 1024))


def test_what_is_added_everywhere_does_not_count() -> None:
    values = np.random.default_rng(0).random((64, 64))
    assert measure_attention(values + 100).share == pytest.approx(measure_attention(values).share)


def test_attention_on_the_backdrop_is_outside() -> None:
    assert measure_attention(1.0 - np.ceil(face_mask(64, 64))).share == pytest.approx(0.0)


def test_the_mean_of_several() -> None:
    found = mean([Attention(0.2, 0.4), Attention(0.4, 0.8)])
    assert (found.share, found.spread) == pytest.approx((0.3, 0.6))
