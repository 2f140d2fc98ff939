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
    """Draw a wall in the light of a room, or the shapes of a room out of focus.

    Most colours are as muted as those of homes are: in loud ones a generator finds nothing but noise, which its twin
    has to carry through the drawing and back.
    """
    wall = _room_colours(rng, 1, 1)
    if rng.random() < 0.55:
        picture = cv2.resize(wall, (width, height))
    else:
        # Large shapes from the left to the right edge, furniture before a wall.
        rows, columns = (int(rng.integers(2, 6)) for _ in range(2))
        shapes = np.where(rng.random((rows, columns, 1)) < 0.4, wall, _room_colours(rng, rows, columns))
        picture = cv2.resize(shapes.astype(np.float32), (width, height), interpolation=cv2.INTER_NEAREST)
        picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.02, 0.07)) * width)
    light = cv2.resize(rng.uniform(0.8, 1.15, (2, 2)).astype(np.float32), (width, height))[:, :, None]
    return np.asarray(np.clip(picture * light, 0.0, 1.0), dtype=np.float32)


def _room_colours(rng: np.random.Generator, rows: int, columns: int) -> Image:
    """Return (rows, columns, 3) colours: any brightness, seldom loud."""
    saturation = rng.beta(1.2, 4.0, (rows, columns))
    hsv = np.stack((rng.uniform(0, 360, (rows, columns)), saturation, rng.uniform(0.1, 1.0, (rows, columns))), axis=2)
    return np.asarray(cv2.cvtColor(hsv.astype(np.float32), cv2.COLOR_HSV2RGB), dtype=np.float32)
