"""Curves, hills and noise: what the reliefs of the sample portrait are shaped with."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

Array = NDArray[np.float32]


def spline(at: Array, *knots: tuple[float, float]) -> Array:
    """Return a curve through (position, value) knots, smooth and without overshoot, constant beyond its ends."""
    xs, ys = zip(*sorted(knots), strict=True)
    return np.asarray(PchipInterpolator(xs, ys)(np.clip(at, xs[0], xs[-1])), dtype=np.float32)


def step(low: float, high: float, value: Array) -> Array:
    """Return 0 below `low`, 1 above `high` and a smooth rise between."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)


def bump(x: Array, y: Array, centre: tuple[float, float], size: tuple[float, float], turn: float = 0.0) -> Array:
    """Return a Gaussian hill of height 1; `size` holds its two sigmas, `turn` is in degrees."""
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    dx, dy = x - centre[0], y - centre[1]
    along, across = (c * dx + s * dy) / size[0], (c * dy - s * dx) / size[1]
    return np.asarray(np.exp(-0.5 * (along * along + across * across)), dtype=np.float32)


def noise(shape: tuple[int, int], sigma: float, rng: np.random.Generator) -> Array:
    """Return soft noise with mean 0 and deviation 1; `sigma` is the size of its grain in pixels."""
    shrink = max(1, int(sigma / 2))
    small = rng.standard_normal((shape[0] // shrink + 2, shape[1] // shrink + 2)).astype(np.float32)
    soft = cv2.GaussianBlur(small, (0, 0), max(0.3, sigma / shrink))
    full = cv2.resize(soft, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray((full - full.mean()) / full.std(), dtype=np.float32)


def normals(height: Array, density: float) -> Array:
    """Return the unit normals, (H, W, 3), of a relief (H, W) in cm with `density` pixels a centimetre."""
    down, across = np.gradient(height, 1 / density)
    slope = np.stack([-across, down, np.ones_like(across)], axis=2)
    return np.asarray(slope / np.linalg.norm(slope, axis=2, keepdims=True), dtype=np.float32)
