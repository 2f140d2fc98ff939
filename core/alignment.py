"""The one way in which a face is cut out of a picture, for the app and for training alike.

A crop is square, upright and scaled so that the distance between the eyes is 0.24 of its width: hair, chin and
the beginning of the shoulders lie inside. The template below is the mean of SCRFD's five points over the aligned
training portraits, made symmetric.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import FaceError

CROP_SIZE = 256
EYE_DISTANCE = 0.24

#: Left eye, right eye, nose tip, left and right corner of the mouth, as shares of the crop's side (x, y).
TEMPLATE: NDArray[np.float64] = np.array([[0.38, 0.471], [0.62, 0.471], [0.5, 0.629], [0.4085, 0.728], [0.5915, 0.728]])

# Below this the five points are one point within rounding and give no direction.
_LEAST_SPREAD = 1e-3


@dataclass(frozen=True)
class Alignment:
    """A similarity transform from picture to crop.

    matrix: (2, 3) float64, maps picture pixels (x, y) to crop pixels; rotation, one scale, translation.
    size: side of the crop in pixels.
    """

    matrix: NDArray[np.float64]
    size: int

    @property
    def scale(self) -> float:
        """Crop pixels a picture pixel."""
        return float(np.hypot(self.matrix[0, 0], self.matrix[1, 0]))

    @property
    def angle(self) -> float:
        """Degrees by which the picture is turned (counter-clockwise on screen) to make the face upright."""
        return float(-np.degrees(np.arctan2(self.matrix[1, 0], self.matrix[0, 0])))

    @cached_property
    def inverse(self) -> NDArray[np.float64]:
        """(2, 3) matrix from crop pixels back to picture pixels."""
        return np.asarray(cv2.invertAffineTransform(self.matrix), dtype=np.float64)

    @property
    def corners(self) -> NDArray[np.float64]:
        """(4, 2) corners of the crop in picture pixels, clockwise from its top left."""
        side = float(self.size)
        square = np.array([[0.0, 0.0], [side, 0.0], [side, side], [0.0, side]])
        return apply(self.inverse, square)

    def crop(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Cut the crop, (size, size, C) uint8, out of ``pixels`` (H, W, C) uint8.

        What lies outside the picture is filled with its nearest edge. A face larger than the crop is averaged
        down, not sampled, so that hair and lines do not alias; only the part of the picture around the crop is
        touched.
        """
        left, top, right, bottom = self.bounds(pixels.shape[1], pixels.shape[0], margin=4)
        matrix = self.matrix.copy()
        matrix[:, 2] += matrix[:, :2] @ (left, top)
        part = pixels[top:bottom, left:right]
        factor = int(1.0 / self.scale)
        if factor >= 2 and min(part.shape[:2]) > factor:
            height, width = part.shape[0] // factor, part.shape[1] // factor
            # INTER_AREA maps pixel centres: x = (u + 0.5) * sx - 0.5.
            sx, sy = part.shape[1] / width, part.shape[0] / height
            part = np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
            matrix[:, 2] += matrix[:, :2] @ (0.5 * sx - 0.5, 0.5 * sy - 0.5)
            matrix[:, :2] *= (sx, sy)
        # OpenCV warps four channels twice as fast as three, to the same pixels.
        three = part.shape[2] == 3
        if three:
            part = np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2RGBA), dtype=np.uint8)
        warped = cv2.warpAffine(
            part, matrix, (self.size, self.size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(cv2.cvtColor(warped, cv2.COLOR_RGBA2RGB) if three else warped, dtype=np.uint8)

    def bounds(self, width: int, height: int, margin: int = 0) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of the crop's bounding box, cut to a width x height picture but never empty."""
        corners = self.corners
        low = np.floor(corners.min(axis=0)).astype(int) - margin
        high = np.ceil(corners.max(axis=0)).astype(int) + margin + 1
        left, top = (int(min(max(value, 0), side - 1)) for value, side in zip(low, (width, height), strict=True))
        right = int(min(max(high[0], left + 1), width))
        bottom = int(min(max(high[1], top + 1), height))
        return left, top, right, bottom


def align(landmarks: NDArray[np.floating], size: int = CROP_SIZE) -> Alignment:
    """Fit the template to five ``landmarks`` (5, 2) in picture pixels, in the order of :data:`TEMPLATE`.

    Raises FaceError when the points are not finite or coincide.
    """
    return Alignment(fit(landmarks, TEMPLATE * size), size)


def fit(landmarks: NDArray[np.floating], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the similarity (2, 3) that brings five ``landmarks`` (5, 2) nearest to ``target`` (5, 2).

    The fit is the least-squares similarity (Umeyama 1991) without reflection, written with complex numbers, where a
    similarity is one multiplication and one addition. Raises FaceError when the points are not finite or coincide.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    if points.shape != TEMPLATE.shape or not np.isfinite(points).all():
        raise FaceError("The face cannot be straightened: its five landmarks are incomplete.")
    source_complex, target_complex = points @ (1, 1j), target @ (1, 1j)
    source_centred = source_complex - source_complex.mean()
    target_centred = target_complex - target_complex.mean()
    spread = float(np.sum(np.abs(source_centred) ** 2))
    if spread < _LEAST_SPREAD:
        raise FaceError("The face cannot be straightened: its landmarks lie in one point.")
    factor = complex(np.sum(np.conj(source_centred) * target_centred) / spread)
    if abs(factor) < _LEAST_SPREAD:
        raise FaceError("The face cannot be straightened: its landmarks do not look like a face.")
    return _similarity(factor, complex(target_complex.mean() - factor * source_complex.mean()))


def align_centre(width: int, height: int, size: int = CROP_SIZE) -> Alignment:
    """Return the upright crop of the largest centred square of a width x height picture, for when no face is found."""
    side = min(width, height)
    factor = size / side
    shift = -factor * complex((width - side) / 2, (height - side) / 2)
    return Alignment(_similarity(complex(factor), shift), size)


def apply(matrix: NDArray[np.float64], points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Map ``points`` (N, 2) by an affine ``matrix`` (2, 3)."""
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], dtype=np.float64)


def _similarity(factor: complex, shift: complex) -> NDArray[np.float64]:
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])
