"""Drawing a portrait with a foreign model in every way that it might be meant, and keeping the way that looks right."""

from __future__ import annotations

import itertools
import math
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from core.contract import Channels, Contract, Layout, Levels, Number
from core.errors import ModelError
from core.generator import is_map, is_picture
from core.importing.inspection import Signature
from core.importing.limits import Limits
from core.peak import peak_memory
from core.runtime import Device, Session, first_line, open_session

#: Sides of 64 pixels and this many more are tried to find out what a side must be a multiple of.
_STEPS = (1, 2, 4, 8, 16, 32, 64)
_SMALL = 64
#: Ways whose pictures are about as faithful as the best one's. Norms make networks blind to some differences.
_AS_GOOD = (1.15, 2.0)
#: Other programs' colours are BGR far more rarely than RGB, and networks mind the difference little.
_MUCH_BETTER = 0.7
_FLAT = 2.0
_NO_MEMORY = ("allocat", "bad_alloc", "out of memory")
_ROUNDS = 3


class Wishes(BaseModel):
    """What a person knows of the model already; None for what is to be found out.

    size: side of the crop in pixels, for models that leave it free. contract: all of how it is.
    """

    model_config = ConfigDict(frozen=True)

    size: int | None = None
    levels: Levels | None = None
    channels: Channels | None = None
    contract: Contract | None = None


class Trial(BaseModel):
    """What came of it.

    size: side of the crop that was drawn.
    faithfulness: for each way, how far in levels (0 to 255) the drawing's colours lie from the portrait's.
    milliseconds: median for one picture on this machine's processor. memory: peak of the process in bytes.
    """

    model_config = ConfigDict(frozen=True)

    contract: Contract
    size: int
    faithfulness: dict[str, float]
    milliseconds: float
    memory: int


@dataclass(frozen=True)
class _Attempt:
    contract: Contract
    drawing: NDArray[np.uint8]
    distance: float
    milliseconds: float

    @property
    def label(self) -> str:
        return f"{self.contract.channels} {self.contract.levels}"


