"""Bring grey pictures of 16 or 32 bits, whole numbers or fractions, to 8 bits."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_WHITE_16_BITS: Final = 65_535.0

# What white may be in a file that does not say so, smallest first: a fraction, a byte, 16 bits.
_USUAL_WHITES: Final = (1.0, 255.0, _WHITE_16_BITS)

_STRETCHED: Final = (
    "The picture's brightness values follow no known scale, so its darkest tone was made black and its brightest white."
)


@dataclass(frozen=True, slots=True)
class Levels:
    """The values that mean black and white in a deep grey picture.

    Attributes:
        black: The value that becomes 0.
        white: The value that becomes 255; greater than ``black``.
        note: A sentence for the user where the levels are a guess, else None.
    """

    black: float
    white: float
    note: str | None = None

    def to_bytes(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Scale values of any shape to 0..255, rounded; what lies outside is clipped and what is no number is 0."""
        scaled = (values.astype(np.float64) - self.black) * (255.0 / (self.white - self.black))
        scaled = np.nan_to_num(scaled, nan=0.0, posinf=255.0, neginf=0.0)
        return (np.clip(scaled, 0.0, 255.0) + 0.5).astype(np.uint8)


def deep_levels(image: Image.Image) -> Levels | None:
    """Find black and white of a loaded image, or None where its mode has 8 bits a channel or fewer."""
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PPM"):
        return Levels(0.0, _WHITE_16_BITS)
    if image.mode not in {"I", "F"}:
        return None
    values = np.asarray(image)
    finite = np.isfinite(values)
    if not finite.any():
        return Levels(0.0, 1.0)
    lowest = float(values.min(where=finite, initial=np.inf if image.mode == "F" else np.iinfo(values.dtype).max))
    highest = float(values.max(where=finite, initial=-np.inf if image.mode == "F" else np.iinfo(values.dtype).min))
    if lowest >= 0.0:
        for white in _USUAL_WHITES if image.mode == "F" else _USUAL_WHITES[1:]:
            if highest <= white:
                return Levels(0.0, white)
    return Levels(lowest, max(highest, lowest + 1.0), _STRETCHED)
