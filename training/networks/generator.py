"""The report's generator: U-GAT-IT light with hourglasses and Soft-AdaLIN (SPEC of the report, part 2).

Base width 32, 927 layers in a forward pass, 3,773,735 parameters, all of which run.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from training.networks.hourglass import IMAGE_CHANNELS, HourGlass
from training.networks.normalization import LIN, SoftAdaLIN

WIDTH = 32
DOWNSAMPLINGS = 2
BLOCKS = 4


class GeneratorOutput(NamedTuple):
    """What one forward pass gives.

    image: (N, 3, H, W) in [-1, 1].
    cam_logits: (N, 2), the attention classifier on average- and on max-pooled features.
    attention: (N, 1, H/4, W/4), the channel sum of the attended feature map, not normalised.
    """

    image: Tensor
    cam_logits: Tensor
    attention: Tensor


class ResnetBlock(nn.Module):
    """Residual block of the encoder: pad, conv 3x3, IN, ReLU, pad, conv 3x3, IN."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, kernel_size=3, bias=False),
            nn.InstanceNorm2d(channels),
            nn.ReLU(),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, kernel_size=3, bias=False),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, H, W)."""
        change: Tensor = self.body(x)
        return x + change


class ResnetSoftAdaLINBlock(nn.Module):
    """Residual block of the decoder, normalised by Soft-AdaLIN."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pad1 = nn.ReflectionPad2d(1)
        self.conv1 = nn.Conv2d(channels, channels, kernel_size=3, bias=False)
        self.norm1 = SoftAdaLIN(channels)
        self.relu = nn.ReLU()
        self.pad2 = nn.ReflectionPad2d(1)
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=3, bias=False)
        self.norm2 = SoftAdaLIN(channels)

    def forward(self, x: Tensor, content: Tensor, style: Tensor) -> Tensor:
        """``x`` (N, C, H, W) under ``content`` and ``style`` vectors (N, C)."""
        y = self.relu(self.norm1(self.conv1(self.pad1(x)), content, style))
        change: Tensor = self.norm2(self.conv2(self.pad2(y)), content, style)
        return x + change


class ClassActivationMap(nn.Module):
    """The attention branch: two one-output classifiers whose weights re-weigh the feature map.

    The feature map times each classifier's weights is concatenated and mixed back by a 1x1 convolution.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.average = nn.Linear(channels, 1)
        self.maximum = nn.Linear(channels, 1)
        self.mix = nn.Conv2d(2 * channels, channels, kernel_size=1)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, C, H, W) to the attended map (N, C, H, W) and the two logits (N, 2)."""
        logits = torch.cat((self.average(x.mean(dim=(2, 3))), self.maximum(x.amax(dim=(2, 3)))), dim=1)
        weighted = torch.cat(
            (x * self.average.weight[:, :, None, None], x * self.maximum.weight[:, :, None, None]), dim=1
        )
        return self.relu(self.mix(weighted)), logits


class Generator(nn.Module):
    """Translates pictures of one domain into the other.

    Takes any H and W that are multiples of 16, the finest level of the hourglasses, from 32 on; the trunk is at H/4.
    """

    def __init__(self, width: int = WIDTH, blocks: int = BLOCKS) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.ReflectionPad2d(3),
            nn.Conv2d(IMAGE_CHANNELS, width, kernel_size=7, bias=False),
            nn.InstanceNorm2d(width),
            nn.ReLU(),
            HourGlass(width),
            HourGlass(width),
        )
        down: list[nn.Module] = []
        channels = width
        for _ in range(DOWNSAMPLINGS):
            down += [
                nn.ReflectionPad2d(1),
                nn.Conv2d(channels, channels * 2, kernel_size=3, stride=2, bias=False),
                nn.InstanceNorm2d(channels * 2),
                nn.ReLU(),
            ]
            channels *= 2
        self.down = nn.Sequential(*down)
        self.encoder = nn.ModuleList(ResnetBlock(channels) for _ in range(blocks))
        self.cam = ClassActivationMap(channels)
        self.style = nn.Sequential(
            nn.Linear(channels, channels),
            nn.ReLU(),
            nn.Linear(channels, channels),
            nn.ReLU(),
        )
        self.decoder = nn.ModuleList(ResnetSoftAdaLINBlock(channels) for _ in range(blocks))
        up: list[nn.Module] = []
        for _ in range(DOWNSAMPLINGS):
            up += [
                nn.Upsample(scale_factor=2),
                nn.ReflectionPad2d(1),
                nn.Conv2d(channels, channels // 2, kernel_size=3, bias=False),
                LIN(channels // 2),
                nn.ReLU(),
            ]
            channels //= 2
        self.up = nn.Sequential(*up)
        self.head = nn.Sequential(
            HourGlass(width),
            HourGlass(width, last=True),
            nn.ReflectionPad2d(3),
            nn.Conv2d(IMAGE_CHANNELS, IMAGE_CHANNELS, kernel_size=7, bias=False),
            nn.Tanh(),
        )

    def forward(self, image: Tensor) -> GeneratorOutput:
        """Translate ``image``, (N, 3, H, W) in [-1, 1]."""
        x = self.down(self.stem(image))
        contents: list[Tensor] = []
        for block in self.encoder:
            x = block(x)
            contents.append(x.mean(dim=(2, 3)))
        x, cam_logits = self.cam(x)
        attention = x.sum(dim=1, keepdim=True)
        style = self.style(x.mean(dim=(2, 3)))
        for block in self.decoder:
            x = block(x, contents.pop(), style)
        return GeneratorOutput(self.head(self.up(x)), cam_logits, attention)
