"""Everything of the sample portrait that is drawn strand by strand: hair, brows and lashes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from resources.samples.head import EYE_WIDTH, INNER_CORNER, lids
from resources.samples.relief import Array

STEPS = 56
#: Where hair runs from the parting to its tips, (x, y, z) in cm: next to the face, and along the outline of the head.
INNER_RIGHT = (
    (-1.3, 7.6, 7.6), (0.9, 7.75, 8.2), (3.3, 6.9, 7.6), (5.2, 4.8, 6.4), (6.3, 1.6, 5.2), (6.6, -2.5, 4.7),
    (6.2, -6.5, 4.4), (6.2, -10.0, 4.4), (6.4, -13.0, 4.8), (5.6, -15.6, 4.6),
)  # fmt: skip
OUTER_RIGHT = (
    (-1.3, 12.7, 0.0), (1.5, 13.3, 0.0), (4.8, 12.1, 0.0), (7.4, 9.2, 0.0), (8.5, 5.2, 0.0), (8.7, 0.2, 0.0),
    (8.6, -5.0, 0.0), (8.9, -9.5, 0.3), (9.3, -13.0, 0.6), (8.2, -16.2, 0.6),
)  # fmt: skip
INNER_LEFT = (
    (-1.3, 7.6, 7.6), (-2.4, 7.6, 7.8), (-4.1, 6.5, 7.2), (-5.5, 4.4, 6.2), (-6.4, 1.6, 5.2), (-6.7, -2.5, 4.7),
    (-6.3, -6.5, 4.4), (-6.3, -10.0, 4.4), (-6.5, -13.0, 4.8), (-5.7, -15.6, 4.6),
)  # fmt: skip
OUTER_LEFT = (
    (-1.3, 12.7, 0.0), (-3.2, 12.9, 0.0), (-5.7, 11.5, 0.0), (-7.7, 8.8, 0.0), (-8.6, 5.2, 0.0), (-8.7, 0.2, 0.0),
    (-8.7, -5.0, 0.0), (-8.9, -9.5, 0.3), (-9.3, -13.0, 0.6), (-8.2, -16.2, 0.6),
)  # fmt: skip


@dataclass(frozen=True)
class Strands:
    """Curves in the frame of the head.

    points: (N, K, 3) cm. colours: (N, K, 3) linear, the light that comes off them.
    """

    points: Array
    colours: Array


def draw(strands: Strands, project: Callable[[Array], Array], thickness: int, canvas: NDArray[np.uint8]) -> None:
    """Draw strands, the first at the back, on `canvas` (H, W, 4): premultiplied, colours gamma-coded."""
    places = np.round(project(strands.points) * 16).astype(np.int32)
    codes = np.clip(strands.colours, 0, 1) ** (1 / 2.2) * 255
    shades = np.concatenate([codes, np.full((*codes.shape[:2], 1), 255.0)], axis=2).tolist()
    for curve, tint in zip(places, shades, strict=True):
        ends = curve.tolist()
        for start, stop, colour in zip(ends, ends[1:], tint, strict=False):
            cv2.line(canvas, start, stop, colour, thickness, cv2.LINE_AA, 4)


def locks(
    side: int, count: int, clumps: int, spread: float, dark: float, light: Array, rng: np.random.Generator
) -> Strands:
    """Return `count` long strands on one side (-1 or 1), gathered in clumps that close towards the tips.

    spread: how far strands stray, 1 for the top layer. dark: 0 to 1, how deep under the surface they lie.
    light: (3,) direction towards the lamp, in the frame of the head.
    """
    inner, outer = (INNER_RIGHT, OUTER_RIGHT) if side > 0 else (INNER_LEFT, OUTER_LEFT)
    knots = np.arange(len(inner))
    clump = rng.integers(0, clumps, count)
    centre = (np.arange(clumps) + rng.uniform(-0.4, 0.4, clumps)) / clumps
    t = (
        np.linspace(0, 1, STEPS)[None, :]
        * rng.uniform(0.9, 1.0, clumps)[clump, None]
        * rng.uniform(0.93, 1, (count, 1))
    )
    t = t * (1 - 0.10 * dark)
    stray = rng.normal(0, 1, (count, 1)) * spread
    q = centre[clump, None] + stray * (0.045 * (1 - 0.72 * t))
    q = np.clip(np.abs(q), 0, 1.04)
    a, b = PchipInterpolator(knots, inner)(t * knots[-1]), PchipInterpolator(knots, outer)(t * knots[-1])
    s, c = np.sin(q * np.pi / 2)[..., None], np.cos(q * np.pi / 2)[..., None]
    points = a + (b - a) * np.concatenate([s, s, 1 - c], axis=2)
    phase, pace = rng.uniform(0, 6.28, clumps)[clump, None], rng.uniform(0.8, 1.25, clumps)[clump, None]
    swing = 2.2 * np.sin(9 * centre)[clump, None] + 0.35 * phase + (12.5 + pace) * t
    wave = np.sin(swing) * 0.75 * t**1.1 + 0.05 * stray * np.sin(3 * phase + 31 * t) * t
    points[..., 0] += wave + 0.10 * stray * t
    points[..., 2] += 0.7 * np.cos(swing) * t + 0.15 * stray
    points[..., 1] += 0.12 * stray * (1 - t)
    depth = np.clip(
        dark
        + 0.21 * rng.normal(0, 1, clumps)[clump, None]
        + 0.13 * np.abs(stray / spread)
        + 0.05 * rng.normal(0, 1, (count, 1))
        + 0.12 * t,
        0,
        0.75,
    )
    colours = _shade(points, depth, light, rng)
    order = np.argsort(-q[:, STEPS // 2] + 0.35 * rng.random(count))
    return Strands(points[order].astype(np.float32), colours[order])


def curtain(count: int, light: Array, rng: np.random.Generator) -> Strands:
    """Return the hair behind the neck: `count` dark strands."""
    t = np.linspace(0, 1, STEPS)[None, :]
    x = rng.uniform(-7.2, 7.2, (count, 1))
    x = x + 0.3 * np.sin(x * 5 + 9 * t) * t
    y = 2 - 16.4 * t * rng.uniform(0.93, 1.0, (count, 1))
    points = np.stack([x, y + 0 * x, np.full_like(x, -3.0)], axis=2)
    return Strands(points.astype(np.float32), _shade(points, np.full((count, 1), 0.42), light, rng))


def _shade(points: NDArray[np.float64], depth: NDArray[np.float64], light: Array, rng: np.random.Generator) -> Array:
    tangent = np.gradient(points, axis=1)
    tangent /= np.linalg.norm(tangent, axis=2, keepdims=True) + 1e-6
    normal = np.stack([points[..., 0], np.maximum(points[..., 1] - 3, 0), points[..., 2] + 1.0], axis=2)
    normal /= np.linalg.norm(normal, axis=2, keepdims=True) + 1e-6
    facing = np.clip((normal @ light + 0.35) / 1.35, 0, 1)
    half = light + np.array([0, 0, 1.0])
    half /= np.linalg.norm(half)
    jitter = 0.06 * rng.normal(0, 1, (len(points), 1))
    along = tangent @ half + jitter
    first = np.clip(1 - (along - 0.06) ** 2, 0, 1) ** 40
    second = np.clip(1 - (along + 0.14) ** 2, 0, 1) ** 12
    rim = np.clip(normal[..., 0] * 0.85 + normal[..., 1] * 0.35 - 0.45, 0, 1) * np.clip(1 - normal[..., 2], 0, 1) ** 1.2
    open_ = (1 - depth) ** 1.6
    tone = 1 + 0.16 * rng.normal(0, 1, (len(points), 1))
    base = np.array([0.135, 0.060, 0.025])
    body = (0.34 + 0.90 * facing) * (0.10 + 0.90 * open_) * tone
    shine = facing * open_
    out = base * body[..., None]
    out = out + (shine * first * 0.34)[..., None] * np.array([1.0, 0.86, 0.70])
    out = out + (shine * second * 0.20)[..., None] * np.array([1.0, 0.60, 0.34])
    out = out + (open_ * rim * 0.30)[..., None] * np.array([1.0, 0.80, 0.62])
    return np.asarray(np.clip(out, 0.002, 1), dtype=np.float32)


def brows(surface: Callable[[Array], Array], rng: np.random.Generator) -> Strands:
    """Return both brows; `surface` gives z for (..., 2) places on the head."""
    curves, colours = [], []
    for side in (-1, 1):
        t = np.sort(rng.random(330) ** 0.9)
        across = rng.uniform(-0.5, 0.5, t.size) * rng.uniform(0.6, 1.0, t.size)
        knots = (0.0, 0.35, 0.68, 1.0)
        x = PchipInterpolator(knots, (1.55, 2.85, 4.15, 5.45))(t)
        y = PchipInterpolator(knots, (1.66, 2.08, 2.36, 1.86))(t) + 0.04 * side
        thick = PchipInterpolator(knots, (0.50, 0.60, 0.42, 0.10))(t)
        lean = np.interp(t, knots, (72, 34, 8, -24)) - across * np.interp(t, knots, (20, 62, 40, 10))
        lean = np.radians(lean + rng.normal(0, 7, t.size))
        length = np.interp(t, knots, (0.38, 0.55, 0.50, 0.34)) * rng.uniform(0.6, 1.1, t.size)
        u = np.linspace(0, 1, 8)[None, :]
        turn = lean[:, None] - 0.35 * u
        px = x[:, None] + length[:, None] * u * np.cos(turn)
        py = (y + across * thick)[:, None] + length[:, None] * u * np.sin(turn)
        place = np.stack([side * px, py], axis=2).astype(np.float32)
        curves.append(np.concatenate([place, surface(place)[..., None] + 0.04], axis=2))
        tone = rng.uniform(0.5, 1.5, (t.size, 1, 1)) * np.ones((1, 8, 1))
        colours.append(tone * np.array([0.036, 0.019, 0.011]))
    return Strands(np.concatenate(curves).astype(np.float32), np.concatenate(colours).astype(np.float32))


def lashes(surface: Callable[[Array], Array], upper: bool, rng: np.random.Generator) -> Strands:
    """Return the lashes of both eyes, upper or lower."""
    curves = []
    for side in (-1, 1):
        s = np.linspace(0.06 if upper else 0.3, 0.99, 84 if upper else 40) + rng.normal(0, 0.008, 84 if upper else 40)
        x = INNER_CORNER + EYE_WIDTH * s
        edge = lids(x.astype(np.float32))[0 if upper else 1]
        u = np.linspace(0, 1, 9)[None, :]
        bunch = 11 * np.sin(s * 84)
        if upper:
            away = np.radians(np.interp(s, (0, 0.5, 1), (112, 80, 28)) + bunch + rng.normal(0, 5, s.size))[:, None]
            length = (np.interp(s, (0, 0.5, 0.85, 1), (0.08, 0.20, 0.33, 0.26)) * rng.uniform(0.55, 1.1, s.size))[
                :, None
            ]
            bow = length * (u**1.7 - 0.35 * u * (1 - u) * 2)
            px, py = x[:, None] + np.cos(away) * length * u**0.9, edge[:, None] - 0.01 + np.sin(away) * bow
        else:
            away = np.radians(np.interp(s, (0, 0.5, 1), (-100, -80, -45)) + bunch + rng.normal(0, 8, s.size))[:, None]
            length = (np.interp(s, (0, 1), (0.10, 0.17)) * rng.uniform(0.6, 1.1, s.size))[:, None]
            px, py = x[:, None] + np.cos(away) * length * u, edge[:, None] - 0.06 + np.sin(away) * length * u**0.8
        place = np.stack([side * px, py], axis=2).astype(np.float32)
        root = surface(place[:, :1])[..., None] + 0.05
        curves.append(np.concatenate([place, root + 0.4 * u[..., None] * np.ones((s.size, 1, 1))], axis=2))
    points = np.concatenate(curves).astype(np.float32)
    return Strands(points, np.full_like(points, 0.012) + np.array([0.012, 0.004, 0.0], np.float32))
