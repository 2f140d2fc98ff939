"""The head of the sample portrait: a relief with colours, in centimetres, seen straight from the front.

x runs to the right of the picture, y up, z towards the camera; the origin is between the eyes, in the plane of the
ears. The person is nobody: the proportions are the textbook averages of an adult's face.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from resources.samples.relief import Array, bump, noise, spline, step

LEFT, RIGHT, BOTTOM, TOP = -10.0, 10.0, -13.5, 14.0
EYE_X, EYE_RADIUS, IRIS_RADIUS = 3.17, 1.24, 0.62
INNER_CORNER, EYE_WIDTH = 1.62, 3.16
MOUTH_Y, MOUTH_HALF = -6.75, 2.6


@dataclass(frozen=True)
class Head:
    """The relief and what it is made of; every map covers LEFT..RIGHT by TOP..BOTTOM at the same density.

    height: (H, W) z in cm. colour: (H, W, 3) linear reflectance, 0 to 1. gloss: (H, W) strength of the reflection.
    eye: (H, W) 1 where the eyeball shows. shade: (H, W) 0 to 1, crevices too fine for the relief.
    glint: (H, W) light mirrored by the wet eyes.
    """

    height: Array
    colour: Array
    gloss: Array
    eye: Array
    shade: Array
    glint: Array


def lids(ex: Array) -> tuple[Array, Array]:
    """Return the heights of the upper and the lower lid's edge; `ex` is x measured from the nose outwards."""
    s = np.clip((ex - INNER_CORNER) / EYE_WIDTH, 1e-4, 1 - 1e-4)
    line = -0.13 + 0.24 * s
    upper = s**0.66 * (1 - s) ** 0.72 / 0.386
    lower = s**0.95 * (1 - s) ** 0.62 / 0.345
    return np.asarray(line + 0.56 * upper, np.float32), np.asarray(line - 0.46 * lower, np.float32)


def sculpt(density: float, gaze: tuple[float, float], rng: np.random.Generator) -> Head:
    """Make the head at `density` pixels a centimetre, its eyes turned by `gaze` (right, up; sines of the angles)."""
    xs = np.arange(LEFT, RIGHT, 1 / density, dtype=np.float32)
    ys = np.arange(TOP, BOTTOM, -1 / density, dtype=np.float32)
    x, y = np.meshgrid(xs, ys)
    # Nobody's halves are the same.
    still = 1 - bump(x, y, (0, 0), (9.0, 1.2))
    x = x + 0.05 * still * noise(x.shape, 3.0 * density, rng)
    y = y + 0.04 * still * noise(x.shape, 4.0 * density, rng)
    a = np.abs(x)

    height = _skull(x, y) + _features(x, a, y)
    height, colour, gloss, shade = _skin(height, x, a, y, density, rng)
    height, colour, gloss, shade = _mouth(height, colour, gloss, shade, x, a, y, density, rng)
    eye, glint = np.zeros_like(x), np.zeros_like(x)
    for side in (-1, 1):
        height, colour, shade = _eye(height, colour, shade, eye, glint, side, x, y, gaze, density, rng)
    return Head(height, np.clip(colour, 0.0, 1.0), gloss * (1 - eye), eye, np.clip(shade, 0, 1), glint)


