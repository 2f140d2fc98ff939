"""Projected discriminators (Sauer et al. 2021, arXiv 2111.01007): small heads that judge a frozen network's features.

The features are mixed by fixed random projections, so that the heads cannot lean on a few of their channels.
"""

from __future__ import annotations

from torch import Tensor, nn

from training.networks.discriminator import SLOPE, Verdict
from training.networks.efficientnet import EfficientNetLite0
from training.networks.spectral import SpectralConv2d

#: At 128x128 these blocks give 64x64, 32x32, 16x16 and 8x8.
BLOCKS = (0, 2, 4, 10)
#: Every head halves its scale down to the coarsest one's size.
HALVINGS = (3, 2, 1, 0)


class _Head(nn.Sequential):
    def __init__(self, width: int, halvings: int) -> None:
        layers: list[nn.Module] = []
        for _ in range(halvings):
            layers += [
                SpectralConv2d(width, width, kernel_size=4, stride=2, padding=1),
                nn.LeakyReLU(SLOPE),
            ]
        layers += [
            SpectralConv2d(width, width, kernel_size=3, padding=1),
            nn.LeakyReLU(SLOPE),
            SpectralConv2d(width, 1, kernel_size=3, padding=1),
        ]
        super().__init__(*layers)


class ProjectedDiscriminators(nn.Module):
    """The discriminators of one domain, a head a scale; their losses are averaged.

    ``trunk`` gives the features of ``BLOCKS``; several domains may share it. The random mixers are fixed, and part of
    a checkpoint; the trunk is not.
    """

    def __init__(self, trunk: EfficientNetLite0, width: int) -> None:
        super().__init__()
        self.trunk = trunk
        self.mixers = nn.ModuleList(
            nn.Conv2d(channels, width, kernel_size=1, bias=False) for channels in trunk.channels()
        )
        for mixer in self.mixers:
            assert isinstance(mixer, nn.Conv2d)
            nn.init.kaiming_normal_(mixer.weight, nonlinearity="linear")
        self.mixers.requires_grad_(False)
        self.heads = nn.ModuleList(_Head(width, halvings) for halvings in HALVINGS)

    def forward(self, image: Tensor) -> Verdict:
        """Judge pictures (N, 3, H, W) in [-1, 1]; H and W are multiples of 16."""
        logits = tuple(
            head(mixer(x)) for head, mixer, x in zip(self.heads, self.mixers, self.trunk(image), strict=True)
        )
        return Verdict(logits, (), 1 / len(logits))
