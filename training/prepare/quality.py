"""Whether a face is worth training on: measures on a straightened crop and its landmarks."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.alignment import CROP_SIZE, Alignment, apply

#: The part of an aligned crop that is face whatever the hair: left, top, right, bottom as shares of its side.
_FACE = (0.29, 0.35, 0.71, 0.84)

#: How far the nose's tip stands before the plane of eyes and mouth, as a share of the distance between the eyes.
_NOSE = 0.35


def sharpness(crop: NDArray[np.uint8]) -> float:
    """Say how much of a crop's (S, S, 3) facial contrast is fine detail: 0 is mist, 10 and more a clear photo.

    The variance of the Laplacian over that of the brightness, in percent, so that neither light nor make-up counts.
    The crop is brought to 256 pixels first: an enlarged face is as unsharp as it looks there.
    """
    side = crop.shape[0]
    left, top, right, bottom = (round(share * CROP_SIZE) for share in _FACE)
    if side != CROP_SIZE:
        crop = np.asarray(cv2.resize(crop, (CROP_SIZE, CROP_SIZE), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[top:bottom, left:right].astype(np.float64)
    contrast = float(grey.var())
    return 100.0 * float(cv2.Laplacian(grey, cv2.CV_64F).var()) / contrast if contrast > 1.0 else 0.0


def yaw(landmarks: NDArray[np.floating], alignment: Alignment) -> float:
    """Estimate by how many degrees, 0 to 90, a face is turned to its left or right.

    The nose's tip stands before the face, so turning moves it aside against the eyes and the mouth. The mean nose is
    assumed; the figure is good to several degrees, enough to tell a portrait from a half profile.
    """
    points = apply(alignment.matrix, landmarks)
    eyes, nose, mouth = points[:2].mean(axis=0), points[2], points[3:].mean(axis=0)
    aside = nose[0] - (eyes[0] + mouth[0]) / 2
    between = max(float(points[1, 0] - points[0, 0]), 1e-6)
    return float(np.degrees(np.arctan(abs(aside) / between / _NOSE)))


def eye_distance(landmarks: NDArray[np.floating]) -> float:
    """Pixels between the eyes in the picture that the face was found in."""
    return float(np.hypot(*(landmarks[1] - landmarks[0])))


def coverage(alignment: Alignment, width: int, height: int) -> float:
    """Share of the crop, 0 to 1, that lies inside a width x height picture; the rest would be made up."""
    inside = _intersection(alignment.corners, width, height)
    return inside / max((alignment.size / alignment.scale) ** 2, 1e-6)


def _intersection(corners: NDArray[np.float64], width: int, height: int) -> float:
    picture = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    area, _ = cv2.intersectConvexConvex(corners.astype(np.float32), picture)
    return float(area)