def _skull(x: Array, y: Array) -> Array:
    half = spline(
        y, (13, 0.6), (12.2, 3.4), (10.5, 5.6), (8, 6.7), (5, 7.0), (2, 6.95), (-1, 6.8), (-3, 6.5), (-5, 5.95),
        (-6.5, 5.35), (-8, 4.45), (-9.2, 3.45), (-10.2, 2.5), (-10.8, 1.9), (-11.2, 1.35), (-11.5, 0.8),
    )  # fmt: skip
    middle = spline(
        y, (13, 0), (12, 3.2), (10.5, 5.5), (8.5, 7.4), (6, 8.7), (3.5, 9.2), (1.5, 9.15), (0, 8.9), (-3, 8.7),
        (-5, 8.6), (-7, 8.6), (-9, 8.3), (-10, 7.9), (-10.7, 7.1), (-11.2, 5.7), (-11.5, 4.2),
    )  # fmt: skip
    edge = spline(
        y, (13, 0), (8, 0.8), (2, 0.8), (-3, 1.6), (-6, 2.2), (-8, 3.6), (-10, 5.2), (-11.2, 4.6), (-11.5, 3.6)
    )
    t = np.abs(x) / half
    round_ = 1 - np.sqrt(np.clip(1 - np.minimum(t, 1.0) ** 2.15, 0, 1))
    beyond = np.maximum(t - 1, 0) * half + np.maximum(-11.5 - y, 0)
    return np.asarray(middle - (middle - edge) * round_ - 8 * beyond, dtype=np.float32)


def _features(x: Array, a: Array, y: Array) -> Array:
    out = 0.22 * bump(a, y, (2.9, 1.95), (1.6, 0.55), 6) - 0.5 * bump(a, y, (3.1, 0.25), (1.45, 1.0))
    out += -0.55 * bump(a, y, (1.55, 0.45), (0.55, 0.75)) - 0.25 * bump(a, y, (6.0, 3.0), (0.9, 2.0))
    out += 0.38 * bump(a, y, (4.5, -2.7), (1.5, 1.1), 20) + 0.34 * bump(a, y, (3.4, -3.7), (1.3, 1.2))
    out += -0.28 * bump(a, y, (4.6, -6.2), (1.2, 1.6)) + 0.12 * bump(a, y, (2.4, 5.6), (1.8, 1.4))
    # The nose: a ridge, its ball, its wings and the nostrils under them.
    ridge = spline(
        y, (2.0, 0.0), (1.2, 0.16), (0.4, 0.45), (-1, 0.98), (-2, 1.42), (-3, 1.86), (-3.6, 2.02), (-4.1, 1.75),
        (-4.5, 1.05), (-4.85, 0.35), (-5.4, 0.0),
    )  # fmt: skip
    width = spline(y, (1.5, 0.75), (0.4, 0.66), (-1.0, 0.74), (-2.5, 0.85), (-3.8, 0.98), (-5, 0.9))
    out += ridge * np.exp(-((a / width) ** 2.3) * 0.72)
    out += 0.32 * bump(x, y, (0, -3.72), (0.62, 0.52)) + 1.0 * bump(a, y, (1.30, -4.08), (0.40, 0.42), -20)
    out += -0.16 * bump(a, y, (0.86, -3.75), (0.16, 0.45), -20) - 0.30 * bump(a, y, (1.90, -4.1), (0.17, 0.5), 12)
    out += -0.35 * bump(a, y, (0.72, -4.62), (0.28, 0.11), 14)
    # The mound of the mouth, the groove under the nose, the chin, the folds of a faint smile.
    out += 0.42 * bump(x, y, (0, -6.7), (2.1, 1.35)) - 0.10 * bump(x, y, (0, -5.45), (0.2, 0.5))
    out += 0.06 * bump(a, y, (0.42, -5.5), (0.16, 0.5), 8) - 0.26 * bump(x, y, (0, -8.35), (1.5, 0.42))
    out += 0.38 * bump(x, y, (0, -9.6), (1.35, 0.85)) - 0.17 * bump(a, y, (2.72, -6.5), (0.22, 0.32))
    fold = 1.95 + 0.42 * (-4.3 - y) ** 1.0
    along = step(-7.1, -5.6, y) * (1 - step(-4.7, -4.0, y))
    return np.asarray(out - 0.075 * along * np.exp(-(((a - fold) / 0.26) ** 2)), dtype=np.float32)


