"""DiffAugment (Zhao et al. 2020, arXiv 2006.10738): random changes that discriminators see and gradients pass.

They keep a discriminator from learning a small data set by heart. Randomness comes from torch's generator of the
tensor's device.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

TRANSLATION = 0.125
CUTOUT = 0.5


def diff_augment(pictures: Tensor, policy: Sequence[str]) -> Tensor:
    """Vary pictures (N, 3, H, W) in [-1, 1], each in its own way, by the named changes in order."""
    for name in policy:
        pictures = _CHANGES[name](pictures)
    return pictures


def _random(pictures: Tensor) -> Tensor:
    """A number in [0, 1) for each picture, (N, 1, 1, 1)."""
    return torch.rand(pictures.shape[0], 1, 1, 1, device=pictures.device, dtype=pictures.dtype)


def _colour(x: Tensor) -> Tensor:
    x = x + (_random(x) - 0.5)
    grey = x.mean(dim=1, keepdim=True)
    x = grey + (x - grey) * (2 * _random(x))
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    return mean + (x - mean) * (_random(x) + 0.5)


def _translation(x: Tensor) -> Tensor:
    count, _, height, width = x.shape
    dx, dy = (2 * _random(x) - 1) * (2 * TRANSLATION), (2 * _random(x) - 1) * (2 * TRANSLATION)
    # Whole pixels, so that nothing is blurred: affine_grid measures in half sides.
    dx, dy = (dx * width / 2).round() / (width / 2), (dy * height / 2).round() / (height / 2)
    one, none = torch.ones_like(dx), torch.zeros_like(dx)
    matrix = torch.cat((one, none, dx, none, one, dy), dim=1).view(count, 2, 3)
    grid = F.affine_grid(matrix, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, mode="nearest", padding_mode="zeros", align_corners=False)


def _cutout(x: Tensor) -> Tensor:
    height, width = x.shape[2], x.shape[3]
    hole_height, hole_width = int(height * CUTOUT), int(width * CUTOUT)
    top = (_random(x) * (height + 1)).floor() - hole_height / 2
    left = (_random(x) * (width + 1)).floor() - hole_width / 2
    rows = torch.arange(height, device=x.device).view(1, 1, -1, 1)
    columns = torch.arange(width, device=x.device).view(1, 1, 1, -1)
    inside = (rows >= top) & (rows < top + hole_height) & (columns >= left) & (columns < left + hole_width)
    return x.masked_fill(inside, 0.0)


_CHANGES: dict[str, Callable[[Tensor], Tensor]] = {
    "colour": _colour,
    "translation": _translation,
    "cutout": _cutout,
}
