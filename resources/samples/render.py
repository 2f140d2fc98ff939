"""Computes the sample portrait: a studio photograph of a person who does not exist.

Run `python -m resources.samples.render` in the repository; it writes portrait.jpg beside this file. Everything is
measured in centimetres and lit in linear light; the camera is far away, so that nothing is foreshortened.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from resources.samples import hair
from resources.samples.body import body
from resources.samples.head import BOTTOM, LEFT, RIGHT, TOP, Head, sculpt
from resources.samples.light import KEY, light, reflections, unit
from resources.samples.relief import Array, noise, normals

SEED = 7
FIELD = 35.0  # the side of the picture in cm
MIDDLE = (0.0, -2.2)  # what stands in its middle
YAW, PITCH, ROLL = -6.0, -1.5, 4.5  # how the head is turned, in degrees
PIVOT = np.array([0.0, -11.0, 0.0])


def main() -> None:
    """Render the portrait and save it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1024, help="side of the picture in pixels")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("portrait.jpg"))
    arguments = parser.parse_args()
    picture = render(arguments.size)
    Image.fromarray(picture).save(arguments.out, quality=90, optimize=True)


def render(size: int) -> NDArray[np.uint8]:
    """Return the portrait, (size, size, 3) uint8 RGB."""
    rng = np.random.default_rng(SEED)
    fine = 2 * size
    density = fine / FIELD
    turn = _turn()
    toward = turn.T @ np.array([0.0, 0.0, 1.0])
    head = sculpt(density, (float(toward[0]), float(toward[1])), rng)

    grid = (np.arange(fine, dtype=np.float32) + 0.5) / density - FIELD / 2
    x, y = np.meshgrid(grid + MIDDLE[0], MIDDLE[1] - grid)
    place = _meet(head, turn, x, y, density)
    face_z, face_normal = _face_geometry(head, turn, place, density)
    body_z, body_colour, body_normal, bare = body(x, y, density, rng)

    front = face_z > body_z
    z = np.where(front, face_z, body_z)
    normal = np.where(front[..., None], face_normal, body_normal)
    colour = np.where(front[..., None], _look(head.colour, place), body_colour)
    skin = np.where(front, 1.0, bare).astype(np.float32)
    gloss = np.where(front, _look(head.gloss, place), 0.4 * skin)
    shade = np.where(front, _look(head.shade, place), 1.0)
    eye = np.where(front, _look(head.eye, place), 0.0)
    glint = np.where(front, _look(head.glint, place), 0.0)
    solid = (z > -50).astype(np.float32)

    def project(points: Array) -> Array:
        seen = (points - PIVOT) @ turn.T + PIVOT
        across = (seen[..., 0] - MIDDLE[0] + FIELD / 2) * density
        down = (MIDDLE[1] - seen[..., 1] + FIELD / 2) * density
        return np.asarray(np.stack([across, down], axis=-1) - 0.5, dtype=np.float32)

    def surface(places: Array) -> Array:
        u, v = (places[..., 0] - LEFT) * density, (TOP - places[..., 1]) * density
        return np.asarray(cv2.remap(head.height, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR))

    lamp = np.asarray(turn.T @ unit(KEY), dtype=np.float32)
    behind, over, brows, small, lashes = _strands(project, surface, lamp, fine, density, rng)
    received = light(z, normal, solid, over[..., 3], skin * (1 - eye), density)
    lit = colour * received * shade[..., None] + reflections(normal, gloss)
    lit = lit + glint[..., None] * np.array([1.0, 0.98, 0.95], np.float32)
    for layer, strength in ((_soften(brows, 0.13 * density), 0.40), (brows, 0.72), (small, 0.35), (lashes, 0.9)):
        lit = _over(lit, layer, strength)

    picture = _backdrop(x, y, density, rng)
    picture = _over(picture, _soften(behind, 0.09 * density), 1.0)
    edge = cv2.GaussianBlur(solid, (0, 0), 0.8)[..., None]
    picture = picture + (lit - picture) * edge
    picture = _focus(picture, np.where(solid > 0, z, -6.0), density)
    picture = _over(picture, _soften(over, 0.5), 1.0)
    return _develop(picture, size, rng)


def _strands(
    project: Callable[[Array], Array],
    surface: Callable[[Array], Array],
    lamp: Array,
    fine: int,
    density: float,
    rng: np.random.Generator,
) -> list[NDArray[np.uint8]]:
    """Return the layers of hair behind the neck, of hair in front, of brows, of lower and of upper lashes."""
    width = max(1, round(density / 58))
    front = [
        (hair.locks(side, count, clumps, spread, dark, lamp, rng), thickness)
        for side in (-1, 1)
        for count, clumps, spread, dark, thickness in (
            (3500, 50, 1.2, 0.70, 2 * width),
            (9000, 46, 0.8, 0.28, width),
            (500, 90, 2.0, 0.10, width),
        )
    ]
    layers = []
    for group in (
        [(hair.curtain(3500, lamp, rng), 2 * width)],
        front,
        [(hair.brows(surface, rng), width)],
        [(hair.lashes(surface, False, rng), width)],
        [(hair.lashes(surface, True, rng), width)],
    ):
        canvas = np.zeros((fine, fine, 4), np.uint8)
        for strands, thickness in group:
            hair.draw(strands, project, thickness, canvas)
        layers.append(canvas)
    return layers


