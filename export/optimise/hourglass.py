"""The hourglasses with their chains of 1x1 convolutions merged."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.networks.hourglass import HourGlass


class MergedHourGlass(nn.Module):
    """An hourglass whose way from the features through the picture and back is one 1x1 convolution.

    Nothing stands between ``picture`` and ``from_picture``, and what they give is added to what ``from_features``
    gives: three linear maps of the same features.
    """

    def __init__(self, original: HourGlass) -> None:
        super().__init__()
        self.body = original.body
        self.features = original.features
        self.last = original.last
        self.change = original.picture if original.last else _merged(original)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape, or to (N, 3, H, W) when it is the last one."""
        change: Tensor = self.change(self.features(self.body(x)))
        return change if self.last else x + change


@torch.no_grad()
def _merged(original: HourGlass) -> nn.Conv2d:
    direct, direct_bias = _matrix(original.from_features)
    back, back_bias = _matrix(original.from_picture)
    picture, picture_bias = _matrix(original.picture)
    merged = nn.Conv2d(direct.shape[1], direct.shape[0], kernel_size=1)
    assert merged.bias is not None
    merged.weight.copy_((direct + back @ picture)[:, :, None, None])
    merged.bias.copy_(direct_bias + back_bias + back @ picture_bias)
    return merged


def _matrix(conv: nn.Conv2d) -> tuple[Tensor, Tensor]:
    assert conv.bias is not None
    return conv.weight.double().flatten(1), conv.bias.double()
