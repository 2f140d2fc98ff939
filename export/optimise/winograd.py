"""3x3 convolutions of wide feature maps with a quarter of the multiplications.

Winograd's minimal filtering F(4x4, 3x3) (Lavin & Gray 2016, arXiv 1509.09308, section 4.3): each tile of 4x4 output
pixels takes 36 multiplications a channel pair where the direct form takes 144. No runtime for CPUs does this for
float32 by itself, so it is spelled out here with plain matrix products, which every runtime does well.

Feature maps travel as *rows*, (N, P, C) with one row a pixel: taking the tiles apart is then copying whole rows, and
the order of the rows is free. They stay in *tile order*: first by the position inside the tile (row by row, 16 of
them), then by tile. That is how the last product leaves them, and the next convolution reads them from there.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

TILE = 4
KERNEL = 3
PATCH = TILE + KERNEL - 1

INPUT_TRANSFORM = (
    (4.0, 0.0, -5.0, 0.0, 1.0, 0.0),
    (0.0, -4.0, -4.0, 1.0, 1.0, 0.0),
    (0.0, 4.0, -4.0, -1.0, 1.0, 0.0),
    (0.0, -2.0, -1.0, 2.0, 1.0, 0.0),
    (0.0, 2.0, -1.0, -2.0, 1.0, 0.0),
    (0.0, 4.0, 0.0, -5.0, 0.0, 1.0),
)
KERNEL_TRANSFORM = (
    (1 / 4, 0.0, 0.0),
    (-1 / 6, -1 / 6, -1 / 6),
    (-1 / 6, 1 / 6, -1 / 6),
    (1 / 24, 1 / 12, 1 / 6),
    (1 / 24, -1 / 12, 1 / 6),
    (0.0, 0.0, 1.0),
)
OUTPUT_TRANSFORM = (
    (1.0, 1.0, 1.0, 1.0, 1.0, 0.0),
    (0.0, 1.0, -1.0, 2.0, -2.0, 0.0),
    (0.0, 1.0, 1.0, 4.0, 4.0, 0.0),
    (0.0, 1.0, -1.0, 8.0, -8.0, 1.0),
)


def tile_order(side: int) -> Tensor:
    """Return, for each row in tile order, its pixel in raster order: (side * side,) int64."""
    tiles = side // TILE
    pixels = torch.arange(side * side).reshape(tiles, TILE, tiles, TILE)
    return pixels.permute(1, 3, 0, 2).reshape(-1)


def raster_order(side: int) -> Tensor:
    """Return, for each pixel in raster order, its row in tile order: the inverse of :func:`tile_order`."""
    return torch.argsort(tile_order(side))


def patch_rows(side: int) -> Tensor:
    """Return the rows (in tile order) of all patches: (36 * tiles,) int64, by position in the patch, then by tile.

    The patches overlap by two pixels and reach one pixel over the edge, where they see the map reflected.
    """
    starts = torch.arange(0, side, TILE)
    positions = torch.arange(PATCH)
    lines = starts[None, :] + positions[:, None] - 1
    lines = (side - 1) - ((side - 1) - lines.abs()).abs()
    pixels = lines[:, None, :, None] * side + lines[None, :, None, :]
    return raster_order(side)[pixels.reshape(-1)]


class RowConv(nn.Module):
    """A 3x3 convolution with reflection padding and without bias, on rows in tile order.

    The file keeps the nine values of each kernel; runtimes make the thirty-six of them once, when they fold constants.
    A patch is transformed along both axes in one product, with the Kronecker square of the transform: more arithmetic
    than one axis after the other, and half the walks through memory, which take longer.
    """

    take_in: Tensor
    spread: Tensor
    taps: Tensor
    give_out: Tensor

    def __init__(self, weight: Tensor) -> None:
        """``weight`` (O, C, 3, 3) of the convolution."""
        super().__init__()
        self.channels_out, self.channels_in = weight.shape[:2]
        kernel = torch.tensor(KERNEL_TRANSFORM, dtype=torch.float64)
        into, out = torch.tensor(INPUT_TRANSFORM), torch.tensor(OUTPUT_TRANSFORM)
        self.register_buffer("take_in", torch.kron(into, into))
        self.register_buffer("spread", torch.kron(kernel, kernel).float())
        self.register_buffer("taps", weight.detach().permute(2, 3, 1, 0).reshape(KERNEL * KERNEL, -1).contiguous())
        self.register_buffer("give_out", torch.kron(out, out))

    def forward(self, rows: Tensor, patches: Tensor) -> Tensor:
        """(N, P, C) to (N, P, O), both in tile order; ``patches`` from :func:`patch_rows`."""
        positions, pixels = PATCH * PATCH, rows.shape[1]
        tiles = pixels // (TILE * TILE)
        kernels = torch.matmul(self.spread, self.taps).reshape(positions, self.channels_in, self.channels_out)
        patches_in = rows.index_select(1, patches).reshape(-1, positions, tiles * self.channels_in)
        spectrum = torch.matmul(self.take_in, patches_in).reshape(-1, positions, tiles, self.channels_in)
        products = torch.matmul(spectrum, kernels)
        drawn = torch.matmul(self.give_out, products.reshape(-1, positions, tiles * self.channels_out))
        return drawn.reshape(-1, pixels, self.channels_out)
