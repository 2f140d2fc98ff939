"""Distances between pictures in the feature space of VGG16: a training loss and LPIPS.

Pictures are (N, 3, H, W), RGB in [-1, 1], H and W at least 16.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.weights import LPIPS_VGG_HEADS, VGG16, fetch

# ImageNet statistics moved from [0, 1] to [-1, 1].
MEAN = (2 * 0.485 - 1, 2 * 0.456 - 1, 2 * 0.406 - 1)
STD = (2 * 0.229, 2 * 0.224, 2 * 0.225)
PLAN: tuple[tuple[int, ...], ...] = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
LPIPS_LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")


class _ArraysOnly(pickle.Unpickler):
    """The file is a pickle of numpy arrays; refuse to build anything else from it."""

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] == "numpy" and name in {"_reconstruct", "ndarray", "dtype", "scalar"}:
            return super().find_class(module.replace("numpy.core", "numpy._core"), name)
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a weights file")


class VGG16Features(nn.Module):
    """The convolutions of VGG16 (Simonyan & Zisserman 2014), frozen, giving the named activations."""

    mean: Tensor
    std: Tensor

    def __init__(self, layers: Sequence[str]) -> None:
        super().__init__()
        self.wanted = tuple(layers)
        self.convs = nn.ModuleDict()
        channels = 3
        for block, widths in enumerate(PLAN, start=1):
            for index, width in enumerate(widths, start=1):
                self.convs[f"relu{block}_{index}"] = nn.Conv2d(channels, width, kernel_size=3, padding=1)
                channels = width
        unknown = set(self.wanted) - set(self.convs)
        if unknown:
            raise ValueError(f"VGG16 has no layer {sorted(unknown)}; it has {list(self.convs)}")
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1))
        self._load()
        self.requires_grad_(False)
        self.eval()

    def _load(self) -> None:
        arrays = _ArraysOnly(io.BytesIO(fetch(VGG16).read_bytes())).load()["VGG16_0"]
        for index, conv in enumerate(self.convs.values()):
            assert isinstance(conv, nn.Conv2d)
            layer = arrays[f"Conv_{index}"]
            conv.weight.data.copy_(torch.from_numpy(layer["kernel"].copy()).permute(3, 2, 0, 1))
            if conv.bias is not None:
                conv.bias.data.copy_(torch.from_numpy(layer["bias"].copy()))

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Return the wanted activations by name; nothing is computed past the last of them."""
        x = (x - self.mean) / self.std
        found: dict[str, Tensor] = {}
        for name, conv in self.convs.items():
            if name.endswith("_1") and name != "relu1_1":
                x = F.max_pool2d(x, 2)
            x = F.relu(conv(x))
            if name in self.wanted:
                found[name] = x
                if len(found) == len(self.wanted):
                    break
        return found


class PerceptualLoss(nn.Module):
    """Mean absolute difference of VGG16 activations (Johnson et al. 2016), each layer scaled by its own size.

    It may be ``rough`` as :class:`LPIPS` may.
    """

    def __init__(self, layers: Sequence[str] = ("relu1_2", "relu2_2", "relu3_2"), *, rough: bool = False) -> None:
        super().__init__()
        self.rough = rough
        self.features = VGG16Features(layers)

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return a scalar; the target carries no gradient."""
        with torch.autocast(target.device.type, torch.bfloat16, enabled=self.rough and has_bfloat16(target.device)):
            with torch.no_grad():
                wanted = self.features(target)
            found = self.features(prediction)
        distances = [
            F.l1_loss(found[name].float(), wanted[name].float()) / wanted[name].float().abs().mean().clamp_min(1e-6)
            for name in wanted
        ]
        return torch.stack(distances).mean()


class LPIPS(nn.Module):
    """LPIPS v0.1 with VGG16 (Zhang et al. 2018, arXiv 1801.03924); smaller is more alike.

    As a loss it may be ``rough``: VGG16 then runs in bfloat16 on devices that have it, in two thirds of the time.
    Figures are measured without.
    """

    def __init__(self, rough: bool = False) -> None:
        super().__init__()
        self.rough = rough
        self.features = VGG16Features(LPIPS_LAYERS)
        state = torch.load(fetch(LPIPS_VGG_HEADS), map_location="cpu", weights_only=True)
        self.heads = nn.ParameterList(
            nn.Parameter(state[f"lin{index}.model.1.weight"], requires_grad=False) for index in range(len(LPIPS_LAYERS))
        )

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """Return one distance a picture, shape (N,)."""
        with torch.autocast(a.device.type, torch.bfloat16, enabled=self.rough and has_bfloat16(a.device)):
            of_a, of_b = self.features(a), self.features(b)
        total = torch.zeros(a.shape[0], device=a.device)
        for name, head in zip(LPIPS_LAYERS, self.heads, strict=True):
            difference = (_unit(of_a[name].float()) - _unit(of_b[name].float())).square()
            total = total + F.conv2d(difference, head).mean(dim=(1, 2, 3))
        return total


@cache
def has_bfloat16(device: torch.device) -> bool:
    """Return whether ``device`` multiplies bfloat16 numbers itself; elsewhere they are slower than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu":
        return False
    able = torch.cpu.get_capabilities()
    return any(able.get(name) for name in ("avx512_bf16", "amx_bf16"))


def _unit(x: Tensor) -> Tensor:
    return x / (x.square().sum(dim=1, keepdim=True).sqrt() + 1e-10)
