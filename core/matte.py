"""The soft matte that lets a styled face melt into its picture."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

#: The face and its hair in the aligned crop: centre and half axes as shares of the side, and where the fall begins.
CENTRE = (0.5, 0.52)
HALF_AXES = (0.40, 0.475)
CORE = 0.62
#: Between an ellipse (2) and a rectangle (infinity); a little above 2 keeps cheeks and hair inside.
EXPONENT = 2.4


@lru_cache(maxsize=8)
def face_matte(size: int) -> NDArray[np.float32]:
    """Return the matte of an aligned crop, (size, size) float32 in [0, 1]: 1 on the face, 0 well before every edge.

    Alignment puts every face in the same place, so one shape serves all. It is a superellipse with a smooth
    (C1-continuous) fall, so that neither the crop's border nor the beginning of the fall can be seen.
    """
    axis = (np.arange(size, dtype=np.float32) + 0.5) / size
    x = np.abs(axis - CENTRE[0])[None, :] / HALF_AXES[0]
    y = np.abs(axis - CENTRE[1])[:, None] / HALF_AXES[1]
    radius = (x**EXPONENT + y**EXPONENT) ** (1 / EXPONENT)
    fall = np.clip((1.0 - radius) / (1.0 - CORE), 0.0, 1.0)
    matte = (fall * fall * (3.0 - 2.0 * fall)).astype(np.float32)
    matte.flags.writeable = False
    return matte