def _turn() -> NDArray[np.float64]:
    yaw, pitch, roll = np.radians((YAW, PITCH, ROLL))
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_x @ about_y)


def _look(texture: Array, place: Array) -> Array:
    return np.asarray(
        cv2.remap(texture, place[..., 0], place[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )


def _meet(head: Head, turn: NDArray[np.float64], x: Array, y: Array, density: float) -> Array:
    """Follow every pixel's ray to the relief; return where on the head's maps it lands, (H, W, 2) pixels."""
    origin = np.stack([x, y, np.zeros_like(x)], axis=2) - PIVOT.astype(np.float32)
    start = (origin @ turn + PIVOT).astype(np.float32)
    ray = (turn.T @ np.array([0.0, 0.0, 1.0])).astype(np.float32)

    def at(depth: Array) -> tuple[Array, Array]:
        u = (start[..., 0] + depth * ray[0] - LEFT) * density
        v = (TOP - start[..., 1] - depth * ray[1]) * density
        place = np.stack([u, v], axis=2).astype(np.float32)
        return place, start[..., 2] + depth * ray[2] - _look(head.height, place)

    depth, found = np.full_like(x, 12.5), np.zeros(x.shape, bool)
    stride = 0.25
    for _ in range(int(24 / stride)):
        found |= at(depth)[1] <= 0
        depth -= np.where(found, 0, stride).astype(np.float32)
    high = depth + stride
    for _ in range(11):
        half = ((depth + high) / 2).astype(np.float32)
        below = at(half)[1] <= 0
        depth, high = np.where(below, half, depth), np.where(below, high, half)
    return at(depth)[0]


def _face_geometry(head: Head, turn: NDArray[np.float64], place: Array, density: float) -> tuple[Array, Array]:
    """Return z (-99 beside the face and under the hair) and the normals, as the camera sees them."""
    height = _look(head.height, place)
    hx, hy = place[..., 0] / density + LEFT, TOP - place[..., 1] / density
    inside = (hx > LEFT) & (hx < RIGHT) & (hy > BOTTOM) & (hy < TOP) & (height > -4.0) & (hy < 11.0)
    points = np.stack([hx, hy, height], axis=2) - PIVOT.astype(np.float32)
    z = (points @ turn.T[:, 2].astype(np.float32)) + float(PIVOT[2])
    seen = _look(normals(head.height, density), place)
    seen = seen / np.linalg.norm(seen, axis=2, keepdims=True)
    return np.where(inside, z, -99.0).astype(np.float32), np.asarray(seen @ turn.T.astype(np.float32))


def _over(picture: Array, layer: NDArray[np.uint8], strength: float) -> Array:
    alpha = layer[..., 3:].astype(np.float32) / 255
    tint = np.clip(layer[..., :3] / np.maximum(alpha * 255, 1.0), 0, 1) ** 2.2
    return np.asarray(picture + (tint - picture) * alpha * strength, np.float32)


def _soften(layer: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), sigma), dtype=np.uint8)


def _backdrop(x: Array, y: Array, density: float, rng: np.random.Generator) -> Array:
    glow = np.exp(-(((x - 4) / 15) ** 2) - ((y + 1) / 14) ** 2)
    tone = 0.13 + 0.22 * glow + 0.012 * noise((x.shape[0], x.shape[1]), 3.5 * density, rng)
    return np.asarray(tone[..., None] * np.array([0.98, 1.0, 1.03], np.float32), np.float32)


def _focus(picture: Array, z: Array, density: float) -> Array:
    """Blur what lies behind the plane of the face."""
    far = np.clip((5.0 - z) / 8.0, 0, 1)
    far = cv2.GaussianBlur(far, (0, 0), 0.1 * density)[..., None]
    soft = cv2.GaussianBlur(picture, (0, 0), 0.07 * density)
    return np.asarray(picture + (soft - picture) * far, np.float32)


def _develop(picture: Array, size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    small = cv2.resize(np.maximum(picture, 0), (size, size), interpolation=cv2.INTER_AREA)
    bloom = cv2.GaussianBlur(np.maximum(small - 0.75, 0), (0, 0), size / 90)
    small = small + 0.25 * bloom
    exposed = small * 0.84
    # A film-like shoulder, then the sRGB curve.
    toned = exposed * (1 + exposed / 2.2) / (1 + exposed)
    coded = np.where(toned <= 0.0031308, 12.92 * toned, 1.055 * np.maximum(toned, 1e-6) ** (1 / 2.4) - 0.055)
    coded = coded + 0.22 * (coded * coded * (3 - 2 * coded) - coded)
    grain = cv2.GaussianBlur(rng.standard_normal((size, size, 1)).astype(np.float32), (0, 0), 0.6)
    coded = coded + 0.010 * grain.reshape(size, size, 1)
    return np.asarray(np.clip(coded * 255 + 0.5, 0, 255), dtype=np.uint8)


if __name__ == "__main__":
    main()
