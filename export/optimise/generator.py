"""The whole generator, rewritten."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from export.optimise.hourglass import MergedHourGlass
from export.optimise.rows import instance_norm, mean, mixed_norm, to_map, to_rows
from export.optimise.upsampling import RowUpsampling, upsampled_order
from export.optimise.winograd import RowConv, patch_rows, raster_order, tile_order
from training.networks.generator import (
    DOWNSAMPLINGS,
    ClassActivationMap,
    Generator,
    GeneratorOutput,
    ResnetBlock,
    ResnetSoftAdaLINBlock,
)
from training.networks.hourglass import HourGlass
from training.networks.normalization import LIN, SoftAdaLIN


class EncoderBlock(nn.Module):
    """ResnetBlock on rows."""

    def __init__(self, original: ResnetBlock) -> None:
        super().__init__()
        first, second = (layer for layer in original.body if isinstance(layer, nn.Conv2d))
        self.first, self.second = RowConv(first.weight), RowConv(second.weight)

    def forward(self, rows: Tensor, patches: Tensor) -> Tensor:
        """(N, P, C) to (N, P, C)."""
        y = torch.relu(instance_norm(self.first(rows, patches)))
        return rows + instance_norm(self.second(y, patches))


class SoftNorm(nn.Module):
    """SoftAdaLIN on rows; its eight small products for scale and shift are two."""

    rho: Tensor

    @torch.no_grad()
    def __init__(self, original: SoftAdaLIN) -> None:
        super().__init__()
        self.register_buffer("rho", original.norm.rho.detach().flatten())
        channels = original.style_gamma.in_features
        first, second = nn.Linear(channels, 2 * channels), nn.Linear(3 * channels, 2 * channels)
        second.weight.zero_()
        parts = (
            (original.content_gamma, original.style_gamma, original.w_gamma[0]),
            (original.content_beta, original.style_beta, original.w_beta[0]),
        )
        for index, (content, style, share) in enumerate(parts):
            hidden, out = (layer for layer in content if isinstance(layer, nn.Linear))
            own = slice(index * channels, (index + 1) * channels)
            first.weight[own], first.bias[own] = hidden.weight, hidden.bias
            second.weight[own, :channels] = (1 - share)[:, None] * style.weight
            second.weight[own, (index + 1) * channels : (index + 2) * channels] = share[:, None] * out.weight
            second.bias[own] = torch.lerp(style.bias, out.bias, share)
        self.first, self.second = first, second

    def forward(self, rows: Tensor, content: Tensor, style: Tensor) -> Tensor:
        """Normalise ``rows`` (N, P, C) under two vectors (N, C)."""
        hidden = torch.relu(self.first(content))
        both: Tensor = self.second(torch.cat((style, hidden), dim=1))
        gamma, beta = both[:, None].chunk(2, dim=2)
        return mixed_norm(rows, self.rho, gamma, beta)


class DecoderBlock(nn.Module):
    """ResnetSoftAdaLINBlock on rows."""

    def __init__(self, original: ResnetSoftAdaLINBlock) -> None:
        super().__init__()
        self.conv1, self.conv2 = RowConv(original.conv1.weight), RowConv(original.conv2.weight)
        self.norm1, self.norm2 = SoftNorm(original.norm1), SoftNorm(original.norm2)

    def forward(self, rows: Tensor, patches: Tensor, content: Tensor, style: Tensor) -> Tensor:
        """(N, P, C) to (N, P, C)."""
        y = torch.relu(self.norm1(self.conv1(rows, patches), content, style))
        change: Tensor = self.norm2(self.conv2(y, patches), content, style)
        return rows + change


class Attention(nn.Module):
    """ClassActivationMap on rows, without its logits: the weights of its classifiers go into its convolution."""

    weight: Tensor
    bias: Tensor

    @torch.no_grad()
    def __init__(self, original: ClassActivationMap) -> None:
        super().__init__()
        average, maximum, mix = original.average, original.maximum, original.mix
        of_average, of_maximum = mix.weight.double().flatten(1).chunk(2, dim=1)
        weight = of_average * average.weight.double() + of_maximum * maximum.weight.double()
        assert mix.bias is not None
        self.register_buffer("weight", weight.T.float().contiguous())
        self.register_buffer("bias", mix.bias.clone())

    def forward(self, rows: Tensor) -> Tensor:
        """(N, P, C) to (N, P, C)."""
        return torch.relu(torch.matmul(rows, self.weight) + self.bias)


class Upsampling(nn.Module):
    """Upsample, padding, convolution, LIN and ReLU on rows."""

    rho: Tensor
    gamma: Tensor
    beta: Tensor

    def __init__(self, conv: nn.Conv2d, norm: LIN, order: Tensor, side: int) -> None:
        super().__init__()
        self.conv = RowUpsampling(conv.weight, order, side)
        for name in ("rho", "gamma", "beta"):
            self.register_buffer(name, getattr(norm, name).detach().flatten())

    def forward(self, rows: Tensor) -> Tensor:
        """(N, P, C) to (N, 4 P, O)."""
        return torch.relu(mixed_norm(self.conv(rows), self.rho, self.gamma, self.beta))


class InferenceGenerator(nn.Module):
    """What Generator computes for pictures of one size, in fewer and cheaper steps.

    The ends, with few channels, stay feature maps; the trunk between them travels as rows. The classifier's logits,
    which only training needs, are not computed.
    """

    into_tiles: Tensor
    patches: Tensor
    attention_order: Tensor
    out_of_squares: Tensor

    def __init__(self, original: Generator, size: int) -> None:
        """``size`` of the pictures in pixels, a multiple of 64; raises ValueError for others."""
        super().__init__()
        if size % 64:
            raise ValueError(f"The generator takes pictures whose side is a multiple of 64, not {size}.")
        original = copy.deepcopy(original).eval()
        side = size // 2**DOWNSAMPLINGS
        self.size, self.side = size, side
        self.stem = _with_merged_hourglasses(original.stem)
        self.down = original.down
        self.encoder = nn.ModuleList(
            EncoderBlock(block) for block in original.encoder if isinstance(block, ResnetBlock)
        )
        self.attend = Attention(original.cam)
        self.style = original.style
        self.decoder = nn.ModuleList(
            DecoderBlock(block) for block in original.decoder if isinstance(block, ResnetSoftAdaLINBlock)
        )
        order = tile_order(side)
        self.register_buffer("into_tiles", order)
        self.register_buffer("patches", patch_rows(side))
        self.register_buffer("attention_order", raster_order(side))
        convs = [layer for layer in original.up if isinstance(layer, nn.Conv2d)]
        norms = [layer for layer in original.up if isinstance(layer, LIN)]
        self.up = nn.Sequential()
        for conv, norm in zip(convs, norms, strict=True):
            self.up.append(Upsampling(conv, norm, order, side))
            order, side = upsampled_order(order, side), 2 * side
        self.register_buffer("out_of_squares", torch.argsort(order))
        self.head = _with_merged_hourglasses(original.head)

    def forward(self, image: Tensor) -> GeneratorOutput:
        """Translate ``image``, (N, 3, size, size) in [-1, 1]; the logits are empty."""
        rows = to_rows(self.down(self.stem(image))).index_select(1, self.into_tiles)
        contents: list[Tensor] = []
        for block in self.encoder:
            rows = block(rows, self.patches)
            contents.append(mean(rows).squeeze(1))
        rows = self.attend(rows)
        attention = to_map(rows.sum(dim=2, keepdim=True).index_select(1, self.attention_order), self.side)
        style = self.style(mean(rows).squeeze(1))
        for block in self.decoder:
            rows = block(rows, self.patches, contents.pop(), style)
        upsampled = self.up(rows).index_select(1, self.out_of_squares)
        return GeneratorOutput(self.head(to_map(upsampled, self.size)), image.new_empty(0), attention)


def _with_merged_hourglasses(layers: nn.Sequential) -> nn.Sequential:
    return nn.Sequential(*(MergedHourGlass(layer) if isinstance(layer, HourGlass) else layer for layer in layers))


def for_inference(generator: nn.Module, size: int) -> nn.Module:
    """Return a module that gives what ``generator`` gives for pictures of ``size``, made to be exported.

    Networks of another kind come back as they are.
    """
    return InferenceGenerator(generator, size) if isinstance(generator, Generator) else generator
