"""Picture grids: what the generators make of the same held-out pictures as training goes on."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.saving import save_picture
from training.networks.generator import GeneratorOutput
from training.unpaired import to_pixels

#: How strongly the heatmap covers the picture below it.
HEAT = 0.5


@torch.no_grad()
def draw_grid(forth: nn.Module, back: nn.Module, pictures: Tensor, path: Path) -> None:
    """Write a grid, a column a picture: input, attention on the input, translation, and the way back.

    ``pictures`` are (N, 3, H, W) in [-1, 1], on the networks' device.
    """
    columns = [_column(forth, back, picture[None]) for picture in pictures]
    path.parent.mkdir(parents=True, exist_ok=True)
    save_picture(path, np.concatenate(columns, axis=1), quality=92)


def heat_on(picture: NDArray[np.uint8], attention: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Lay an attention map (h, w), of any range, over a picture (H, W, 3); blue is least, red is most.

    A flat map, which an untrained network may give, is blue throughout.
    """
    span = float(attention.max() - attention.min())
    level = (attention - attention.min()) / span if span > 0 else np.zeros_like(attention)
    large = cv2.resize(level, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_CUBIC)
    shades = np.round(np.clip(large, 0, 1) * 255).astype(np.uint8)
    heat = cv2.cvtColor(cv2.applyColorMap(shades, cv2.COLORMAP_JET), cv2.COLOR_BGR2RGB)
    return np.asarray(cv2.addWeighted(picture, 1 - HEAT, heat, HEAT, 0), dtype=np.uint8)


def _column(forth: nn.Module, back: nn.Module, picture: Tensor) -> NDArray[np.uint8]:
    # One at a time: a grid must not need more memory than a training step.
    there: GeneratorOutput = forth(picture)
    again: GeneratorOutput = back(there.image)
    before, drawn, returned = to_pixels(torch.cat((picture, there.image, again.image)))
    attention = there.attention[0, 0].float().cpu().numpy()
    return np.concatenate((before, heat_on(before, attention), drawn, returned))
