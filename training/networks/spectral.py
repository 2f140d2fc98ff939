"""Spectral normalisation (Miyato et al. 2018, arXiv 1802.05957) that divides a layer's answer, not its weight.

A convolution is linear in its weight, so ``conv(x, W / sigma) = conv(x, W) / sigma``. The report's discriminators have
113 million weights and look at two pictures a step: dividing the answers spares every pass over the weights that
dividing those takes, on the way there and in the gradient, and nothing else changes.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EPS = 1e-12
#: Rounds of the power iteration that a new layer starts with, as torch's own.
FIRST_ROUNDS = 15


class SpectralConv2d(nn.Conv2d):
    """A convolution whose weight, seen as a matrix (out, in * height * width), has a largest singular value of 1.

    Every forward pass in training does one round of the power iteration; in evaluation the vectors stay as they are.
    """

    u: Tensor
    v: Tensor

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        bias: bool = True,
    ) -> None:
        super().__init__(channels_in, channels_out, kernel_size, stride=stride, padding=padding, bias=bias)
        matrix = self.weight.detach().flatten(1)
        self.register_buffer("u", F.normalize(torch.randn(matrix.shape[0]), dim=0, eps=EPS))
        self.register_buffer("v", F.normalize(torch.randn(matrix.shape[1]), dim=0, eps=EPS))
        for _ in range(FIRST_ROUNDS):
            self.v = F.normalize(matrix.t() @ self.u, dim=0, eps=EPS)
            self.u = F.normalize(matrix @ self.v, dim=0, eps=EPS)

    def norm(self) -> Tensor:
        """The weight's largest singular value, a scalar that lets gradients through; computed in the weight's type."""
        matrix = self.weight.flatten(1)
        with torch.autocast(matrix.device.type, enabled=False):
            if self.training:
                self.v.copy_(F.normalize(matrix.detach().t() @ self.u, dim=0, eps=EPS))
            # One product gives both the next u and the value. It keeps copies, since the next pass moves the vectors.
            stretched = matrix @ self.v.clone()
            if self.training:
                self.u.copy_(F.normalize(stretched.detach(), dim=0, eps=EPS))
            return self.u.clone() @ stretched

    def forward(self, x: Tensor) -> Tensor:
        """(N, in, H, W) to (N, out, h, w)."""
        answer = F.conv2d(x, self.weight, None, self.stride, self.padding) / self.norm()
        return answer if self.bias is None else answer + self.bias[:, None, None]