def _skin(
    height: Array, x: Array, a: Array, y: Array, density: float, rng: np.random.Generator
) -> tuple[Array, Array, Array, Array]:
    shape = (x.shape[0], x.shape[1])
    colour = np.empty((*shape, 3), np.float32)
    colour[:] = (0.585, 0.36, 0.258)
    rosy = 0.85 * bump(a, y, (4.1, -3.2), (1.5, 1.3), 20) + 0.7 * bump(x, y, (0, -3.8), (1.2, 0.6))
    rosy += 0.35 * bump(x, y, (0, -9.6), (1.2, 0.8)) + 0.12 * noise(shape, 0.5 * density, rng)
    colour *= 1 + rosy[..., None] * np.array([0.02, -0.16, -0.15], np.float32)
    tired = bump(a, y, (2.6, -0.95), (1.0, 0.35), -14) + 0.7 * bump(a, y, (1.6, 0.1), (0.4, 0.6))
    colour *= 1 + tired[..., None] * np.array([-0.11, -0.16, -0.10], np.float32)
    mottle = 0.022 * noise(shape, 0.22 * density, rng) + 0.02 * noise(shape, 0.06 * density, rng)
    colour *= 1 + mottle[..., None] * np.array([0.6, 1.0, 1.1], np.float32)
    # Freckles: more of them over the cheeks and the nose than elsewhere.
    freckles = np.zeros(shape, np.float32)
    for _ in range(420):
        fx, fy = rng.normal(0, 2.9), rng.normal(-2.3, 1.3)
        size = 0.028 + 0.05 * rng.random() ** 2
        px, py, reach = (fx - LEFT) * density, (TOP - fy) * density, int(4 * size * density) + 2
        top, left = int(py) - reach, int(px) - reach
        tile = (slice(top, top + 2 * reach), slice(left, left + 2 * reach))
        spot = bump(x[tile], y[tile], (fx, fy), (size, size * rng.uniform(0.7, 1.2)))
        freckles[tile] = np.maximum(freckles[tile], spot * rng.uniform(0.1, 0.5))
    colour *= 1 - freckles[..., None] * np.array([0.30, 0.46, 0.52], np.float32)
    pores = noise(shape, 0.028 * density, rng)
    strength = 0.0018 + 0.0014 * (bump(a, y, (2.6, -3), (2, 1.6)) + bump(x, y, (0, -3), (1.2, 1.5)))
    height = np.asarray(height + strength * pores + 0.003 * noise(shape, 0.12 * density, rng), np.float32)
    oily = (
        bump(x, y, (0, -3.4), (0.7, 1.0)) + 0.6 * bump(x, y, (0, 4.8), (3.0, 1.6)) + 0.2 * bump(a, y, (4, -2.6), (1, 1))
    )
    gloss = np.asarray(0.55 + 0.5 * oily + 0.06 * noise(shape, 0.05 * density, rng), np.float32)
    nostril = 0.66 * np.clip(1.35 * bump(a, y, (0.72, -4.60), (0.25, 0.085), 14), 0, 1)
    return height, colour, gloss, np.asarray(1 - nostril, np.float32)


