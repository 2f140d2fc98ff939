"""Does the exported file give what torch gives?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.generator import INPUT, OUTPUTS
from core.runtime import Device, open_session
from export.onnx_file import Exported

#: Largest difference that is let through, on pictures in [-1, 1]: an eighth of one of 255 steps.
TOLERANCE = 1e-3
#: The same where weights are stored in half precision: two and a half of 255 steps at the worst place.
TOLERANCE_OF_HALF = 2e-2


class ParityError(RuntimeError):
    """The exported model does not do what the checkpoint does."""


@dataclass(frozen=True, slots=True)
class Parity:
    """Largest differences over ``crops`` crops; attention relative to its own largest value."""

    anime: float
    attention: float
    crops: int


def compare(generator: nn.Module, path: Path, crops: NDArray[np.uint8], tolerance: float = TOLERANCE) -> Parity:
    """Run torch and ONNX Runtime (CPU) on ``crops`` (N, S, S, 3); raises ParityError beyond ``tolerance``."""
    session = open_session(path, Device.CPU)
    module = Exported(generator).eval()
    anime = attention = 0.0
    for crop in crops:
        batch = crop.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1
        with torch.no_grad():
            wanted = [tensor.numpy() for tensor in module(torch.from_numpy(batch))]
        found = session.run(list(OUTPUTS), {INPUT: batch})
        anime = max(anime, float(np.abs(found[0] - wanted[0]).max()))
        attention = max(attention, float(np.abs(found[1] - wanted[1]).max() / max(np.abs(wanted[1]).max(), 1e-6)))
    parity = Parity(anime, attention, len(crops))
    if not max(anime, attention) <= tolerance:
        raise ParityError(f"The exported model differs from torch by {anime:.2e} (attention {attention:.2e}).")
    return parity
