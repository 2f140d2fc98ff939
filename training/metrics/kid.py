"""KID, the kernel inception distance (Binkowski et al. 2018, arXiv 1801.01401), on features from anywhere.

Figures from different feature extractors or tools are on different scales: never compare them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.floating]


def kid(
    features_real: Features, features_fake: Features, subsets: int = 100, subset_size: int = 50, seed: int = 2020
) -> tuple[float, float]:
    """Return mean and standard deviation, over random subsets, of the squared MMD between two sets of features.

    The kernel is (x . y / D + 1)^3, the estimate the unbiased one, so that equal distributions give 0 on average and
    slightly negative values occur. Subsets are drawn as torch-fidelity draws them: the same seed, the same figure.

    Args:
        features_real: (N, D).
        features_fake: (M, D).
        subsets: How many subsets are drawn.
        subset_size: Pictures in each, at least 2 and at most N and M.
        seed: Of the drawing.

    Raises:
        ValueError: the shapes do not fit each other or the subset size.
    """
    if features_real.ndim != 2 or features_fake.ndim != 2 or features_real.shape[1] != features_fake.shape[1]:
        raise ValueError(f"features must be (N, D) and (M, D), not {features_real.shape} and {features_fake.shape}")
    least = min(len(features_real), len(features_fake))
    if not 2 <= subset_size <= least or subsets < 1:
        raise ValueError(f"subset_size must be 2..{least} and subsets at least 1, not {subset_size} and {subsets}")
    real, fake = features_real.astype(np.float64), features_fake.astype(np.float64)
    random = np.random.RandomState(seed)
    distances = [
        mmd2(
            real[random.choice(len(real), subset_size, replace=False)],
            fake[random.choice(len(fake), subset_size, replace=False)],
        )
        for _ in range(subsets)
    ]
    return float(np.mean(distances)), float(np.std(distances))


def mmd2(x: Features, y: Features) -> float:
    """Return the unbiased squared maximum mean discrepancy of (N, D) and (M, D) under the cubic kernel."""

    def kernel(a: Features, b: Features) -> Features:
        values: Features = (a @ b.T / a.shape[1] + 1.0) ** 3
        return values

    def within(a: Features) -> float:
        values = kernel(a, a)
        return float((values.sum() - np.trace(values)) / (len(a) * (len(a) - 1)))

    return within(x) + within(y) - 2.0 * float(kernel(x, y).mean())
