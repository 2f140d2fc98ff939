"""Attention read back from the heatmaps of grids, so that its way over the steps needs no old checkpoint."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.grids import HEAT
from training.metrics.attention import Attention, mean, measure_attention
from training.report.pictures import FACE, Grid

#: Side at which a map is read; the generators' own maps have a quarter of the picture's side.
_SIDE = 56


def attention_of(grid: Grid) -> Attention:
    """Return the mean over a grid's pictures, within about 0.02 of what the maps themselves would give."""
    found = []
    for column in range(grid.columns):
        part = slice(column * FACE, (column + 1) * FACE)
        found.append(measure_attention(_levels(grid.attention[:, part], grid.input[:, part])))
    return mean(found)


def _levels(overlay: NDArray[np.uint8], picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Undo training.grids.heat_on: the map (_SIDE, _SIDE), 0 to 1, that was laid over ``picture``."""
    small = [
        cv2.resize(one, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) for one in (overlay, picture)
    ]
    heat = (small[0] - (1 - HEAT) * small[1]) / HEAT
    shades = cv2.applyColorMap(np.arange(256, dtype=np.uint8)[:, None], cv2.COLORMAP_JET)
    colours = cv2.cvtColor(shades, cv2.COLOR_BGR2RGB).reshape(256, 3).astype(np.float32)
    distance = ((heat.reshape(-1, 1, 3) - colours[None]) ** 2).sum(axis=2)
    return np.asarray(distance.argmin(axis=1).reshape(_SIDE, _SIDE) / 255, dtype=np.float32)
