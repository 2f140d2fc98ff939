"""The loop of every run: steps, log, checkpoints, pictures, measurements, and all the ways in which a run can end."""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, TypeVar

import torch
from lightning_fabric import Fabric
from torch import Tensor

from core.errors import OutputError
from training.checkpoints import CheckpointError
from training.errors import AlreadyToldError, RunError
from training.interruption import Interruption
from training.memory import memory_failures_told
from training.processes import by_the_first, lost_processes_told
from training.runfolder import RunFolder
from training.steplog import StepLog
from training.stopping import Measurement, StopRule, Verdict

#: The exit code of a run that Ctrl-C ended, after it saved everything.
INTERRUPTED = 130
Result = TypeVar("Result")


class Trainee(Protocol):
    """What is trained. The loop knows nothing else of it."""

    #: Goes into the checkpoint; only a checkpoint of the same kind can be taken up.
    kind: str
    #: The loss whose trend the stop rule watches.
    watched: str

    def step(self, number: int) -> Mapping[str, Tensor]:
        """Train one step (0 is the first), a pure function of its number and :meth:`tensors`; return its losses."""

    def tensors(self) -> dict[str, Tensor]:
        """Everything that has to be in a checkpoint."""

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up what :meth:`tensors` gave. Raises CheckpointError when it is of another architecture."""

    def draw(self, step: int) -> None:
        """Write pictures that show how far the training is."""

    def measure(self) -> float:
        """The distance of the drawings from true ones, less is better."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When the loop does what, in steps; ``recipe`` goes into every checkpoint."""

    steps: int
    batch: int
    recipe: Mapping[str, Any]
    log_every: int = 10
    save_every: int = 500
    keep: int = 0
    draw_at: frozenset[int] = frozenset()
    draw_every: int = 0
    measure_every: int = 0
    rule: StopRule = field(default_factory=StopRule)
    rule_ends_run: bool = False


class Ending(enum.Enum):
    """Why a run came back."""

    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    DONE = "done"  # the stop rule found nothing left to gain


