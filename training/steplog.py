"""What a run tells while it goes: a line a step in stats.jsonl, TensorBoard, and a progress line."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

import torch
from lightning_fabric import Fabric
from torch import Tensor
from tqdm import tqdm

from training.runfolder import RunFolder
from training.stopping import Measurement

if TYPE_CHECKING:
    from training.board import Board
    from training.loop import Plan


class StepLog:
    """Collects steps and writes them when they are flushed, so that an accelerator is not waited for every step.

    Where ``writes`` is false, as in all but one of several processes, nothing is written or shown.
    """

    def __init__(self, folder: RunFolder, step: int, plan: Plan, writes: bool) -> None:
        self._folder = folder
        self._writes = writes
        self._batch = plan.batch
        self._trained = 0
        self._started = time.monotonic()
        self._pending: list[tuple[int, float, Mapping[str, Tensor]]] = []
        self._board: Board | None = None
        self._first = step + 1
        self._bar = tqdm(
            total=plan.steps,
            initial=step,
            unit="step",
            disable=not writes,
            dynamic_ncols=True,
            # A log file wants a line now and then, a terminal a lively one.
            mininterval=0.5 if sys.stderr.isatty() else 30,
        )

    def open(self) -> None:
        """Begin to write. Raises OutputError, as all that writes here."""
        # Slow to import, and of no use to the other processes.
        from training.board import Board

        self._board = Board(self._folder.path / "tensorboard", self._first)

    def add(self, step: int, losses: Mapping[str, Tensor], seconds: float) -> None:
        """Take in the losses (scalars on any device) after ``step`` steps and ``seconds`` of training."""
        self._pending.append((step, seconds, losses))
        self._trained += self._batch
        self._bar.update()

    def taken(self, fabric: Fabric) -> list[dict[str, float]]:
        """Take out all pending steps; losses are the mean over all processes."""
        if not self._pending:
            return []
        stacked = [torch.stack([loss.float() for loss in losses.values()]) for _, _, losses in self._pending]
        together = torch.cat(stacked)
        if fabric.world_size > 1:
            reduced = fabric.all_reduce(together, reduce_op="mean")
            assert isinstance(reduced, Tensor)
            together = reduced
        values = iter(together.tolist())
        lines = [
            {"step": step, "seconds": round(seconds, 3), **{name: next(values) for name in losses}}
            for step, seconds, losses in self._pending
        ]
        self._pending.clear()
        return lines

    def measured(self, measurement: Measurement) -> None:
        """Write a measurement of the stop rule."""
        if self._board is not None:
            self._folder.log([{"step": measurement.step, "kid": measurement.kid, "loss": measurement.loss}])
            self._board.scalars(measurement.step, {"kid": measurement.kid})
            self._board.flush()

    def write(self, lines: list[dict[str, float]]) -> None:
        """Write steps that were taken out."""
        if self._board is None or not lines:
            return
        self._folder.log(lines)
        for line in lines:
            values = {name: value for name, value in line.items() if name not in {"step", "seconds"}}
            self._board.scalars(int(line["step"]), values)
        self._board.flush()
        last = {name: f"{value:.3g}" for name, value in lines[-1].items() if name not in {"step", "seconds"}}
        rate = self._trained / max(time.monotonic() - self._started, 1e-9)
        self._bar.set_postfix({"images/s": f"{rate:.2f}", **last}, refresh=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._bar.close()
        if self._board is not None:
            # What was written was flushed; what could not be written was told.
            with contextlib.suppress(OSError):
                self._board.close()
