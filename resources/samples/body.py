"""What the head of the sample portrait stands on: a neck and a knitted jumper."""

from __future__ import annotations

import cv2
import numpy as np

from resources.samples.relief import Array, noise, normals, spline, step


def body(x: Array, y: Array, density: float, rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """Return z (-99 where there is nothing), colour, normals and bareness (1 skin, 0 wool) at the places x, y in cm."""
    shape = (x.shape[0], x.shape[1])
    a = np.abs(x)
    half = spline(y, (-8, 4.55), (-12, 4.5), (-14.2, 4.95), (-16, 5.4), (-18, 6.5))
    neck = 0.4 + 3.2 * np.sqrt(np.clip(1 - (a / half) ** 2, 0, 1)) - 8 * np.maximum(a - half, 0)
    cord = 4.1 + (y + 10.5) * 0.47
    neck = neck + 0.30 * np.exp(-(((a - cord) / 0.55) ** 2)) * step(-10, -13, y)
    neck = neck - 0.35 * np.exp(-((a / 1.1) ** 2) - ((y + 17.3) / 1.2) ** 2)
    neck = np.where(y > -7, -99, neck) + 0.004 * noise(shape, 0.06 * density, rng)
    top = spline(
        a, (0, -16.8), (2, -16.45), (3.5, -15.7), (4.6, -14.9), (5.3, -14.5), (7, -15.0), (10, -16.1), (14, -17.4),
        (17, -18.8), (19, -20.6),
    )  # fmt: skip
    below = top - y
    base = spline(np.hypot(x, 0.6).astype(np.float32), (0, 3.9), (3, 3.4), (5.6, 1.4), (10, 0.0), (19, -3))
    cloth = base + 1.7 * (1 - np.exp(-np.maximum(below, 0) / 1.3)) - 20 * np.maximum(-below, 0) + 0.05 * below
    cloth = cv2.GaussianBlur(np.asarray(cloth, np.float32), (0, 0), 0.12 * density)
    width = 0.05 + 1.6 * step(7.0, 4.4, a)
    band = step(1.08, 0.97, below / width)
    cloth = cloth + 0.175 * width * band * np.sqrt(np.clip(1 - (2 * np.clip(below / width, 0, 1) - 1) ** 2, 0, 1))
    angle = np.arctan2(x, -(y + 9.5)) * 8.2
    ribs = np.abs(np.sin(np.pi * angle / 0.42)) ** 0.7
    sway = x + 0.06 * noise(shape, 1.2 * density, rng)
    column = sway / 0.36
    vee = np.abs(column - np.round(column))
    rows = np.sin(2 * np.pi * ((y + 0.05 * noise(shape, 1.2 * density, rng)) / 0.27 + 1.1 * vee))
    knit = 0.035 * (rows * 0.5 + 0.5) ** 0.7 * (0.4 + 1.2 * vee)
    cloth = cloth + np.where(band > 0.5, 0.07 * ribs, knit) + 0.006 * noise(shape, 0.03 * density, rng)
    folds = 0.12 * noise(shape, 2.2 * density, rng)
    cloth = np.asarray(cloth + folds * step(1.5, 4.0, below), np.float32)

    worn = cloth > neck
    z = np.where(worn, cloth, neck)
    colour = np.where(worn[..., None], np.array([0.085, 0.150, 0.205]), np.array([0.56, 0.345, 0.248]))
    fleck = 1 + 0.10 * noise(shape, 0.05 * density, rng) * worn + 0.02 * noise(shape, 0.3 * density, rng)
    z = np.where((below > 0) | (a < half), z, -99.0).astype(np.float32)
    normal = np.where(worn[..., None], normals(cloth, density), normals(neck, density))
    bare = (~worn & (z > -50)).astype(np.float32)
    return z, np.asarray(colour * fleck[..., None], np.float32), np.asarray(normal, np.float32), bare
