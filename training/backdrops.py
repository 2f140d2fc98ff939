"""Changing what is behind a person, so that a generator does not learn the studio's white wall by heart.

Pictures are (H, W, 3) float32 in [0, 1], mattes (H, W, 1) float32 in [0, 1], 1 on the person.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
WHITE_TOLERANCE = 0.10


def white_backdrop_matte(photo: Image) -> Image:
    """Return a matte of a person in front of plain white.

    The backdrop is what is nearly white *and* joined to the border above the shoulders, so that white
    clothes and catchlights stay on the person. The ramp over WHITE_TOLERANCE keeps strands of hair soft.
    """
    darkness = (1.0 - photo.min(axis=2)) / WHITE_TOLERANCE
    white = (darkness < 1.0).astype(np.uint8)
    _, labels = cv2.connectedComponents(white)
    height = photo.shape[0]
    border = np.concatenate((labels[0], labels[: height * 3 // 4, 0], labels[: height * 3 // 4, -1]))
    backdrop = np.isin(labels, np.setdiff1d(np.unique(border), [0]))
    matte = np.where(backdrop, np.clip(darkness, 0.0, 1.0) ** 2, 1.0).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(matte, (0, 0), 0.6), dtype=np.float32)[:, :, None]


def before_white(photo: Image, matte: Image) -> Image:
    """Return the person alone, of a ``photo`` that is ``matte * person + (1 - matte) * white``."""
    person = (photo - (1.0 - matte)) / np.maximum(matte, 0.05)
    return np.asarray(np.clip(person, 0.0, 1.0), dtype=np.float32)


def put_before(person: Image, matte: Image, backdrop: Image) -> Image:
    """Put ``person`` in front of ``backdrop``."""
    return np.asarray(matte * person + (1.0 - matte) * backdrop, dtype=np.float32)


def replace_white(photo: Image, matte: Image, backdrop: Image) -> Image:
    """Put ``backdrop`` where ``matte`` shows white."""
    return put_before(before_white(photo, matte), matte, backdrop)


#: What remains of red, green and blue in the deepest complexion, and the gamma that keeps its highlights.
DEEPEST = np.array([0.44, 0.29, 0.22], dtype=np.float32)
DEEPEST_GAMMA = 1.4


def deepen(person: Image, depth: float) -> Image:
    """Give a fair ``person`` a darker complexion; ``depth`` 0 changes nothing, 1 is the deepest.

    Drawings made from fair skin alone teach a generator that whatever is brown is hair.
    """
    tone = 1.0 + depth * (DEEPEST - 1.0)
    return np.asarray(person ** np.float32(1.0 + depth * (DEEPEST_GAMMA - 1.0)) * tone, dtype=np.float32)


def random_backdrop(rng: np.random.Generator, height: int, width: int) -> Image:
    """Draw a plain wall, a gradient, or blurred shapes as of a room out of focus."""
    kind = rng.random()
    if kind < 0.3:
        wall = np.broadcast_to(rng.random(3, dtype=np.float32), (height, width, 3))
        return np.ascontiguousarray(wall)
    cells = 2 if kind < 0.5 else int(rng.integers(3, 12))
    coarse = rng.random((cells, cells, 3), dtype=np.float32)
    if rng.random() < 0.5:
        coarse = 0.75 * coarse.mean(axis=2, keepdims=True) + 0.25 * coarse
    mode = cv2.INTER_CUBIC if rng.random() < 0.6 else cv2.INTER_NEAREST
    room = cv2.resize(coarse, (width, height), interpolation=mode)
    if mode == cv2.INTER_NEAREST:
        room = cv2.GaussianBlur(room, (0, 0), float(rng.uniform(1.0, 8.0)))
    return np.clip(room, 0.0, 1.0).astype(np.float32)
