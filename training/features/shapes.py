"""What a part of a face is like as a few numbers, from the map of where it is seen, and the colour of strokes on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.backdrops import Image
from training.networks.parsing import Part

#: Chance of a part from which a pixel counts as that part.
CERTAIN = 0.5
#: From this share of the picture on glasses are seen.
_WORN = 0.004
#: Strokes on fair skin, sRGB; on skin whose mean level is lower than this, they are darker.
_STROKE, _FAIR = (96, 42, 40), 215


def middle_of(chance: Image) -> NDArray[np.float64] | None:
    """Middle (x, y) in pixels of what is seen in a map (S, S) of chances; None where nothing is."""
    rows, columns = np.nonzero(chance > CERTAIN)
    if len(rows) == 0:
        return None
    return np.array([columns.mean(), rows.mean()])


def wears_glasses(parts: Image) -> bool:
    """Return whether ``parts`` (S, S, 19) show glasses."""
    return bool((parts[..., Part.GLASSES] > CERTAIN).mean() > _WORN)


def edges(where: Image, below: Image) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Fit parabolas to the upper and the lower edge of scattered pixels.

    Args:
        where: (N,) places along the part, about -1 to 1.
        below: (N,) how far down each pixel lies.

    Returns the coefficients of both, highest power first, or None of too few pixels.
    """
    bins = np.round(where * 8).astype(int)
    places, tops, bottoms = [], [], []
    for one in np.unique(bins):
        here = below[bins == one]
        if len(here) >= 2:
            places.append(one / 8)
            tops.append(np.quantile(here, 0.06))
            bottoms.append(np.quantile(here, 0.94))
    if len(places) < 5:
        return None
    return np.polyfit(places, tops, 2), np.polyfit(places, bottoms, 2)


def stroke_on(drawing: NDArray[np.uint8], parts: Image) -> NDArray[np.float64]:
    """Return the colour in sRGB of strokes on the skin of ``drawing`` (S, S, 3), which is where ``parts`` see it."""
    skin = drawing[parts[..., Part.SKIN] > CERTAIN]
    level = float(np.median(skin, axis=0).mean()) if len(skin) else 255.0
    return np.asarray(np.asarray(_STROKE) * np.clip(level / _FAIR, 0.45, 1.0), dtype=np.float64)
