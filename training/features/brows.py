"""Drawn brows, a stroke along each of the photo's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.backdrops import Image
from training.features.shapes import CERTAIN, edges
from training.features.strokes import line, painted
from training.networks.parsing import Part

#: Widths and lengths as shares of the side: of the stroke, of the shortest and the longest brow that is drawn.
_STROKE, _SHORTEST, _LONGEST = 0.011, 0.05, 0.24
#: What the stroke has of its width at its ends.
_ENDS = 0.35
#: Drawn eyes are large, so drawn brows lie higher by this share of the side; as steep as real ones they look angry.
_HIGHER, _CALMER, _STEEPEST = 0.05, 0.5, 0.012


def with_brows(drawing: NDArray[np.uint8], parts: Image, stroke: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return ``drawing`` (S, S, 3) with a stroke for each brow in ``parts`` (S, S, 19)."""
    side = len(drawing)
    for part in (Part.LEFT_BROW, Part.RIGHT_BROW):
        rows, columns = np.nonzero(parts[..., part] > CERTAIN)
        if len(rows) < 12:
            continue
        start, end = np.quantile(columns, (0.02, 0.98))
        middle, half = (start + end) / 2, (end - start) / 2
        found = edges((columns - middle) / half, rows.astype(np.float64)) if end - start > _SHORTEST * side else None
        if found is None or end - start > _LONGEST * side:
            continue
        bend, slope, height = (found[0] + found[1]) / 2
        where = np.linspace(-0.9, 0.9, 25)
        limit = _STEEPEST * side
        along = np.clip(bend, -limit, limit) * where**2 + np.clip(_CALMER * slope, -limit, limit) * where + height
        points = np.stack((middle + where * half, along - _HIGHER * side), axis=1)
        drawing = painted(drawing, 0.85 * line(points, _STROKE * side, side, _ENDS), stroke)
    return drawing