class Loop:
    """Trains ``trainee`` in ``folder``; a run that is there goes on from its last checkpoint."""

    def __init__(
        self, trainee: Trainee, folder: RunFolder, plan: Plan, fabric: Fabric, tell: Callable[[str], None] = print
    ) -> None:
        self.trainee, self.folder, self.plan, self.fabric = trainee, folder, plan, fabric
        self.step = 0
        self.seconds = 0.0
        self.measurements: list[Measurement] = []
        # Sum and count of the watched loss since the last measurement.
        self._watched = [0.0, 0.0]
        self._done = False
        self._tell = tell if fabric.is_global_zero else lambda sentence: None
        if folder.last.is_file():
            with memory_failures_told(None, plan.recipe):
                self._resume()
        else:
            folder.refuse_if_lost()
        by_the_first(fabric, lambda: folder.forget_after(self.step))

    def run(self) -> Ending:
        """Train to the last step, or until the stop rule or the user ends it; the last state is saved.

        Raises:
            RunError: the losses are no numbers any more, memory ran out, or the disk is full. The last checkpoint is
                whole.
        """
        with Interruption() as interruption, self._log() as log, lost_processes_told(self.fabric):
            self._once(log.open)
            while self.step < self.plan.steps:
                if self._done:
                    return Ending.DONE
                self._train(log)
                self._look_back(log)
                if self._anyone(interruption.asked):
                    self._flush(log)
                    self._save()
                    return Ending.INTERRUPTED
        return Ending.FINISHED

    def verdict(self) -> Verdict:
        """What the stop rule says of the run so far."""
        return self.plan.rule.verdict(self.measurements)

    def _train(self, log: StepLog) -> None:
        started = time.monotonic()
        with memory_failures_told(self.step, self.plan.recipe):
            losses = self.trainee.step(self.step)
        self.step += 1
        self.seconds += time.monotonic() - started
        log.add(self.step, losses, self.seconds)

    def _look_back(self, log: StepLog) -> None:
        """Do all that is due after a step."""
        if self._is_due(self.plan.log_every) or self._saves():
            self._flush(log)
        if self._is_due(self.plan.measure_every):
            self._measure(log)
        if self._saves():
            self._save()
        if self._draws():
            self._once(self._draw)

    def _once(self, work: Callable[[], Result]) -> Result:
        """Let the first process write or measure for all; a failure names the last good checkpoint."""
        try:
            return by_the_first(self.fabric, work)
        except (OutputError, CheckpointError) as error:
            raise RunError(f"The run stopped at step {self.step}. {error} {self._good()}.") from error

    def _draw(self) -> None:
        with memory_failures_told(self.step, self.plan.recipe):
            self.trainee.draw(self.step)

    def _distance(self) -> float:
        with memory_failures_told(self.step, self.plan.recipe):
            return self.trainee.measure()

    def _log(self) -> StepLog:
        return StepLog(self.folder, self.step, self.plan, self.fabric.is_global_zero)

    def _is_due(self, every: int) -> bool:
        return bool(every) and self.step % every == 0

    def _saves(self) -> bool:
        # What was measured has to be on disk, so that it can be marked as the best.
        due = self._is_due(self.plan.save_every) or self._is_due(self.plan.measure_every)
        return due or self.step == self.plan.steps

    def _draws(self) -> bool:
        return self.step in self.plan.draw_at or self._is_due(self.plan.draw_every) or self.step == self.plan.steps

    def _flush(self, log: StepLog) -> None:
        lines = log.taken(self.fabric)
        self._once(lambda: log.write(lines))
        for line in lines:
            bad = [name for name, value in line.items() if not _is_number(value)]
            if bad:
                raise self._diverged(int(line["step"]), f"{bad[0]} is {line[bad[0]]}")
            self._watched[0] += line.get(self.trainee.watched, 0.0)
            self._watched[1] += 1

    def _measure(self, log: StepLog) -> None:
        distance = self._once(self._distance)
        measurement = Measurement(self.step, distance, self._watched[0] / max(1.0, self._watched[1]))
        self._watched = [0.0, 0.0]
        if _is_number(distance):
            self.measurements.append(measurement)
            self._judge()
        self._once(lambda: log.measured(measurement))

    def _judge(self) -> None:
        # Once a measurement: the rule looks at all of them, which after thousands takes longer than a step.
        self._done = self.plan.rule_ends_run and self.verdict().done_at is not None

    def _save(self) -> None:
        self._once(self._write_checkpoint)

    def _write_checkpoint(self) -> None:
        tensors = self.trainee.tensors()
        broken = [name for name, tensor in tensors.items() if not bool(torch.isfinite(tensor).all())]
        if broken:
            raise self._diverged(self.step, f"the weights hold values that are no numbers, first in {broken[0]}")
        metadata = {
            "kind": self.trainee.kind,
            "step": self.step,
            "seconds": self.seconds,
            "recipe": self.plan.recipe,
            "measurements": [asdict(measurement) for measurement in self.measurements],
            "watched": self._watched,
        }
        self.folder.save(tensors, metadata, self.plan.keep)
        newest = self.measurements[-1] if self.measurements else None
        if newest and newest.step == self.step and newest == self.plan.rule.best(self.measurements):
            self.folder.mark_best()

    def _resume(self) -> None:
        tensors, metadata = self.folder.load_last()
        kind = metadata.get("kind")
        if kind != self.trainee.kind:
            raise CheckpointError(
                f"{self.folder.last} is a checkpoint of a {kind} run, not of a {self.trainee.kind} run; choose another "
                "folder for this run."
            )
        self.trainee.restore(tensors)
        self.step = int(metadata["step"])
        self.seconds = float(metadata["seconds"])
        self.measurements = [Measurement(**one) for one in metadata.get("measurements", [])]
        self._watched = list(metadata.get("watched", self._watched))
        self._judge()
        changed = sorted(_differences(metadata.get("recipe", {}), self.plan.recipe))
        self._tell(f"Going on from step {self.step}." + (f" Changed since: {', '.join(changed)}." if changed else ""))

    def _diverged(self, step: int, what: str) -> RunError:
        if not self.fabric.is_global_zero:
            # Losses are shared, so every process finds the same; one tells it.
            return AlreadyToldError()
        return RunError(
            f"The run stopped because at step {step} {what}. {self._good()}; lower optimizer.learning_rate or a loss "
            "weight, then start the run again."
        )

    def _good(self) -> str:
        return f"The last good checkpoint is {self.folder.last}" if self.folder.last.is_file() else "Nothing was saved"

    def _anyone(self, asked: bool) -> bool:
        if self.fabric.world_size == 1:
            return asked
        wishes = self.fabric.all_reduce(torch.tensor(float(asked), device=self.fabric.device), reduce_op="sum")
        assert isinstance(wishes, Tensor)
        return wishes.item() > 0


def _is_number(value: float) -> bool:
    return value - value == 0


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], start: str = "") -> list[str]:
    found: list[str] = []
    for key in old.keys() | new.keys():
        before, after = old.get(key), new.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            found += _differences(before, after, f"{start}{key}.")
        elif _plain(before) != _plain(after):
            found.append(f"{start}{key}")
    return found


def _plain(value: object) -> object:
    """JSON knows no tuples."""
    return list(value) if isinstance(value, tuple) else value
