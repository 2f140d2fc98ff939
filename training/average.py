"""An average of a network's weights over the last steps: it draws more calmly than the network of any one step."""

from __future__ import annotations

import copy

import torch
from torch import nn


class Average:
    """An exponential moving average of ``network``'s parameters; with ``decay`` 0 it always equals them."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).requires_grad_(False).eval()
        self.decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Take in ``network`` as it is after ``step`` (0 is the first)."""
        # A short memory at first, so that the average is not held back by the random start.
        decay = min(self.decay, (1 + step) / (10 + step))
        averaged: list[torch.Tensor] = list(self.network.parameters())
        current: list[torch.Tensor] = list(network.parameters())
        if decay:
            torch._foreach_lerp_(averaged, current, 1 - decay)
        else:
            torch._foreach_copy_(averaged, current)
