"""The generator at work: crops go in, anime crops and attention come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from core.catalogue import Model
from core.errors import ModelError, quoted
from core.runtime import Device, Session, first_line, open_session

INPUT = "image"
OUTPUTS = ("anime", "attention")


@dataclass(frozen=True)
class Styled:
    """What the generator made of N crops.

    anime: (N, S, S, 3) uint8 RGB.
    attention: (N, h, w) float32 in [0, 1], where the network looked; a flat map is all zero.
    """

    anime: NDArray[np.uint8]
    attention: NDArray[np.float32]


class Generator:
    """A model's session with its input contract: ``image`` (N, 3, S, S), RGB, [-1, 1]."""

    def __init__(self, model: Model, device: Device = Device.AUTO, threads: int = 0) -> None:
        self.model = model
        self.session: Session = open_session(model.path, device, threads)
        inner = self.session.inner
        inputs = [value.name for value in inner.get_inputs()]
        outputs = [value.name for value in inner.get_outputs()]
        if inputs != [INPUT] or not set(OUTPUTS) <= set(outputs):
            raise ModelError(
                f"The model {quoted(model.manifest.id)} was not made for Animirror: it takes {', '.join(inputs)} and "
                f"gives {', '.join(outputs)}, where {INPUT} and {' and '.join(OUTPUTS)} are expected."
            )

    @property
    def size(self) -> int:
        """Side of the crops in pixels."""
        return self.model.manifest.size

    def run(self, crops: NDArray[np.uint8]) -> Styled:
        """Draw ``crops`` (N, S, S, 3) uint8 RGB, N at least 1. Raises ModelError when the model gives no picture."""
        batch = np.ascontiguousarray(crops.transpose(0, 3, 1, 2), dtype=np.float32)
        batch *= np.float32(1 / 127.5)
        batch -= np.float32(1)
        try:
            anime, attention = self.session.run(list(OUTPUTS), {INPUT: batch})
        except Exception as error:
            told = first_line(error)
            raise ModelError(f"The model {quoted(self.model.manifest.id)} stopped while drawing: {told}") from error
        if not (_is_picture(anime, batch.shape) and _is_map(attention, len(batch))):
            raise ModelError(f"The model {quoted(self.model.manifest.id)} gave something that is not a picture.")
        pixels = np.clip(anime * np.float32(127.5) + np.float32(128.0), 0, 255).astype(np.uint8)
        return Styled(np.ascontiguousarray(pixels.transpose(0, 2, 3, 1)), _normalised(attention))


def _is_picture(anime: object, shape: tuple[int, ...]) -> bool:
    return _is_finite(anime) and anime.shape == shape


def _is_map(attention: object, count: int) -> bool:
    """(N, 1, h, w) or (N, h, w)."""
    if not _is_finite(attention) or attention.ndim not in (3, 4) or attention.size == 0:
        return False
    return len(attention) == count and (attention.ndim == 3 or attention.shape[1] == 1)


def _is_finite(value: object) -> TypeGuard[NDArray[np.floating]]:
    """A model may give anything under the right name: sequences, texts, scalars."""
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and bool(np.isfinite(value).all())


def _normalised(attention: NDArray[np.float32]) -> NDArray[np.float32]:
    maps = attention.reshape(attention.shape[0], *attention.shape[-2:]).astype(np.float32)
    low = maps.min(axis=(1, 2), keepdims=True)
    span = maps.max(axis=(1, 2), keepdims=True) - low
    normalised: NDArray[np.float32] = np.divide(maps - low, span, out=np.zeros_like(maps), where=span > 1e-6)
    return normalised
