"""What a run's folder tells: its recipe, the losses of every step, measurements, grids."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from core.errors import AnimirrorError, quoted
from training.checkpoints import CheckpointError, load_metadata
from training.evaluate import Conditions, Evaluation
from training.runfolder import BEST, LAST, STATS, read_stats

METRICS = "metrics.jsonl"
_GRID = re.compile(r"(?P<way>A2B|B2A)-(?P<step>\d+)\.jpg")


class Way(StrEnum):
    """The direction of a translation."""

    A2B = "A2B"
    B2A = "B2A"


class ReportError(AnimirrorError):
    """A folder that holds no run."""


@dataclass(frozen=True)
class Series:
    """Values over steps, both (N,), steps rising."""

    steps: NDArray[np.int64]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True)
class Run:
    """One run.

    recipe: as its last checkpoint keeps it; empty where there is none.
    losses: by name; kid: the stop rule's measurements; evaluations: lines of metrics.jsonl, by step.
    grids: picture files by direction and step.
    """

    name: str
    folder: Path
    recipe: Mapping[str, Any]
    losses: Mapping[str, Series]
    kid: Series
    evaluations: Sequence[Evaluation]
    grids: Mapping[tuple[Way, int], Path]
    step: int
    seconds: float

    @property
    def cam(self) -> float | None:
        """Weight of the attention loss; None where the recipe is not known."""
        weight = self.recipe.get("losses", {}).get("cam")
        return None if weight is None else float(weight)

    def grid_steps(self, way: Way) -> list[int]:
        """Steps that have a grid of ``way``, rising."""
        return sorted(step for found, step in self.grids if found is way)

    @property
    def checkpoint(self) -> Path | None:
        """The best checkpoint, otherwise the last; None where there is none."""
        return next((path for name in (BEST, LAST) if (path := self.folder / name).is_file()), None)


def read_runs(folders: Sequence[Path]) -> list[Run]:
    """Read several runs; names that are equal get a number. Raises ReportError."""
    runs: list[Run] = []
    for folder in folders:
        name = folder.resolve().name
        same = sum(run.folder.resolve().name == name for run in runs)
        runs.append(_read(folder, f"{name} ({same + 1})" if same else name))
    return runs


def _read(folder: Path, name: str) -> Run:
    if not (folder / STATS).is_file():
        raise ReportError(
            f"{quoted(folder)} holds no run: it has no {STATS}. Name the folder that python -m training run wrote to."
        )
    lines = list(read_stats(folder / STATS))
    trained = [line for line in lines if "seconds" in line]
    return Run(
        name=name,
        folder=folder,
        recipe=_recipe(folder / LAST),
        losses=_losses(trained),
        kid=_series(lines, "kid"),
        evaluations=sorted(_evaluations(folder / METRICS), key=lambda evaluation: evaluation.step),
        grids=_grids(folder / "grids"),
        step=int(max((line["step"] for line in trained), default=0)),
        seconds=float(max((line["seconds"] for line in trained), default=0.0)),
    )


def _recipe(checkpoint: Path) -> dict[str, Any]:
    try:
        recipe = load_metadata(checkpoint).get("recipe", {})
    except CheckpointError:
        return {}
    return recipe if isinstance(recipe, dict) else {}


def _losses(lines: Sequence[Mapping[str, float]]) -> dict[str, Series]:
    names = dict.fromkeys(name for line in lines for name in line if name not in {"step", "seconds"})
    return {name: _series(lines, name) for name in names}


def _series(lines: Sequence[Mapping[str, float]], name: str) -> Series:
    # A run that was resumed may have written a step twice; the later one counts.
    found = {int(line["step"]): float(line[name]) for line in lines if name in line}
    steps = sorted(found)
    return Series(np.array(steps, dtype=np.int64), np.array([found[step] for step in steps], dtype=np.float64))


def _evaluations(path: Path) -> list[Evaluation]:
    """Read metrics.jsonl, without lines that another version wrote or a crash cut off.

    Of one step, measured twice under the same conditions, the last counts.
    """
    if not path.is_file():
        return []
    reader = TypeAdapter(Evaluation)
    found: dict[tuple[int, Conditions], Evaluation] = {}
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
        with contextlib.suppress(ValidationError):
            evaluation = reader.validate_json(text)
            found[evaluation.step, evaluation.conditions] = evaluation
    return list(found.values())


def _grids(folder: Path) -> dict[tuple[Way, int], Path]:
    found = {}
    for path in sorted(folder.glob("*.jpg")):
        match = _GRID.fullmatch(path.name)
        if match:
            found[Way(match["way"]), int(match["step"])] = path
    return found
