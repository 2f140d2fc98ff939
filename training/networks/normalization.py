"""Normalisation layers that mix instance and layer statistics.

All of them follow U-GAT-IT (Kim et al. 2019, arXiv 1907.10830, section 2.1.1) and the soft variant that
the photo2cartoon project put on top of it. Variances are unbiased and ``eps`` is 1e-5, as in the report.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

EPS = 1e-5
RHO_BOUNDS = (0.0, 1.0)
HALF = (torch.float16, torch.bfloat16)


def mixed_norm(x: Tensor, rho: Tensor, eps: float = EPS) -> Tensor:
    """Return ``rho * IN(x) + (1 - rho) * LN(x)`` for ``x`` of shape (N, C, H, W) and ``rho`` (1, C, 1, 1).

    Instance statistics are taken over (H, W), layer statistics over (C, H, W). The layer statistics are
    assembled from the instance ones, which saves a second pass over the feature map. They are never of less than
    32 bits: in 16, sums over a feature map overflow. The result has the precision of ``x``.
    """
    pixels = x.shape[2] * x.shape[3]
    channels = x.shape[1]
    variance, mean = torch.var_mean(_widened(x), dim=(2, 3), keepdim=True, correction=1)
    layer_mean = mean.mean(dim=1, keepdim=True)
    # Sum of squares about the layer mean = within channels + between channels.
    within = variance * (pixels - 1)
    between = (mean - layer_mean).square() * pixels
    layer_variance = (within + between).sum(dim=1, keepdim=True) / (channels * pixels - 1)
    instance_scale = torch.rsqrt(variance + eps)
    layer_scale = torch.rsqrt(layer_variance + eps)
    # One multiply-add over the feature map: scale * x + shift.
    scale = rho * instance_scale + (1 - rho) * layer_scale
    shift = -rho * mean * instance_scale - (1 - rho) * layer_mean * layer_scale
    normalised = x * scale + shift
    return normalised.to(x.dtype) if x.dtype in HALF else normalised


def _widened(x: Tensor) -> Tensor:
    """Give what mixed precision made narrow 32 bits; anything else stays as it is."""
    return x.float() if x.dtype in HALF else x


class AdaLIN(nn.Module):
    """Adaptive layer-instance normalisation with scale and shift from outside.

    ``rho`` is learnt per channel, starts at 0.9 and is clipped to [0, 1] after every generator step.
    """

    def __init__(self, channels: int, eps: float = EPS) -> None:
        super().__init__()
        self.eps = eps
        self.rho = nn.Parameter(torch.full((1, channels, 1, 1), 0.9))

    def forward(self, x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        """Normalise ``x`` (N, C, H, W) and apply ``gamma``, ``beta`` of shape (N, C)."""
        return mixed_norm(x, self.rho, self.eps) * gamma[:, :, None, None] + beta[:, :, None, None]


class LIN(nn.Module):
    """Layer-instance normalisation with a learnt scale and shift; ``rho`` starts at 0 (pure layer norm)."""

    def __init__(self, channels: int, eps: float = EPS) -> None:
        super().__init__()
        self.eps = eps
        self.rho = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.gamma = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.beta = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise ``x`` of shape (N, C, H, W)."""
        return mixed_norm(x, self.rho, self.eps) * self.gamma + self.beta


def _content_head(channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(channels, channels),
        nn.ReLU(inplace=True),
        nn.Linear(channels, channels),
    )


class SoftAdaLIN(nn.Module):
    """AdaLIN whose scale and shift blend a style vector with a content vector of the same picture.

    ``gamma = (1 - w) * gamma_style + w * gamma_content`` (the same for beta); ``w`` is learnt per channel,
    starts at 0 and is clipped to [0, 1].
    """

    def __init__(self, channels: int, eps: float = EPS) -> None:
        super().__init__()
        self.norm = AdaLIN(channels, eps)
        self.w_gamma = nn.Parameter(torch.zeros(1, channels))
        self.w_beta = nn.Parameter(torch.zeros(1, channels))
        self.content_gamma = _content_head(channels)
        self.content_beta = _content_head(channels)
        self.style_gamma = nn.Linear(channels, channels)
        self.style_beta = nn.Linear(channels, channels)

    def forward(self, x: Tensor, content: Tensor, style: Tensor) -> Tensor:
        """Normalise ``x`` (N, C, H, W) under ``content`` and ``style`` vectors of shape (N, C)."""
        gamma = _mixed(self.style_gamma(style), self.content_gamma(content), self.w_gamma)
        beta = _mixed(self.style_beta(style), self.content_beta(content), self.w_beta)
        normalised: Tensor = self.norm(x, gamma, beta)
        return normalised


def _mixed(style: Tensor, content: Tensor, share: Tensor) -> Tensor:
    # lerp takes one type only, and the parameters keep theirs in mixed precision.
    return torch.lerp(_widened(style), _widened(content), share)


@torch.no_grad()
def clip_mixing_parameters(network: nn.Module) -> None:
    """Clip every ``rho``, ``w_gamma`` and ``w_beta`` in ``network`` to [0, 1]; call after each optimizer step."""
    for module in network.modules():
        for name in ("rho", "w_gamma", "w_beta"):
            parameter = getattr(module, name, None)
            if isinstance(parameter, nn.Parameter):
                parameter.clamp_(*RHO_BOUNDS)
