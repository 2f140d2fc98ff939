"""How alike pictures are, by two measures: LPIPS for the way there and back, ArcFace for the person."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.perceptual import LPIPS
from training.prepare.embedding import ArcFace


class Likeness:
    """Both networks, loaded once. Raises WeightsError where one cannot be fetched."""

    def __init__(self) -> None:
        self._lpips = LPIPS()
        self._arcface = ArcFace()

    @torch.no_grad()
    def distance(self, one: Tensor, other: Tensor) -> float:
        """LPIPS (VGG16) of two pictures (1, 3, H, W) in [-1, 1]; 0 is the same picture."""
        return float(self._lpips(one, other))

    def persons(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return ArcFace's unit vectors (N, 512) of aligned crops (N, S, S, 3)."""
        return self._arcface.embed_crops(crops)


def identity(photos: NDArray[np.float32], others: NDArray[np.float32]) -> float:
    """Return the mean cosine of vectors (N, D) with their counterparts."""
    return float((photos * others).sum(axis=1).mean())


def strangers(photos: NDArray[np.float32]) -> float | None:
    """Return the mean cosine between different persons' vectors (N, D): what a likeness of chance would be.

    None for fewer than two.
    """
    count = len(photos)
    if count < 2:
        return None
    cosines = photos @ photos.T
    return float((cosines.sum() - np.trace(cosines)) / (count * (count - 1)))
