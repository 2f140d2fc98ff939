"""Nearest upsampling by two and a 3x3 convolution as one step at the lower resolution.

Along one axis, two neighbouring results y0 and y1 see only three source pixels a, b, c (b stands twice in the upsampled
line): ``y0 = w0 a + (w1 + w2) b`` and ``y1 = (w0 + w1) b + w2 c``. With the products of ``w0``, ``w2`` and their sum
``s = w0 + w1 + w2`` these are ``y0 = s b + w0 (a - b)`` and ``y1 = s b + w2 (c - b)``: three products for both, so nine
for a square of four results, where the direct form takes thirty-six.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class RowUpsampling(nn.Module):
    """Upsample (nearest, x2), reflection padding of one, convolution 3x3 without bias; on rows.

    The result's rows are four blocks, one for each position in the 2x2 square, each in the order of the source.
    """

    above: Tensor
    below: Tensor
    left: Tensor
    right: Tensor

    def __init__(self, weight: Tensor, order: Tensor, side: int) -> None:
        """``weight`` (O, C, 3, 3); ``order`` (P,): the raster pixel of each source row; ``side`` of the source map."""
        super().__init__()
        taps = weight.detach().double()
        lines = torch.stack((taps[:, :, 0], taps.sum(dim=2), taps[:, :, 2]))
        kernels = torch.stack((lines[..., 0], lines.sum(dim=-1), lines[..., 2]), dim=1)
        # (3 by line, 3 by column, O, C) to nine matrices (C, O)
        self.kernels = nn.ParameterList(
            nn.Parameter(kernels[line, column].T.float().contiguous(), requires_grad=False)
            for line in range(3)
            for column in range(3)
        )
        self.register_buffer("above", _shifted(order, side, -1, 0))
        self.register_buffer("below", _shifted(order, side, 1, 0))
        self.register_buffer("left", _shifted(order, side, 0, -1))
        self.register_buffer("right", _shifted(order, side, 0, 1))

    def forward(self, rows: Tensor) -> Tensor:
        """(N, P, C) to (N, 4 P, O)."""
        products = [torch.matmul(rows, kernel) for kernel in self.kernels]
        upper, middle, lower = products[:3], products[3:6], products[6:]
        tops = [m + (u.index_select(1, self.above) - u) for u, m in zip(upper, middle, strict=True)]
        bottoms = [m + (b.index_select(1, self.below) - b) for b, m in zip(lower, middle, strict=True)]
        squares = []
        for before, between, after in (tops, bottoms):
            squares.append(between + (before.index_select(1, self.left) - before))
            squares.append(between + (after.index_select(1, self.right) - after))
        return torch.cat(squares, dim=1)


def upsampled_order(order: Tensor, side: int) -> Tensor:
    """Return the raster pixel of each row that :class:`RowUpsampling` gives, in the map of twice the side."""
    y, x = order // side, order % side
    return torch.cat([(2 * y + down) * (2 * side) + 2 * x + across for down in (0, 1) for across in (0, 1)])


def _shifted(order: Tensor, side: int, down: int, across: int) -> Tensor:
    """Return for each row the row of its neighbour; the edge is its own neighbour, as reflection makes it here."""
    y = (order // side + down).clamp(0, side - 1)
    x = (order % side + across).clamp(0, side - 1)
    return torch.argsort(order)[y * side + x]