def _mouth(
    height: Array, colour: Array, gloss: Array, shade: Array, x: Array, a: Array, y: Array, density: float,
    rng: np.random.Generator,
) -> tuple[Array, Array, Array, Array]:  # fmt: skip
    t = np.clip(a / MOUTH_HALF, 0, 1)
    line = MOUTH_Y + 0.20 * t**2.2 - 0.07 * np.exp(-((x / 0.36) ** 2)) + 0.035 * np.exp(-(((a - 0.75) / 0.4) ** 2))
    upper = (1 - t**1.5) * 0.70 + 0.07 * np.exp(-(((a - 0.48) / 0.28) ** 2)) - 0.09 * np.exp(-((x / 0.2) ** 2))
    lower = 0.90 * (1 - t**2.3) ** 0.85
    inside = step(1.0, 0.93, a / MOUTH_HALF)
    up, low = (y - line) / np.maximum(upper, 0.02), (line - y) / np.maximum(lower, 0.02)
    full = 1 - t**2
    bulge = 0.24 * full * np.where((up > 0) & (up < 1), np.sin(np.pi * np.clip(up, 0, 1) ** 0.8), 0)
    bulge += 0.36 * full * np.where((low > 0) & (low < 1), np.sin(np.pi * np.clip(low, 0, 1) ** 0.85).clip(0) ** 0.8, 0)
    bulge = cv2.GaussianBlur(np.asarray(bulge * inside, np.float32), (0, 0), 0.09 * density)
    seam = np.exp(-(((y - line) / 0.055) ** 2)) * step(1.09, 0.95, a / MOUTH_HALF)
    wrinkle = noise((1, x.shape[1]), 0.05 * density, rng) * np.ones_like(y)
    wrinkle = 0.6 * wrinkle + 0.4 * noise((x.shape[0], x.shape[1]), 0.05 * density, rng)
    edge = 0.10
    lip = np.clip(step(1 + edge, 1 - edge, up) * (up >= 0) + step(1 + edge, 1 - edge, low) * (low > 0), 0, 1) * inside
    lip = cv2.GaussianBlur(np.asarray(lip, np.float32), (0, 0), 0.055 * density)
    paint = np.array([0.47, 0.185, 0.165], np.float32) * (1 + 0.05 * wrinkle[..., None])
    paint = paint * (1 - 0.16 * (up > 0)[..., None] * lip[..., None])
    colour = np.asarray(colour + (paint - colour) * 0.86 * lip[..., None], np.float32)
    height = np.asarray(height + bulge - 0.16 * seam + 0.005 * wrinkle * lip, np.float32)
    shade = np.asarray(shade * (1 - 0.72 * seam * (1 - 0.2 * t)), np.float32)
    return height, colour, np.asarray(gloss * (1 - lip) + 1.0 * lip, np.float32), shade


