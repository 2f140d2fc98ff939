"""Starts the child process that looks into a file, watches over its time and memory, and ends it."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray
from pydantic import ValidationError

from core.errors import ModelError
from core.importing.child import Answer, Task, out_of_memory, serve
from core.importing.limits import Limits
from core.importing.trial import Trial, Wishes

_TURN = 0.05
_LONGEST_ANSWER = 1 << 20
_CRASHED = "the process that tried it broke down over it"


@dataclass(frozen=True)
class Verdict:
    """What the child found.

    drawing: (S, S, 3) uint8, the portrait as the model draws it. licence: as the file itself says.
    """

    trial: Trial
    drawing: NDArray[np.uint8]
    licence: str | None


def examine(
    file: Path,
    folder: Path,
    portrait: NDArray[np.uint8],
    wishes: Wishes,
    limits: Limits,
    go_on: Callable[[], bool] = lambda: True,
) -> Verdict:
    """Look into ``file`` and try it in a process of its own.

    file: an ONNX file; where its weights lie in ``folder``, it is rewritten as one file.
    portrait: (P, P, 3) uint8 RGB. go_on: asked many times a second whether this is still wanted.
    Raises ModelError, with a clause that follows "because", when the model is refused, takes too long or too much.
    """
    memory = limits.memory_here()
    task = Task(
        file=file,
        folder=folder,
        portrait_side=len(portrait),
        wishes=wishes.model_dump_json(),
        limits=limits,
        memory=memory,
    )
    # Not a fork: this process has threads and a window, which a copy of it would carry along.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=serve, args=(theirs, task.model_dump_json(), portrait.tobytes()), name="animirror-trial", daemon=True
    )
    process.start()
    theirs.close()
    try:
        watch = Watch(ours, process.pid, memory, limits, go_on)
        return watch.verdict()
    finally:
        process.kill()
        process.join()
        ours.close()


class Watch:
    """Reads the child's answers, and gives up when it takes too long or too much."""

    def __init__(
        self, connection: Connection, pid: int | None, memory: int, limits: Limits, go_on: Callable[[], bool]
    ) -> None:
        self._connection = connection
        self._process = psutil.Process(pid)
        self._memory = memory
        self._limits = limits
        self._go_on = go_on
        self._ready_at: float | None = None
        self._started = time.monotonic()
        self._first_memory = 0

    def verdict(self) -> Verdict:
        """Wait for it. Raises ModelError."""
        while True:
            answer = self._answer()
            match answer.kind:
                case "ready":
                    self._ready_at = time.monotonic()
                    self._first_memory = self._resident()
                case "refused":
                    raise ModelError(answer.text)
                case "tried":
                    return self._read_verdict(answer)

    def _read_verdict(self, answer: Answer) -> Verdict:
        try:
            trial = Trial.model_validate_json(answer.text)
            drawing = np.frombuffer(self._bytes(), np.uint8).reshape(trial.size, trial.size, 3)
        except (ValidationError, ValueError) as error:
            raise ModelError(_CRASHED) from error
        return Verdict(trial, drawing, answer.licence)

    def _answer(self) -> Answer:
        try:
            return Answer.model_validate_json(self._bytes())
        except ValidationError as error:
            raise ModelError(_CRASHED) from error

    def _bytes(self) -> bytes:
        while not self._connection.poll(_TURN):
            self._check()
        try:
            return self._connection.recv_bytes(max(_LONGEST_ANSWER, 3 * self._limits.side**2))
        except (EOFError, OSError) as error:
            raise ModelError(_CRASHED) from error

    def _check(self) -> None:
        if not self._go_on():
            raise ModelError("that was no longer wanted")
        now = time.monotonic()
        if self._ready_at is None:
            if now - self._started > self._limits.start_seconds:
                raise ModelError("this machine is too busy to try it; close other programs and add it again")
        elif now - self._ready_at > self._limits.seconds:
            seconds = f"{self._limits.seconds:g}"
            raise ModelError(
                f"it was not done after {seconds} seconds: it never ends, or is far too slow for this machine"
            )
        elif self._resident() - self._first_memory > self._memory:
            raise ModelError(out_of_memory(self._memory))

    def _resident(self) -> int:
        with contextlib.suppress(psutil.Error):
            return int(self._process.memory_info().rss)
        return 0
