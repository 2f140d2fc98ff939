"""KID and FID: against torch-fidelity, and against what they must be by definition."""

import sys

import numpy as np
import pytest

from training.metrics import fidelity
from training.metrics.fid import fid
from training.metrics.fidelity import distances, has_torch_fidelity
from training.metrics.kid import kid, mmd2


def features(
    count: int, seed: int, shift: float = 0.0, width: int = 24
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return (np.random.default_rng(seed).normal(shift, 1.0, (count, width))).astype(np.float32)


def test_kid_is_zero_on_average_between_samples_of_one_distribution() -> None:
    values = [mmd2(features(40, 2 * seed), features(40, 2 * seed + 1)) for seed in range(60)]
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(60)
    assert min(values) < 0 < max(values)


def test_kid_grows_with_the_distance() -> None:
    found = [kid(features(60, 0), features(60, 1, shift), 20, 30)[0] for shift in (0.0, 0.3, 0.6, 1.2)]
    assert found == sorted(found)
    assert found[-1] > 10 * abs(found[0])


def test_kid_is_the_mean_over_all_pairs_for_a_whole_subset() -> None:
    x, y = features(5, 0, width=3).astype(float), features(5, 1, width=3).astype(float)

    def k(a: np.ndarray[tuple[int], np.dtype[np.float64]], b: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        return float((a @ b / 3 + 1) ** 3)

    within = [np.mean([k(s[i], s[j]) for i in range(5) for j in range(5) if i != j]) for s in (x, y)]
    across = np.mean([k(a, b) for a in x for b in y])
    mean, deviation = kid(x, y, subsets=3, subset_size=5)
    assert mean == pytest.approx(sum(within) - 2 * across)
    assert deviation == pytest.approx(0.0, abs=1e-12)


def test_the_seed_draws_the_subsets() -> None:
    x, y = features(50, 0), features(50, 1)
    assert kid(x, y, 5, 20, seed=1) == kid(x, y, 5, 20, seed=1) != kid(x, y, 5, 20, seed=2)


@pytest.mark.parametrize(("subsets", "size"), [(1, 1), (1, 51), (0, 10)])
def test_kid_refuses_what_has_no_answer(subsets: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"subset_size must be 2\.\.50"):
        kid(features(50, 0), features(60, 1), subsets, size)


def test_kid_refuses_features_of_other_lengths() -> None:
    with pytest.raises(ValueError, match=r"\(N, D\)"):
        kid(features(9, 0, width=4), features(9, 1, width=5), 1, 2)


def test_fid_of_equal_spreads_is_the_squared_shift() -> None:
    x = features(80, 0)
    assert fid(x, x) == pytest.approx(0.0, abs=1e-6)
    assert fid(x, x + np.float32(0.5)) == pytest.approx(24 * 0.25, rel=1e-3)


def test_fid_of_axis_aligned_gaussians_has_a_closed_form() -> None:
    x = features(4000, 0, width=3)
    scale = np.array([1.0, 2.0, 3.0], dtype=np.float32)
    # sum of (s1 - s2)^2 for diagonal covariances
    assert fid(x, x * scale) == pytest.approx(float((((scale - 1) * x.std(axis=0)) ** 2).sum()), rel=0.05)


@pytest.mark.skipif(not has_torch_fidelity(), reason="torch-fidelity is not installed")
def test_our_code_and_torch_fidelity_agree() -> None:
    x, y = np.abs(features(60, 0, width=64)), np.abs(features(70, 1, 0.4, width=64))
    theirs = distances(x, y, "noise", subsets=10, subset_size=25, seed=3)
    assert theirs.tool.startswith("torch-fidelity ")
    mean, deviation = kid(x, y, 10, 25, seed=3)
    assert (theirs.kid, theirs.kid_deviation) == pytest.approx((mean, deviation), rel=1e-4)
    assert theirs.fid == pytest.approx(fid(x, y), rel=1e-4)


@pytest.mark.skipif(not has_torch_fidelity(), reason="torch-fidelity is not installed")
def test_no_stand_in_for_torchvision_stays_behind() -> None:
    distances(features(4, 0), features(4, 1), "noise", subsets=1)
    module = sys.modules.get("torchvision")
    assert module is None or getattr(module, "__version__", None)


def test_without_torch_fidelity_our_code_measures_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fidelity, "has_torch_fidelity", lambda: False)
    x, y = features(30, 0), features(40, 1, 0.5)
    found = distances(x, y, "some network", subsets=7, subset_size=50)
    assert found.subset_size == 30
    assert (found.kid, found.kid_deviation) == kid(x, y, 7, 30)
    told = str(found)
    for condition in ("animirror", "some network", "7 subsets of 30", "30 real and 40 made"):
        assert condition in told