def _eye(
    height: Array, colour: Array, shade: Array, eye: Array, glint: Array, side: int, x: Array, y: Array,
    gaze: tuple[float, float], density: float, rng: np.random.Generator,
) -> tuple[Array, Array, Array]:  # fmt: skip
    ex = x * side
    upper, lower = lids(ex)
    s = (ex - INNER_CORNER) / EYE_WIDTH
    near = step(0.3, 0.8, ex) * step(6.2, 5.2, ex) * step(-2.5, -1.8, y) * step(2.5, 1.8, y)
    row, column = int((TOP - 0.0) * density), int((side * EYE_X - LEFT) * density)
    back = float(height[row, column]) + 0.20 - EYE_RADIUS - 0.12
    far = (ex - EYE_X) ** 2 + y**2
    ball = back + np.sqrt(np.maximum(EYE_RADIUS**2 - far, 0.01))
    lid = (
        back + np.sqrt(np.maximum((EYE_RADIUS + 0.12) ** 2 - far * 0.86, 0.01)) - 5 * np.maximum(np.sqrt(far) - 1.4, 0)
    )
    blend = 0.22
    over = np.clip(0.5 + 0.5 * (lid - height) / blend, 0, 1)
    lidded = height + (lid - height) * over + blend * over * (1 - over)
    crease = upper + 0.08 + 0.31 * np.clip(4 * s * (1 - s), 0, 1) ** 0.5 + 0.05 * s
    span = step(0.0, 0.2, s) * step(1.16, 0.85, s)
    fold = np.exp(-(((y - crease) / 0.05) ** 2)) * span
    bag = np.exp(-(((y - lower + 0.22) / 0.12) ** 2)) * step(0.05, 0.4, s) * step(1.0, 0.7, s)
    lidded = lidded - 0.09 * fold + 0.035 * bag
    gap = np.where((s > 0) & (s < 1), np.minimum(upper - y, y - lower), -1.0).astype(np.float32)
    pixel = 1.0 / density
    open_ = step(-0.6 * pixel, 0.9 * pixel, gap)
    eye += open_
    height = np.asarray(height + near * (lidded - height), np.float32)
    height = height + open_ * (ball - height)

    # Lid edges: pink and moist; the lower one shows as a thin bright rim.
    rim = np.exp(-(((y - lower + 0.02) / 0.045) ** 2)) * step(-0.02, 0.1, s) * step(1.02, 0.9, s) * (1 - open_)
    colour = colour + (np.array([0.62, 0.36, 0.30], np.float32) - colour) * (0.6 * rim)[..., None]
    lash = np.exp(-(((y - upper - 0.015) / 0.05) ** 2)) * step(-0.03, 0.15, s) * step(1.03, 0.92, s)
    shade = shade * (1 - 0.5 * fold) * (1 - 0.55 * lash * (1 - open_))

    ix, iy = ex - EYE_X - 0.06 - side * gaze[0] * EYE_RADIUS, y - gaze[1] * EYE_RADIUS - 0.01
    r, angle = np.hypot(ix, iy) / IRIS_RADIUS, np.arctan2(iy, ix)
    ball_colour = np.empty_like(colour)
    ball_colour[:] = (0.66, 0.60, 0.565)
    red = np.exp(-s / 0.10) + 0.5 * np.exp(-(1 - s) / 0.07)
    veins = np.clip(noise((x.shape[0], x.shape[1]), 0.03 * density, rng) - 1.2, 0, 1) * np.clip(r - 1, 0, 1)
    ball_colour *= 1 - np.clip(0.5 * red + 0.12 * veins, 0, 0.6)[..., None] * np.array([0.12, 0.62, 0.62], np.float32)
    spokes = sum(
        np.interp(angle, np.linspace(-np.pi, np.pi, n), np.append(v := rng.standard_normal(n - 1), v[0])) * w
        for n, w in ((60, 0.5), (130, 0.45), (28, 0.3))
    )
    ring = step(0.30, 0.50, r)
    iris = (
        np.array([0.21, 0.095, 0.034], np.float32) * (1 - ring[..., None])
        + np.array([0.10, 0.058, 0.030], np.float32) * ring[..., None]
    )
    iris = iris * np.clip(1 + 0.42 * np.asarray(spokes)[..., None], 0.3, 2.0)
    # The lens gathers the light on the side away from the lamp.
    iris *= (1 + 0.9 * bump(ix, iy, (0.16 * side, -0.26), (0.28, 0.2)))[..., None]
    iris *= (1 - 0.78 * step(0.80, 1.0, r) ** 1.2)[..., None]
    iris *= (1 - 0.98 * step(0.43, 0.36, r))[..., None]
    ball_colour += (iris - ball_colour) * step(1.06, 0.95, r)[..., None]
    pink = bump(ex, y, (INNER_CORNER + 0.13, -0.07), (0.12, 0.085))
    ball_colour += (np.array([0.52, 0.25, 0.21], np.float32) - ball_colour) * np.clip(1.2 * pink, 0, 1)[..., None]
    lidded_shade = 1 - 0.62 * np.exp(-np.maximum(upper - y, 0) / 0.15) - 0.18 * np.exp(-np.maximum(y - lower, 0) / 0.06)
    lidded_shade *= 0.76 + 0.24 * step(0.0, 0.28, s) * step(1.0, 0.75, s)
    colour = np.asarray(colour + (ball_colour - colour) * open_[..., None], np.float32)
    shade = np.asarray(shade + (lidded_shade - shade) * open_, np.float32)

    # A softbox above on the left and a faint reflector below on the right, mirrored by the cornea.
    gx, gy = side * ix, iy
    box = step(0.115, 0.075, np.maximum(np.abs(gx + 0.17 + 0.1 * gy), np.abs(gy - 0.20 - 0.1 * gx) * 0.85))
    card = 0.10 * step(0.16, 0.02, np.hypot(gx - 0.22, (gy + 0.24) * 1.3))
    wet = 0.30 * np.exp(-(((y - lower - 0.02) / 0.022) ** 2)) * step(0.1, 0.5, s) * step(0.95, 0.6, s)
    wet += 0.25 * bump(ex, y, (INNER_CORNER + 0.17, -0.04), (0.03, 0.025))
    glint += ((box * 1.5 + card) * step(1.3, 0.9, r) + wet) * open_
    return np.asarray(height, np.float32), colour, shade
