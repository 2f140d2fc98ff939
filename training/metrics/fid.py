"""FID, the Frechet inception distance (Heusel et al. 2017, arXiv 1706.08500), on features from anywhere."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.floating]


def fid(features_real: Features, features_fake: Features) -> float:
    """Return the Frechet distance between Gaussians fitted to features (N, D) and (M, D); N and M at least 2.

    The trace of the square root of the covariances' product is the sum of the singular values of A B', where A and B
    are the centred features: no matrix is larger than the counts. Below some thousands of pictures the figure
    is too large by an amount that depends on the count, so compare it only at equal counts.
    """
    real, fake = features_real.astype(np.float64), features_fake.astype(np.float64)
    if real.ndim != 2 or fake.ndim != 2 or real.shape[1] != fake.shape[1] or min(len(real), len(fake)) < 2:
        raise ValueError(f"features must be (N, D) and (M, D) with N and M at least 2, not {real.shape}, {fake.shape}")
    shift = real.mean(axis=0) - fake.mean(axis=0)
    a = (real - real.mean(axis=0)) / np.sqrt(len(real) - 1)
    b = (fake - fake.mean(axis=0)) / np.sqrt(len(fake) - 1)
    spread = float((a * a).sum() + (b * b).sum())
    return float(shift @ shift) + spread - 2.0 * float(np.linalg.svd(_short(a) @ _short(b).T, compute_uv=False).sum())


def _short(rows: Features) -> Features:
    """Turn more rows than columns into as many, which leaves the singular values of the product as they are."""
    return cast(Features, np.linalg.qr(rows, mode="r")) if len(rows) > rows.shape[1] else rows
