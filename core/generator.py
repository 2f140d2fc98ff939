"""The generator at work: crops go in, anime crops and attention come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from core.catalogue import Model
from core.choice import best_session
from core.contract import Contract
from core.errors import ModelError, quoted
from core.openvino_session import OPENVINO
from core.runtime import CPU, Device, Session, first_line, open_session

#: Faces that a card draws in one call; more only cost memory.
_TOGETHER = 4
INPUT = "image"
OUTPUTS = ("anime", "attention")


@dataclass(frozen=True)
class Styled:
    """What the generator made of N crops.

    anime: (N, S, S, 3) uint8 RGB.
    attention: (N, h, w) float32 in [0, 1], where the network looked; a flat map is all zero. None where the model has
        no attention.
    """

    anime: NDArray[np.uint8]
    attention: NDArray[np.float32] | None

    @classmethod
    def joined(cls, parts: Sequence[Styled]) -> Styled:
        """Put the ``parts``, at least one, into one."""
        attention = [part.attention for part in parts if part.attention is not None]
        return cls(np.concatenate([part.anime for part in parts]), np.concatenate(attention) if attention else None)


class Generator:
    """A model's session, fed and read as the manifest's contract says."""

    def __init__(self, model: Model, device: Device = Device.AUTO, threads: int = 0) -> None:
        self.model = model
        self.contract: Contract = model.manifest.contract
        # What the user names is taken at its word; otherwise what draws fastest here.
        auto = device is Device.AUTO
        self.session: Session = best_session(model, threads) if auto else open_session(model.path, device, threads)
        inner = self.session.inner
        inputs = [value.name for value in inner.get_inputs()]
        outputs = [value.name for value in inner.get_outputs()]
        self._wanted = [name for name in (self.contract.output, self.contract.attention) if name is not None]
        wanted = " and ".join(self._wanted)
        if inputs != [self.contract.input] or not set(self._wanted) <= set(outputs):
            raise ModelError(
                f"The model {quoted(model.manifest.id)} was not made for Animirror: it takes {', '.join(inputs)} and "
                f"gives {', '.join(outputs)}, where {self.contract.input} and {wanted} are expected."
            )

    @property
    def size(self) -> int:
        """Side of the crops in pixels."""
        return self.model.manifest.size

    @property
    def has_attention(self) -> bool:
        """Whether the model says where it looked."""
        return self.contract.attention is not None

    @property
    def together(self) -> int:
        """How many crops are drawn in one call, where there are so many.

        On a processor a batch is slower than its faces one by one (on two cores, four faces took 310 ms of processor
        time each and one took 260), because it does not fit into the caches, and it takes as many times the memory.
        """
        return self.contract.batch or (1 if self.session.provider in (CPU, OPENVINO) else _TOGETHER)

    def run(self, crops: NDArray[np.uint8], attention: bool = True) -> Styled:
        """Draw ``crops`` (N, S, S, 3) uint8 RGB, N at least 1. Raises ModelError when the model gives no picture.

        Without ``attention`` the model is not asked where it looked, which saves it that part of the work.
        """
        step = self.contract.batch or min(len(crops), self.together)
        wanted = self._wanted if attention else self._wanted[:1]
        parts = [self._run(crops[start : start + step], step, wanted) for start in range(0, len(crops), step)]
        return parts[0] if len(parts) == 1 else Styled.joined(parts)

    def _run(self, crops: NDArray[np.uint8], step: int, wanted: list[str]) -> Styled:
        count = len(crops)
        if count < step:  # the model takes no fewer, so the last one is drawn more than once
            crops = np.concatenate([crops, np.repeat(crops[-1:], step - count, axis=0)])
        batch = self.contract.pack(crops)
        try:
            anime, *attention = self.session.run(wanted, {self.contract.input: batch})
        except Exception as error:
            told = first_line(error)
            raise ModelError(f"The model {quoted(self.model.manifest.id)} stopped while drawing: {told}") from error
        if not (is_picture(anime, batch.shape) and all(is_map(entry, len(batch)) for entry in attention)):
            raise ModelError(f"The model {quoted(self.model.manifest.id)} gave something that is not a picture.")
        return Styled(self.contract.unpack(anime)[:count], _normalised(attention[0])[:count] if attention else None)


def is_picture(anime: object, shape: tuple[int, ...]) -> TypeGuard[NDArray[np.generic]]:
    """Say whether what a model gave are pictures of the ``shape`` of its input: finite numbers, or bytes."""
    if isinstance(anime, np.ndarray) and anime.dtype == np.uint8:
        return bool(anime.shape == shape)
    return _is_finite(anime) and anime.shape == shape


def is_map(attention: object, count: int) -> bool:
    """Say whether what a model gave is a map for each of ``count`` pictures: (N, 1, h, w) or (N, h, w)."""
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
