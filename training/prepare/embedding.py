"""Who is on a picture, as a vector: ArcFace (Deng et al. 2018, arXiv 1801.07698), MobileFaceNet trained on WebFace600K.

Two pictures of one person have a cosine of about 0.5 to 0.9, two persons one below about 0.3.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from core.alignment import TEMPLATE, fit
from core.runtime import Device, open_session
from training.weights import ARCFACE, fetch

SIZE = 112
LENGTH = 512
#: The face without hair, neck and backdrop, in pixels of SIZE: centre and half axes of an ellipse (x, y).
_FACE_CENTRE = (55.5, 69.5)
_FACE_HALF_AXES = (44.0, 48.0)
_GREY = 127

#: Where the network expects eyes, nose and corners of the mouth (x, y), in pixels of its SIZE x SIZE input.
LANDMARKS = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)


class ArcFace:
    """The embedding network; ``threads`` of 0 takes every core. Raises WeightsError where it cannot be fetched."""

    def __init__(self, threads: int = 0) -> None:
        self._session = open_session(fetch(ARCFACE), Device.CPU, threads)
        self._input = self._session.inner.get_inputs()[0].name

    def embed(self, pixels: NDArray[np.uint8], landmarks: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the unit vector (512,) of the face at ``landmarks`` (5, 2) in ``pixels`` (H, W, 3) RGB.

        Raises FaceError when the landmarks fit no face.
        """
        return self._run(_cut(pixels, fit(landmarks, LANDMARKS))[None])

    def embed_face(self, pixels: NDArray[np.uint8], landmarks: NDArray[np.floating]) -> NDArray[np.float32]:
        """Like :meth:`embed`, but of the face alone: what is around it, or is missing there, counts for nothing."""
        face = _cut(pixels, fit(landmarks, LANDMARKS))
        return self._run(np.where(_face_mask()[:, :, None], face, np.uint8(_GREY))[None])

    def embed_crops(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return unit vectors (N, 512) of aligned crops (N, S, S, 3): the face is where the alignment put it.

        No detector is asked, so drawn faces, which a photo detector misses, are measured like photos.
        """
        matrix = fit(TEMPLATE * crops.shape[1], LANDMARKS)
        return self._run(np.stack([_cut(crop, matrix) for crop in crops])).reshape(len(crops), LENGTH)

    def _run(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        batch = np.ascontiguousarray(faces.transpose(0, 3, 1, 2), dtype=np.float32)
        vectors = self._session.run(None, {self._input: (batch - np.float32(127.5)) / np.float32(127.5)})[0]
        unit: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return unit.squeeze()


@cache
def _face_mask() -> NDArray[np.bool_]:
    y, x = np.mgrid[:SIZE, :SIZE]
    aside, down = (x - _FACE_CENTRE[0]) / _FACE_HALF_AXES[0], (y - _FACE_CENTRE[1]) / _FACE_HALF_AXES[1]
    return np.asarray(aside**2 + down**2 <= 1.0)


def _cut(pixels: NDArray[np.uint8], matrix: NDArray[np.float64]) -> NDArray[np.uint8]:
    shrink = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if shrink < 0.5:
        # warpAffine samples single pixels; a large face is averaged down first so that its detail does not alias.
        factor = max(1, int(1 / shrink))
        height, width = max(1, pixels.shape[0] // factor), max(1, pixels.shape[1] // factor)
        scale = np.array([pixels.shape[1] / width, pixels.shape[0] / height])
        pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
        matrix = matrix.copy()
        matrix[:, 2] += matrix[:, :2] @ (0.5 * scale - 0.5)
        matrix[:, :2] *= scale
    return np.asarray(cv2.warpAffine(pixels, matrix, (SIZE, SIZE), flags=cv2.INTER_LINEAR), dtype=np.uint8)
