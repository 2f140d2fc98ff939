"""The report's discriminators: one global and one local for each domain, each with its own CAM branch.

From U-GAT-IT (Kim et al. 2019, arXiv 1907.10830, section 2.1.2), with one correction: the attention map is weighted
by the *spectrally normalised* weights of the classifiers, the ones that give the logits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm

from training.networks.hourglass import IMAGE_CHANNELS
from training.networks.spectral import SpectralConv2d

SLOPE = 0.2
GLOBAL_LAYERS = 7
LOCAL_LAYERS = 5


class Verdict(NamedTuple):
    """What the discriminators of one domain say of N pictures.

    logits: one tensor (N, 1, h, w) each discriminator or scale, larger is more real.
    cam_logits: one tensor (N, 2) each discriminator with an attention branch.
    share: what each of them counts in a loss: 1 where losses are added, 1 / number where they are averaged.
    """

    logits: tuple[Tensor, ...]
    cam_logits: tuple[Tensor, ...]
    share: float


class PatchDiscriminator(nn.Module):
    """``layers`` convolutions 4x4: the last two keep the size, the others halve it.

    The sides of a picture have to be at least ``least_side(layers)`` pixels.
    """

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        features: list[nn.Module] = []
        channels_in, channels = IMAGE_CHANNELS, width
        for index in range(layers - 1):
            stride = 2 if index < layers - 2 else 1
            features += [
                nn.ReflectionPad2d(1),
                SpectralConv2d(channels_in, channels, kernel_size=4, stride=stride),
                nn.LeakyReLU(SLOPE),
            ]
            channels_in, channels = channels, 2 * channels
        self.features = nn.Sequential(*features)
        self.average = spectral_norm(nn.Linear(channels_in, 1, bias=False))
        self.maximum = spectral_norm(nn.Linear(channels_in, 1, bias=False))
        self.mix = nn.Sequential(nn.Conv2d(2 * channels_in, channels_in, kernel_size=1), nn.LeakyReLU(SLOPE))
        self.judge = nn.Sequential(
            nn.ReflectionPad2d(1),
            SpectralConv2d(channels_in, 1, kernel_size=4, bias=False),
        )

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, H, W) in [-1, 1] to logits (N, 1, h, w) and CAM logits (N, 2)."""
        # One normalisation serves logits and map, and keeps the power iteration at one round a forward pass.
        with parametrize.cached():
            x = self.features(image)
            cam_logits = torch.cat((self.average(x.mean(dim=(2, 3))), self.maximum(x.amax(dim=(2, 3)))), dim=1)
            average, maximum = _weight(self.average), _weight(self.maximum)
            weighted = torch.cat((x * average[:, :, None, None], x * maximum[:, :, None, None]), dim=1)
            return self.judge(self.mix(weighted)), cam_logits


def _weight(classifier: nn.Module) -> Tensor:
    """The weights that the classifier really uses, (1, C): with its spectral norm, not the raw parameter."""
    assert isinstance(classifier.weight, Tensor)
    return classifier.weight


class ReportDiscriminators(nn.Module):
    """The global and the local discriminator of one domain; their losses are added."""

    def __init__(self, width: int = 64, layers: Sequence[int] = (GLOBAL_LAYERS, LOCAL_LAYERS)) -> None:
        super().__init__()
        self.parts = nn.ModuleList(PatchDiscriminator(width, count) for count in layers)

    def forward(self, image: Tensor) -> Verdict:
        """Judge pictures (N, 3, H, W) in [-1, 1]."""
        logits, cam_logits = zip(*(part(image) for part in self.parts), strict=True)
        return Verdict(tuple(logits), tuple(cam_logits), 1.0)


def least_side(layers: int) -> int:
    """The smallest picture side that a discriminator of so many layers can judge."""
    # After the halvings, one unpadded step costs a pixel and the last reflection needs two.
    return int(3 * 2 ** (layers - 2))
