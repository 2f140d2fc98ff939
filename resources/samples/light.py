"""The lamps of the sample portrait, and what reaches the camera from the surfaces they shine on."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from resources.samples.relief import Array

#: Directions towards a softbox on the left, a reflector on the right and a strip of light behind the right shoulder.
KEY, FILL, RIM = (-0.60, 0.42, 0.66), (0.72, 0.05, 0.62), (0.80, 0.42, -0.42)


def unit(vector: tuple[float, float, float]) -> NDArray[np.float64]:
    """Return `vector` at length 1."""
    return np.asarray(np.array(vector) / np.linalg.norm(vector), dtype=np.float64)


def _shadow(z: Array, toward: NDArray[np.float64], density: float) -> Array:
    """Return 0 where something stands between the surface and the lamp, 1 where nothing does."""
    clear = np.ones_like(z)
    reach = 0.12
    while reach < 12:
        shift = np.array([[1, 0, toward[0] * reach * density], [0, 1, -toward[1] * reach * density]], np.float32)
        other = cv2.warpAffine(z, shift, z.shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderValue=-99)
        above = other - (z + toward[2] * reach)
        clear = np.minimum(clear, 1 - np.clip((above - 0.01) / (0.04 + 0.10 * reach), 0, 1))
        reach *= 1.22
    return np.asarray(clear, np.float32)


def light(z: Array, normal: Array, solid: Array, locks: NDArray[np.uint8], skin: Array, density: float) -> Array:
    """Return the light that reaches every point, (H, W, 3), already spread under the skin.

    z, normal: the surface, (H, W) in cm and (H, W, 3). solid: (H, W) 1 where there is a surface.
    locks: (H, W) uint8 coverage of the hair in front. skin: (H, W) 1 where light is spread. density: pixels a cm.
    """
    half = (z.shape[1] // 2, z.shape[0] // 2)
    coarse = np.maximum(cv2.resize(z, half, interpolation=cv2.INTER_NEAREST), -20)
    clear = np.zeros_like(coarse)
    lamps = [(dx, dy) for dx in (-0.22, 0.0, 0.22) for dy in (-0.2, 0.05, 0.25)]
    for dx, dy in lamps:
        clear += _shadow(coarse, unit((KEY[0] + dx, KEY[1] + dy, KEY[2])), density / 2) / len(lamps)
    key_clear = cv2.resize(clear, z.shape[::-1], interpolation=cv2.INTER_LINEAR)
    # The hair is no part of the relief; its shadow falls a little away from the lamp.
    shift = np.array([[1, 0, 0.5 * density], [0, 1, 0.45 * density]], np.float32)
    veil = cv2.GaussianBlur(
        cv2.warpAffine(locks.astype(np.float32) / 255, shift, z.shape[::-1]), (0, 0), 0.35 * density
    )
    key_clear = (0.10 + 0.90 * key_clear) * (1 - 0.70 * veil)
    nearby = cv2.GaussianBlur(locks.astype(np.float32) / 255, (0, 0), 0.6 * density)

    open_ = np.ones_like(z)
    for size, weight in ((0.12, 0.55), (0.45, 0.28), (1.4, 0.40)):
        sunk = np.clip(cv2.GaussianBlur(np.maximum(z, -4), (0, 0), size * density) - z, 0, None) / size
        open_ *= 1 - np.clip(weight * sunk, 0, 0.7)
    open_ *= 1 - 0.45 * nearby

    def facing(lamp: tuple[float, float, float], wrap: float) -> Array:
        return np.asarray(np.clip((normal @ unit(lamp).astype(np.float32) + wrap) / (1 + wrap), 0, 1), np.float32)

    soft = [facing(KEY, wrap) for wrap in (0.22, 0.10, 0.06)]
    key = np.stack(soft, axis=2) * np.array([2.5, 2.4, 2.27], np.float32) * key_clear[..., None]
    fill = (facing(FILL, 0.3) * open_)[..., None] * np.array([0.30, 0.32, 0.36], np.float32)
    rim = (facing(RIM, 0.0) * np.clip(1.1 - normal[..., 2], 0, 1))[..., None] * np.array([1.2, 1.1, 1.0], np.float32)
    sky = (0.21 + 0.09 * normal[..., 1])[..., None] * open_[..., None] * np.array([0.95, 0.98, 1.05], np.float32)
    total = np.asarray((key + fill + rim * (1 - nearby)[..., None] + sky) * solid[..., None], np.float32)

    spread = total.copy()
    for channel, sizes in enumerate(((0.05, 0.20, 0.42), (0.04, 0.11, 0.20), (0.03, 0.07, 0.13))):
        mixed = np.zeros_like(z)
        for size, weight in zip(sizes, (0.40, 0.35, 0.25), strict=True):
            blurred = cv2.GaussianBlur(total[..., channel] * skin, (0, 0), size * density)
            mixed += weight * blurred / np.maximum(cv2.GaussianBlur(skin, (0, 0), size * density), 1e-3)
        spread[..., channel] = total[..., channel] + (mixed - total[..., channel]) * skin
    return spread


def reflections(normal: Array, gloss: Array) -> Array:
    """Return what the surface mirrors, (H, W, 3): a wide lobe for the skin and a narrow one for the oil on it."""
    view = np.array([0.0, 0.0, 1.0])
    out = np.zeros_like(gloss)
    for lamp, power in ((KEY, 1.0), (FILL, 0.25), (RIM, 0.5)):
        toward = unit(lamp)
        half = (toward + view) / np.linalg.norm(toward + view)
        cosine = np.clip(normal @ half.astype(np.float32), 0, 1)
        grazing = 0.028 + 0.972 * (1 - float(half @ view)) ** 5
        lobes = 0.65 * (14 + 2) / 8 * cosine**14 + 0.35 * (48 + 2) / 8 * cosine**48
        lit = np.clip(normal @ toward.astype(np.float32) * 2, 0, 1)
        out += power * lobes * grazing * lit
    return np.asarray((out * gloss * 1.25)[..., None] * np.array([1.0, 0.98, 0.96], np.float32), np.float32)
