"""The trunk of EfficientNet-Lite0 (Tan & Le 2019; ImageNet weights), frozen, batch norms folded into convolutions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.weights import EFFICIENTNET_LITE0, fetch

BATCH_NORM_EPS = 1e-3
STEM_CHANNELS = 32


class _Stage(NamedTuple):
    kernel: int
    stride: int
    expansion: int
    channels: int
    repeats: int


STAGES = (
    _Stage(3, 1, 1, 16, 1),
    _Stage(3, 2, 6, 24, 2),
    _Stage(5, 2, 6, 40, 2),
    _Stage(3, 2, 6, 80, 3),
    _Stage(5, 1, 6, 112, 3),
    _Stage(5, 2, 6, 192, 4),
    _Stage(3, 1, 6, 320, 1),
)


class _SamePadConv(nn.Conv2d):
    """A convolution padded as TensorFlow pads it: what is odd goes to the right and the bottom."""

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        pads: list[int] = []
        for side in (x.shape[3], x.shape[2]):
            total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
            pads += [total // 2, total - total // 2]
        return F.conv2d(F.pad(x, pads), self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


class _InvertedResidual(nn.Module):
    def __init__(self, channels_in: int, stage: _Stage, stride: int) -> None:
        super().__init__()
        inner = channels_in * stage.expansion
        self.expand = nn.Conv2d(channels_in, inner, kernel_size=1) if stage.expansion > 1 else None
        self.depthwise = _SamePadConv(inner, inner, stage.kernel, stride=stride, groups=inner)
        self.project = nn.Conv2d(inner, stage.channels, kernel_size=1)
        self.skip = stride == 1 and channels_in == stage.channels

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x if self.expand is None else F.relu6(self.expand(x))
        y = self.project(F.relu6(self.depthwise(y)))
        return x + y if self.skip else y


class EfficientNetLite0(nn.Module):
    """Gives the activations of the ``wanted`` blocks (0..15) in order; nothing past the last of them exists.

    Frozen, always in evaluation mode. Raises WeightsError when the weights cannot be fetched.
    """

    def __init__(self, wanted: Sequence[int]) -> None:
        super().__init__()
        self.wanted = tuple(wanted)
        self.stem = _SamePadConv(3, STEM_CHANNELS, kernel_size=3, stride=2)
        blocks: list[nn.Module] = []
        channels = STEM_CHANNELS
        for stage in STAGES:
            for repeat in range(stage.repeats):
                blocks.append(_InvertedResidual(channels, stage, stage.stride if repeat == 0 else 1))
                channels = stage.channels
        self.blocks = nn.ModuleList(blocks[: max(self.wanted) + 1])
        self._load(torch.load(fetch(EFFICIENTNET_LITE0), map_location="cpu", weights_only=True))
        self.requires_grad_(False)
        self.eval()

    def forward(self, image: Tensor) -> list[Tensor]:
        """(N, 3, H, W) in [-1, 1], the range that this network was trained on, to the wanted activations."""
        x = F.relu6(self.stem(image))
        found: list[Tensor] = []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in self.wanted:
                found.append(x)
        return found

    def channels(self) -> list[int]:
        """The width of each wanted activation."""
        widths = [stage.channels for stage in STAGES for _ in range(stage.repeats)]
        return [widths[index] for index in self.wanted]

    def _load(self, state: Mapping[str, Tensor]) -> None:
        _fold(self.stem, state, "_conv_stem", "_bn0")
        for index, block in enumerate(self.blocks):
            assert isinstance(block, _InvertedResidual)
            start = f"_blocks.{index}."
            if block.expand is not None:
                _fold(block.expand, state, f"{start}_expand_conv", f"{start}_bn0")
            _fold(block.depthwise, state, f"{start}_depthwise_conv", f"{start}_bn1")
            _fold(block.project, state, f"{start}_project_conv", f"{start}_bn2")


@torch.no_grad()
def _fold(conv: nn.Conv2d, state: Mapping[str, Tensor], weight: str, norm: str) -> None:
    """Give ``conv`` the weights of a convolution and of the batch norm behind it."""
    scale = state[f"{norm}.weight"] * torch.rsqrt(state[f"{norm}.running_var"] + BATCH_NORM_EPS)
    conv.weight.copy_(state[f"{weight}.weight"] * scale[:, None, None, None])
    assert conv.bias is not None
    conv.bias.copy_(state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale)
