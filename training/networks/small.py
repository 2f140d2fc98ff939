"""A generator small enough to draw live: 1.1 million parameters that work at a quarter of the picture's size."""

from __future__ import annotations

from torch import Tensor, nn

from training.networks.generator import ClassActivationMap, GeneratorOutput
from training.networks.hourglass import IMAGE_CHANNELS

WIDTH = 48
BLOCKS = 6
FOLD = 2


class _ResidualBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_conv_norm(channels, channels),
            nn.ReLU(),
            *_conv_norm(channels, channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        change: Tensor = self.body(x)
        return x + change


class SmallGenerator(nn.Module):
    """Pixel-unshuffle by 2, one halving, six residual blocks, two nearest x2 upsamplings.

    It answers like the report's generator, attention branch included. H and W are multiples of 4.
    """

    def __init__(self, width: int = WIDTH, blocks: int = BLOCKS) -> None:
        super().__init__()
        inner = 2 * width
        self.down = nn.Sequential(
            nn.PixelUnshuffle(FOLD),
            *_conv_norm(IMAGE_CHANNELS * FOLD**2, width),
            nn.ReLU(),
            *_conv_norm(width, inner, stride=2),
            nn.ReLU(),
        )
        self.body = nn.Sequential(*(_ResidualBlock(inner) for _ in range(blocks)))
        self.cam = ClassActivationMap(inner)
        self.up = nn.Sequential(
            nn.Upsample(scale_factor=2),
            *_conv_norm(inner, width),
            nn.ReLU(),
            nn.Upsample(scale_factor=2),
            *_conv_norm(width, width // 2),
            nn.ReLU(),
            nn.ReflectionPad2d(1),
            nn.Conv2d(width // 2, IMAGE_CHANNELS, kernel_size=3),
            nn.Tanh(),
        )

    def forward(self, image: Tensor) -> GeneratorOutput:
        """Translate ``image``, (N, 3, H, W) in [-1, 1]."""
        x, cam_logits = self.cam(self.body(self.down(image)))
        return GeneratorOutput(self.up(x), cam_logits, x.sum(dim=1, keepdim=True))


def _conv_norm(channels_in: int, channels_out: int, stride: int = 1) -> tuple[nn.Module, ...]:
    return (
        nn.ReflectionPad2d(1),
        nn.Conv2d(channels_in, channels_out, kernel_size=3, stride=stride, bias=False),
        nn.InstanceNorm2d(channels_out, affine=True),
    )
