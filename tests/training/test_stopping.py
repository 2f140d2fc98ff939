"""The stop rule, on curves of which one knows when they are done."""

from pathlib import Path

import numpy as np
import pytest
import torch

from training.__main__ import main
from training.runfolder import RunFolder
from training.stopping import Measurement, StopRule, kernel_distance, noise, smoothed

#: Without lulls, whose length depends on where a curve settles.
RULE = StopRule(patience=6, least_gain=0.02, flat=0.02, lull=0)


def curve(settles_at: int, count: int = 60, jitter: float = 0.02, loss_falls_until: int = 0) -> list[Measurement]:
    """A distance that falls from 3 to 1 until the measurement ``settles_at``, with noise; a step is 100 steps."""
    rng = np.random.default_rng(1)
    index = np.arange(count)
    kid = np.where(index < settles_at, 3 - 2 * index / max(1, settles_at), 1.0) + rng.normal(0, jitter, count)
    loss = np.maximum(0.2, 0.2 + 0.02 * (loss_falls_until - index)) + rng.normal(0, 0.0005, count)
    return [Measurement(100 * (i + 1), float(kid[i]), float(loss[i])) for i in range(count)]


@pytest.mark.parametrize("settles_at", [10, 20, 35])
def test_it_stops_within_two_patiences_of_the_last_gain(settles_at: int) -> None:
    verdict = RULE.verdict(curve(settles_at))
    assert verdict.done_at is not None
    assert 100 * settles_at < verdict.done_at <= 100 * (settles_at + 2 * RULE.patience)
    assert verdict.best is not None
    assert verdict.best.step >= 100 * (settles_at - 2)


def test_it_does_not_stop_while_there_is_progress() -> None:
    assert RULE.verdict(curve(settles_at=60)).done_at is None


def test_noise_is_no_progress() -> None:
    verdict = RULE.verdict(curve(settles_at=10, jitter=0.15))
    assert verdict.done_at is not None
    assert verdict.done_at <= 3000


def test_it_waits_for_a_loss_that_still_falls() -> None:
    early, late = RULE.verdict(curve(10)), RULE.verdict(curve(10, loss_falls_until=30))
    assert early.done_at is not None
    assert late.done_at is not None
    assert late.done_at > max(early.done_at, 2800)


def test_what_came_later_does_not_change_when_it_was_done() -> None:
    series = curve(10)
    done_at = RULE.verdict(series).done_at
    assert done_at is not None
    assert RULE.verdict(series[: done_at // 100]).done_at == done_at
    assert RULE.verdict(series[: done_at // 100 - 1]).done_at is None


def test_the_best_is_the_least_distance_and_nothing_has_none() -> None:
    series = [Measurement(step, kid, 1.0) for step, kid in ((1, 2.0), (2, 0.5), (3, 0.5), (4, 0.7))]
    best = RULE.best(series)
    assert best is not None
    assert best.step == 2
    assert RULE.best([]) is None
    assert RULE.verdict([]).done_at is None


def test_a_distance_that_is_no_number_is_neither_best_nor_progress() -> None:
    series = [Measurement(1, float("nan"), 1.0), Measurement(2, 2.0, 1.0), Measurement(3, float("nan"), 1.0)]
    best = RULE.best(series)
    assert best is not None
    assert best.step == 2
    assert RULE.best(series[:1]) is None
    whole = curve(10)
    with_gaps = [*whole[:3], Measurement(350, float("nan"), 1.0), *whole[3:]]
    assert RULE.verdict(with_gaps) == RULE.verdict(whole)


def test_looking_back_judges_as_the_run_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    series = curve(10, jitter=0.1)
    rule = {"patience": 15, "least_gain": 0.01, "flat": 0.05, "lull": 0.5}
    folder = RunFolder(tmp_path)
    folder.log([{"step": one.step, "kid": one.kid, "loss": one.loss} for one in series])
    folder.log([{"step": 9000, "kid": float("nan"), "loss": 1.0}])
    folder.save({"x": torch.zeros(1)}, {"step": 6000, "recipe": {"stopping": rule}}, keep=0)
    assert main(["when-to-stop", str(tmp_path)]) == 0
    own = StopRule(15, 0.01, 0.05, 0.5).verdict(series).sentence
    assert own in capsys.readouterr().out
    assert main(["when-to-stop", str(tmp_path), "--patience", "6"]) == 0
    told = capsys.readouterr().out
    assert own not in told
    assert "a patience of 6, a lull of 0.5, a least gain of 0.01 and a flat of 0.05" in told


def test_noise_is_measured_below_a_trend() -> None:
    values = np.linspace(5, 0, 400) + np.random.default_rng(0).normal(0, 0.3, 400)
    assert noise(values) == pytest.approx(0.3, rel=0.15)
    assert noise(values[:2]) == 0


def test_one_lucky_value_is_no_record() -> None:
    assert smoothed(np.array([3.0, 3.0, 0.0, 3.0, 3.0])).min() == 3.0


def test_kernel_distance_is_zero_within_a_distribution_and_grows_with_the_gap() -> None:
    draw = torch.Generator().manual_seed(0)
    one, other = torch.randn(400, 8, generator=draw), torch.randn(400, 8, generator=draw)
    assert kernel_distance(one, other) == pytest.approx(0, abs=0.02)
    near, far = kernel_distance(one, other + 0.5), kernel_distance(one, other + 1.0)
    assert 0.1 < near < far
    # Three points by hand: kernel (xy + 1)^3 in one dimension.
    x, y = torch.tensor([[0.0], [1.0]]), torch.tensor([[1.0], [2.0]])
    assert kernel_distance(x, y) == pytest.approx(1.0 + 27.0 - 2 * (1 + 1 + 8 + 27) / 4)


def test_a_run_that_gets_worse_before_it_gets_better_is_not_done_on_the_way() -> None:
    # As measured of a real run: for the first third every distance is above the first one.
    hump = [
        8.1,
        8.9,
        11.8,
        10.6,
        8.4,
        10.6,
        14.0,
        16.4,
        19.4,
        16.8,
        15.1,
        13.2,
        13.4,
        10.8,
        6.5,
        4.4,
        3.8,
        3.5,
        3.0,
        2.5,
    ]
    series = [Measurement(40 * (i + 1), kid, 0.6) for i, kid in enumerate([*hump, *[2.0] * 20])]
    verdict = RULE.verdict(series)
    assert verdict.done_at is not None
    assert verdict.done_at > 40 * len(hump)


def test_a_run_may_rest_as_long_as_it_took_so_far() -> None:
    # It falls for 20 measurements, rests for 15, falls again for 10, and that is all.
    kid = [*np.linspace(10, 3, 20), *[3.0] * 15, *np.linspace(3, 1, 10), *[1.0] * 60]
    series = [Measurement(40 * (i + 1), float(value), 0.6) for i, value in enumerate(kid)]
    impatient = StopRule(patience=6, lull=0).verdict(series)
    assert impatient.done_at is not None
    assert impatient.done_at < 40 * 35
    patient = StopRule(patience=6, lull=1.0).verdict(series)
    assert patient.done_at is not None
    assert 40 * 85 < patient.done_at <= 40 * 95
    assert patient.best is not None
    assert patient.best.kid == 1.0
