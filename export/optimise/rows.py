"""Layers on feature maps that travel as rows, (N, P, C) with one row a pixel, in whatever order."""

from __future__ import annotations

import torch
from torch import Tensor

from training.networks.normalization import EPS


def to_rows(x: Tensor) -> Tensor:
    """(N, C, H, W) to rows in raster order."""
    return x.flatten(2).transpose(1, 2)


def to_map(rows: Tensor, side: int) -> Tensor:
    """Rows in raster order to (N, C, side, side)."""
    return rows.transpose(1, 2).reshape(-1, rows.shape[2], side, side)


def mean(rows: Tensor) -> Tensor:
    """Return the mean over the pixels, (N, 1, C).

    As a matrix product: ONNX Runtime's ReduceMean over the middle axis takes seven times as long.
    """
    pixels = rows.shape[1]
    return torch.matmul(rows.new_full((1, pixels), 1 / pixels), rows)


def centred(rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the rows less their mean, that mean and their (biased) variance, both (N, 1, C)."""
    middle = mean(rows)
    difference = rows - middle
    return difference, middle, mean(difference * difference)


def instance_norm(rows: Tensor) -> Tensor:
    """InstanceNorm2d without parameters."""
    difference, _, variance = centred(rows)
    return difference * torch.rsqrt(variance + EPS)


def mixed_norm(rows: Tensor, rho: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    """AdaLIN and LIN (training.networks.normalization), as one scale and one shift on the centred rows.

    ``rho`` (C,); ``gamma`` and ``beta`` broadcast to (N, 1, C).
    """
    pixels, channels = rows.shape[1:]
    difference, middle, variance = centred(rows)
    offset = middle - middle.mean(dim=2, keepdim=True)
    # Sum of squares about the layer's mean = within the channels + between them.
    squares = (variance + offset * offset).sum(dim=2, keepdim=True) * pixels
    instance_scale = torch.rsqrt(variance * (pixels / (pixels - 1)) + EPS)
    layer_scale = torch.rsqrt(squares / (channels * pixels - 1) + EPS)
    scale = gamma * (rho * instance_scale + (1 - rho) * layer_scale)
    shift = gamma * ((1 - rho) * layer_scale * offset) + beta
    return difference * scale + shift