def try_out(
    path: Path, signature: Signature, portrait: NDArray[np.uint8], wishes: Wishes, limits: Limits
) -> tuple[Trial, NDArray[np.uint8]]:
    """Return what was found out and the portrait as the model draws it, (S, S, 3) uint8.

    portrait: (P, P, 3) uint8 RGB of a face. Raises ModelError, with a clause that follows "because".
    """
    session = _opened(path)
    size = _side(signature, wishes, limits)
    face = np.asarray(cv2.resize(portrait, (size, size), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    known = wishes.contract or given_contract(session)
    if known:
        attempts = [_attempt(session, known, face, None) for _ in range(_ROUNDS)]
    else:
        attempts = _attempts(session, signature, face, wishes)
    best = _best(attempts)
    if float(best.drawing.std(axis=(0, 1)).max()) < _FLAT:
        raise ModelError("it draws nothing: the portrait it was tried with came out in one colour")
    contract = best.contract
    _check_further(session, contract, face)
    if known is None and None in (signature.input.dims or (None,)):
        contract = _with_freedoms(session, signature, contract, size)
    trial = Trial(
        contract=contract,
        size=size,
        faithfulness={attempt.label: round(attempt.distance, 1) for attempt in attempts},
        milliseconds=round(statistics.median(attempt.milliseconds for attempt in attempts), 1),
        memory=peak_memory(),
    )
    return trial, best.drawing


def _opened(path: Path) -> Session:
    try:
        return open_session(path, Device.CPU)
    except ModelError as error:
        raise _clause("it cannot be run", error.__cause__ or error) from error


def _clause(what: str, error: BaseException) -> Exception:
    """Return the failure to raise for what ONNX Runtime says; memory is the child's matter, which knows the limit."""
    told = first_line(error)
    if any(sign in told.lower() for sign in _NO_MEMORY):
        return MemoryError(told)
    return ModelError(f"{what}: {told.rstrip('.')}")


def given_contract(session: Session) -> Contract | None:
    """Return our own contract where the model's inputs and outputs have its names."""
    own = Contract()
    names = {value.name for value in session.inner.get_outputs()}
    if [value.name for value in session.inner.get_inputs()] == [own.input] and {own.output, own.attention} <= names:
        return own
    return None


def draw(session: Session, contract: Contract, face: NDArray[np.uint8]) -> NDArray[np.generic]:
    """Return what the model gives for ``face`` (S, S, 3) uint8, as it gives it. Raises ModelError."""
    batch = contract.pack(np.repeat(face[None], contract.batch or 1, axis=0))
    try:
        (drawn,) = session.run([contract.output], {contract.input: batch})
    except Exception as error:
        raise _clause("it fails while drawing", error) from error
    if not is_picture(drawn, batch.shape):
        raise ModelError("what it gives is not a picture of the size of the one it was given")
    return drawn


def _check_further(session: Session, contract: Contract, face: NDArray[np.uint8]) -> None:
    """What draws one portrait must draw a black and a white picture too, and give the map that it promises."""
    for level in (0, 255):
        draw(session, contract, np.full_like(face, level))
    if contract.attention is None:
        return
    batch = contract.pack(np.repeat(face[None], contract.batch or 1, axis=0))
    try:
        (attention,) = session.run([contract.attention], {contract.input: batch})
    except Exception as error:
        raise _clause("it does not say where it looked, as its manifest promises", error) from error
    if not is_map(attention, len(batch)):
        raise ModelError("what it gives for where it looked is not a map")


def _side(signature: Signature, wishes: Wishes, limits: Limits) -> int:
    if wishes.size is not None and not _SMALL <= wishes.size <= limits.side:
        raise ModelError(f"a crop has a side of {_SMALL} to {limits.side} pixels, and {wishes.size} was asked for")
    dims = signature.input.dims or (None,) * 4
    sides = dims[2:] if _layouts(signature)[0] is Layout.NCHW else dims[1:3]
    fixed = {side for side in sides if side is not None}
    if len(fixed) > 1:
        raise ModelError(f"it wants pictures of {sides[1]} x {sides[0]} pixels, and faces are cut out as squares")
    if not fixed:
        return wishes.size or 256
    side = fixed.pop()
    if not _SMALL <= side <= limits.side or wishes.size not in {None, side}:
        raise ModelError(f"it takes pictures of {side} pixels only; {_SMALL} to {limits.side} can be used")
    return side


def _layouts(signature: Signature) -> list[Layout]:
    dims = signature.input.dims or (None,) * 4
    return [
        layout
        for layout, place in ((Layout.NCHW, 1), (Layout.NHWC, 3))
        if dims[place] == 3 or (dims[place] is None and 3 not in (dims[1], dims[3]))
    ]


def _attempts(session: Session, signature: Signature, face: NDArray[np.uint8], wishes: Wishes) -> list[_Attempt]:
    """Draw with all levels, and with swapped channels at the best ones; raises the last failure where all fail."""
    number = signature.input.number or Number.FLOAT32
    levels = [Levels.BYTES] if number is Number.UINT8 else list(Levels)
    batch = min((signature.input.dims or (None,))[0] or 1, 64)
    attempts: list[_Attempt] = []
    failure: ModelError | None = None
    for layout, output, level in itertools.product(_layouts(signature), signature.outputs, levels):
        other_way = bool(attempts) and (layout, output.name) != _place(attempts[0])
        if output.number is None or other_way or wishes.levels not in {None, level}:
            continue
        contract = Contract(
            input=signature.input.name,
            output=output.name,
            attention=None,
            layout=layout,
            levels=level,
            channels=wishes.channels or Channels.RGB,
            number=number,
            batch=batch,
        )
        try:
            attempts.append(_attempt(session, contract, face, signature.activation or ""))
        except ModelError as error:
            failure = error
    if not attempts:
        raise failure or ModelError("none of its outputs is a picture")
    if wishes.channels is None:
        swapped = _best(attempts).contract.model_copy(update={"channels": Channels.BGR})
        attempts.append(_attempt(session, swapped, face, signature.activation or ""))
    return attempts


def _place(attempt: _Attempt) -> tuple[Layout, str]:
    return attempt.contract.layout, attempt.contract.output


def _attempt(session: Session, contract: Contract, face: NDArray[np.uint8], activation: str | None) -> _Attempt:
    started = time.perf_counter()
    drawn = draw(session, contract, face)
    spent = 1000 * (time.perf_counter() - started) / (contract.batch or 1)
    if activation is not None:
        contract = contract.model_copy(update={"output_levels": _levels_of(drawn, activation)})
    drawing = contract.unpack(drawn)[0]
    distance = float(np.abs(_coarse(drawing) - _coarse(face)).mean())
    return _Attempt(contract, drawing, distance, spent)


def _levels_of(drawn: NDArray[np.generic], activation: str | None) -> Levels:
    """Tell the levels from what ends the network, or else from the numbers: a portrait has dark and bright places."""
    if activation == "Tanh":
        return Levels.SIGNED
    if activation == "Sigmoid":
        return Levels.UNIT
    if drawn.dtype == np.uint8:
        return Levels.BYTES
    dark, bright = np.percentile(drawn.astype(np.float32), (1, 99))
    if bright > 3.0:
        return Levels.BYTES
    return Levels.SIGNED if dark < -0.1 else Levels.UNIT


def _coarse(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Colours without lines: a style changes the lines, and leaves dark dark and skin skin."""
    return np.asarray(cv2.resize(pixels, (32, 32), interpolation=cv2.INTER_AREA), dtype=np.float32)


def _best(attempts: list[_Attempt]) -> _Attempt:
    """Return the usual way among those that are about as good as the most faithful one."""

    def limit(channels: Channels) -> float:
        return min((entry.distance for entry in attempts if entry.contract.channels is channels), default=math.inf)

    straight, swapped = limit(Channels.RGB), limit(Channels.BGR)
    channels = Channels.BGR if swapped < _MUCH_BETTER * straight - 1.0 else Channels.RGB
    good = _AS_GOOD[0] * limit(channels) + _AS_GOOD[1]
    order = list(Levels)

    def rank(attempt: _Attempt) -> tuple[bool, int]:
        contract = attempt.contract
        return contract.levels is not contract.output_levels, order.index(contract.levels)

    return min((e for e in attempts if e.contract.channels is channels and e.distance <= good), key=rank)


def _with_freedoms(session: Session, signature: Signature, contract: Contract, size: int) -> Contract:
    """Find out what the side must be a multiple of, and whether several pictures go in one run."""
    dims = signature.input.dims or (None,) * 4
    update: dict[str, object] = {}
    if dims[2] is None:  # height in one layout and width in the other
        for step in _STEPS:
            small = np.zeros((_SMALL + step, _SMALL + step, 3), np.uint8)
            if size % step == 0 and _works(session, contract, small):
                update |= {"free_size": True, "multiple": step}
                break
    if dims[0] is None:
        pair = contract.model_copy(update={"batch": 2})
        update["batch"] = 0 if _works(session, pair, np.zeros((size, size, 3), np.uint8)) else 1
    return contract.model_copy(update=update)


def _works(session: Session, contract: Contract, face: NDArray[np.uint8]) -> bool:
    try:
        draw(session, contract, face)
    except ModelError:
        return False
    return True
