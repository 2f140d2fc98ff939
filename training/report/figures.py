"""Numbers that put a measure on the report's findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from training.evaluate import Conditions, Evaluation
from training.metrics.attention import Attention
from training.report.heat import attention_of
from training.report.pictures import read_grid
from training.report.runs import Run, Series, Way

#: Share of a series that counts as its beginning, and as its end.
_END = 0.05


class Trend(NamedTuple):
    """A series in three numbers.

    first, last: median of its beginning and of its end.
    jump: median change from one value to the next as a share of the median, in the second half.
    """

    first: float
    last: float
    jump: float


def trend(series: Series) -> Trend | None:
    """Summarise ``series``; None for fewer than four values."""
    values = series.values[np.isfinite(series.values)]
    if len(values) < 4:
        return None
    end = max(1, round(_END * len(values)))
    late = values[len(values) // 2 :]
    jump = float(np.median(np.abs(np.diff(late))) / max(abs(float(np.median(late))), 1e-12))
    return Trend(float(np.median(values[:end])), float(np.median(values[-end:])), jump)


def attention_over(run: Run, way: Way) -> dict[int, Attention]:
    """Return the attention of every grid of ``run``, by step."""
    found = {}
    for step in run.grid_steps(way):
        grid = read_grid(run.grids[way, step])
        if grid is not None:
            found[step] = attention_of(grid)
    return found


def series_of(attention: Mapping[int, Attention], field: str) -> Series:
    """Return one number of each step's attention as a series."""
    return Series(
        np.array(list(attention), dtype=np.int64),
        np.array([float(getattr(one, field)) for one in attention.values()], dtype=np.float64),
    )


def evaluated(run: Run, number: Callable[[Evaluation], float | None], conditions: Conditions) -> Series:
    """Return a number of every evaluation made under ``conditions``; evaluations that have none are left out."""
    alike = [one for one in run.evaluations if one.conditions == conditions]
    found = [(one.step, value) for one in alike if (value := number(one)) is not None]
    return Series(
        np.array([step for step, _ in found], dtype=np.int64), np.array([value for _, value in found], dtype=np.float64)
    )


def shown_steps(steps: Sequence[int], wanted: Sequence[int], most: int) -> list[int]:
    """Choose at most ``most`` of rising ``steps``: the wanted ones first, then the ends, then evenly."""
    if len(steps) <= most:
        return list(steps)
    chosen = {steps[-1], steps[0]} | set([step for step in wanted if step in set(steps)][: most - 2])
    for place in np.linspace(0, len(steps) - 1, most).astype(int):
        if len(chosen) < most:
            chosen.add(steps[int(place)])
    return sorted(chosen)
