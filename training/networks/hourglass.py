"""Hourglass blocks at both ends of the generator (photo2cartoon's addition to U-GAT-IT light)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LEVELS = 4
IMAGE_CHANNELS = 3


def _norm_relu_conv(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.InstanceNorm2d(channels_in),
        nn.ReLU(),
        nn.ReflectionPad2d(1),
        nn.Conv2d(channels_in, channels_out, kernel_size=3, bias=False),
    )


class ConvBlock(nn.Module):
    """Three pre-activated 3x3 convolutions of C/2, C/4 and C/4 channels, concatenated and added to the input.

    The widths of input and output agree, so there is no 1x1 shortcut.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.to_half = _norm_relu_conv(channels, channels // 2)
        self.to_quarter = _norm_relu_conv(channels // 2, channels // 4)
        self.to_last_quarter = _norm_relu_conv(channels // 4, channels // 4)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, H, W)."""
        half = self.to_half(x)
        quarter = self.to_quarter(half)
        return x + torch.cat((half, quarter, self.to_last_quarter(quarter)), dim=1)


class HourGlassBlock(nn.Module):
    """Four levels down by 2x2 average pooling and four up by nearest x2, with a skip block at each level."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.skips = nn.ModuleList(ConvBlock(channels) for _ in range(LEVELS))
        self.downs = nn.ModuleList(ConvBlock(channels) for _ in range(LEVELS))
        self.center = ConvBlock(channels)
        self.ups = nn.ModuleList(ConvBlock(channels) for _ in range(LEVELS))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, H, W); H and W are multiples of 16."""
        skips: list[Tensor] = []
        for skip, down in zip(self.skips, self.downs, strict=True):
            skips.append(skip(x))
            x = down(F.avg_pool2d(x, 2))
        x = self.center(x)
        for up in self.ups:
            x = skips.pop() + F.interpolate(up(x), scale_factor=2.0, mode="nearest")
        return x


class HourGlass(nn.Module):
    """An hourglass that also predicts a 3-channel picture.

    Unless it is the ``last`` one, it returns its input plus a 1x1 projection of its features plus a 1x1
    projection of that picture; the last one returns the picture itself.
    """

    def __init__(self, channels: int, last: bool = False) -> None:
        super().__init__()
        self.body = nn.Sequential(HourGlassBlock(channels), ConvBlock(channels))
        self.features = nn.Sequential(
            nn.Conv2d(channels, channels, kernel_size=1, bias=False),
            nn.InstanceNorm2d(channels),
            nn.ReLU(),
        )
        self.picture = nn.Conv2d(channels, IMAGE_CHANNELS, kernel_size=1)
        self.last = last
        if not last:
            self.from_features = nn.Conv2d(channels, channels, kernel_size=1)
            self.from_picture = nn.Conv2d(IMAGE_CHANNELS, channels, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape, or to (N, 3, H, W) when ``last``."""
        features = self.features(self.body(x))
        picture: Tensor = self.picture(features)
        if self.last:
            return picture
        change: Tensor = self.from_features(features) + self.from_picture(picture)
        return x + change
