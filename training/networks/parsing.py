"""Which part of a face a pixel belongs to: BiSeNet (Yu et al. 2018, arXiv 1808.00897), 19 classes of CelebAMask-HQ.

Frozen; only what runs for the finest answer exists. Its two coarser answers served its own training alone.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from training.weights import FACE_PARSING, fetch

CLASSES = 19
#: It was trained at 512; at this side it tells the same parts, nearly twice as fast.
SIDE = 384
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Part(IntEnum):
    """The parts that are asked for here, by their places among the 19."""

    BACKDROP = 0
    SKIN = 1
    LEFT_BROW = 2
    RIGHT_BROW = 3
    LEFT_EYE = 4
    RIGHT_EYE = 5
    GLASSES = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    NOSE = 10
    MOUTH = 11
    UPPER_LIP = 12
    LOWER_LIP = 13
    NECK = 14
    CLOTHES = 16
    HAIR = 17
    HAT = 18


#: What has the complexion's colour.
SKIN = (Part.SKIN, Part.NOSE, Part.LEFT_EAR, Part.RIGHT_EAR, Part.NECK)
#: What lies in it.
FEATURES = (
    Part.LEFT_BROW, Part.RIGHT_BROW, Part.LEFT_EYE, Part.RIGHT_EYE, Part.MOUTH, Part.UPPER_LIP, Part.LOWER_LIP,
)  # fmt: skip


class _Block(nn.Sequential):
    """Convolution, batch norm, ReLU."""

    def __init__(self, channels_in: int, channels: int, kernel: int) -> None:
        super().__init__()
        self.add_module("conv", nn.Conv2d(channels_in, channels, kernel, padding=kernel // 2, bias=False))
        self.add_module("bn", nn.BatchNorm2d(channels))
        self.add_module("relu", nn.ReLU(inplace=True))


class _Residual(nn.Module):
    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = (
            nn.Sequential(nn.Conv2d(channels_in, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))
            if stride > 1
            else nn.Identity()
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.downsample(x))


class _ResNet18(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        widths = (64, 64, 128, 256, 512)
        for level in range(1, 5):
            first = _Residual(widths[level - 1], widths[level], 1 if level == 1 else 2)
            self.add_module(f"layer{level}", nn.Sequential(first, _Residual(widths[level], widths[level], 1)))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features at an eighth, a sixteenth and a thirty-second of the side."""
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, padding=1)
        eighth = self.get_submodule("layer2")(self.get_submodule("layer1")(x))
        sixteenth = self.get_submodule("layer3")(eighth)
        return eighth, sixteenth, self.get_submodule("layer4")(sixteenth)


class _Attention(nn.Module):
    """Weighs each channel by what the whole picture says of it."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        self.conv = _Block(channels_in, channels, 3)
        self.conv_atten = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn_atten = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        return x * torch.sigmoid(self.bn_atten(self.conv_atten(x.mean((2, 3), keepdim=True))))


class _Context(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.resnet = _ResNet18()
        self.arm16 = _Attention(256, 128)
        self.arm32 = _Attention(512, 128)
        self.conv_head32 = _Block(128, 128, 3)
        self.conv_head16 = _Block(128, 128, 3)
        self.conv_avg = _Block(512, 128, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        eighth, sixteenth, thirtysecond = self.resnet(x)
        context = self.arm32(thirtysecond) + self.conv_avg(thirtysecond.mean((2, 3), keepdim=True))
        context = self.conv_head32(F.interpolate(context, sixteenth.shape[2:]))
        context = self.arm16(sixteenth) + context
        return eighth, self.conv_head16(F.interpolate(context, eighth.shape[2:]))


class _Fusion(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convblk = _Block(256, 256, 1)
        self.conv1 = nn.Conv2d(256, 64, 1, bias=False)
        self.conv2 = nn.Conv2d(64, 256, 1, bias=False)

    def forward(self, detail: Tensor, context: Tensor) -> Tensor:
        x: Tensor = self.convblk(torch.cat((detail, context), dim=1))
        return x + x * torch.sigmoid(self.conv2(F.relu(self.conv1(x.mean((2, 3), keepdim=True)))))


class _Answer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = _Block(256, 256, 3)
        self.conv_out = nn.Conv2d(256, CLASSES, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.conv_out(self.conv(x))
        return answer


class FaceParser(nn.Module):
    """Frozen, always in evaluation mode. Raises WeightsError when the weights cannot be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.cp = _Context()
        self.ffm = _Fusion()
        self.conv_out = _Answer()
        kept = torch.load(fetch(FACE_PARSING), map_location="cpu", weights_only=True)
        self.load_state_dict({name: t for name, t in kept.items() if not name.startswith(("conv_out16", "conv_out32"))})
        self.requires_grad_(False)
        self.train(False)
        self._last: tuple[NDArray[np.uint8], NDArray[np.float32]] | None = None

    def train(self, mode: bool = True) -> FaceParser:
        """Stay in evaluation mode: the batch norms' statistics are the trained ones."""
        return super().train(False)

    def parts(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(H, W, 3) uint8 RGB to (H, W, 19); asked again for the very same array, it does not compute again."""
        if self._last is None or self._last[0] is not photo:
            levels = torch.from_numpy(photo / np.float32(127.5) - 1).permute(2, 0, 1)[None]
            self._last = photo, self(levels)[0].permute(1, 2, 0).numpy()
        return self._last[1]

    @torch.no_grad()
    def forward(self, photos: Tensor) -> Tensor:
        """(N, 3, H, W) photos in [-1, 1] to the chance of each of the 19 parts at each pixel, (N, 19, H, W)."""
        height, width = photos.shape[2:]
        x = F.interpolate(photos, (SIDE, SIDE), mode="bicubic", antialias=True) / 2 + 0.5
        mean, deviation = (x.new_tensor(levels).view(1, 3, 1, 1) for levels in (_MEAN, _DEVIATION))
        logits = self.conv_out(self.ffm(*self.cp((x - mean) / deviation)))
        chances = F.interpolate(logits, (SIDE, SIDE), mode="bilinear", align_corners=True).softmax(dim=1)
        return F.interpolate(chances, (height, width), mode="bilinear")
