"""A generator small enough to draw every frame of a camera: about 1.5 GFLOP at 256x256, without norms.

Two strided convolutions bring the picture to a quarter of its size, most of the work is done at an eighth, and a thin
skip at half size keeps lines crisp. There are no norms, so that what is trained is what runs, and no reflection
padding; all widths are multiples of 8. Both spare ONNX Runtime from leaving its blocked layout.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.networks.generator import GeneratorOutput
from training.networks.hourglass import IMAGE_CHANNELS

#: Channels at half, a quarter and an eighth of the picture's size.
WIDTHS = (16, 32, 64)
#: Residual blocks at a quarter (on the way down and, again, on the way up) and at an eighth.
BLOCKS = (1, 6)
#: How strongly a residual branch speaks at first; without norms, a deep network would otherwise start too loud.
FIRST_GAIN = 0.1


class LiveGenerator(nn.Module):
    """Answers like the report's generator; its attention is a map in [0, 1] that it learnt from a teacher.

    H and W are multiples of 8. There is no attention classifier, so its logits are empty: (N, 0).
    """

    def __init__(self, widths: tuple[int, int, int] = WIDTHS, blocks: tuple[int, int] = BLOCKS) -> None:
        super().__init__()
        half, quarter, eighth = widths
        outer, inner = blocks
        self.stem = _conv(IMAGE_CHANNELS, half, kernel=5, stride=2)
        self.enter = _conv(half, quarter, stride=2)
        self.down = nn.Sequential(*(_ResidualBlock(quarter) for _ in range(outer)))
        self.fold = _conv(quarter, eighth, stride=2)
        self.body = nn.Sequential(*(_ResidualBlock(eighth) for _ in range(inner)))
        self.context = nn.Linear(eighth, eighth)
        self.unfold = nn.Conv2d(eighth, 4 * quarter, kernel_size=1)
        self.up = nn.Sequential(*(_ResidualBlock(quarter) for _ in range(outer)))
        self.attend = nn.Conv2d(quarter, 1, kernel_size=1)
        self.widen = nn.Conv2d(quarter, 4 * half, kernel_size=1)
        self.refine = _conv(half, half)
        self.paint = nn.Conv2d(half, 4 * IMAGE_CHANNELS, kernel_size=3, padding=1)
        self._start()

    def forward(self, image: Tensor) -> GeneratorOutput:
        """Translate ``image``, (N, 3, H, W) in [-1, 1]."""
        fine = F.relu(self.stem(image))
        coarse = self.down(F.relu(self.enter(fine)))
        x = F.relu(self.fold(coarse))
        x = self.body(x + self.context(x.mean(dim=(2, 3)))[:, :, None, None])
        x = self.up(F.relu(coarse + F.pixel_shuffle(self.unfold(x), 2)))
        attention = torch.sigmoid(self.attend(x))
        x = F.relu(fine + F.pixel_shuffle(self.widen(x), 2))
        painted = F.pixel_shuffle(self.paint(F.relu(self.refine(x))), 2)
        return GeneratorOutput(torch.tanh(painted), image.new_zeros(image.shape[0], 0), attention)

    def _start(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                assert module.bias is not None
                nn.init.zeros_(module.bias)
        for module in self.modules():
            if isinstance(module, _ResidualBlock):
                module.second.weight.data.mul_(FIRST_GAIN)
        for last in (self.paint, self.attend, self.context):
            last.weight.data.mul_(FIRST_GAIN)
        nn.init.zeros_(self.context.bias)


class _ResidualBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _conv(channels, channels)
        self.second = _conv(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        change: Tensor = self.second(F.relu(self.first(x)))
        return x + change


def _conv(channels_in: int, channels_out: int, kernel: int = 3, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(channels_in, channels_out, kernel_size=kernel, stride=stride, padding=kernel // 2)
