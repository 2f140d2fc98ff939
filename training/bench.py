"""How fast our training step is, and how much memory it takes, against the straightforward one.

Both train the report's networks on the same random pictures, in one process, in turn: what else the machine does
hits both alike.
"""

from __future__ import annotations

import ctypes
import gc
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from lightning_fabric import Fabric
from torch import Tensor

from training.cyclegan import build
from training.plain import PlainStep
from training.recipe import Recipe
from training.stepper import Stepper

STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")
WARM_UP_STEPS = 2


@dataclass(frozen=True, slots=True)
class Figures:
    """Speed in images of each domain a second, median over the rounds; peak memory in bytes, None where unknown."""

    images_per_second: float
    peak_memory: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Our step and the plain one on ``device``."""

    device: str
    ours: Figures
    plain: Figures

    @property
    def speedup(self) -> float:
        """How many times as fast ours is."""
        return self.ours.images_per_second / self.plain.images_per_second

    @property
    def memory_ratio(self) -> float | None:
        """Our peak memory as a share of the plain one's."""
        if self.ours.peak_memory is None or self.plain.peak_memory is None:
            return None
        return self.ours.peak_memory / self.plain.peak_memory


def compare(recipe: Recipe, rounds: int, steps: int, fabric: Fabric) -> Comparison:
    """Measure both steps, ``rounds`` times ``steps`` each in turn, after a warm-up that measures the memory."""
    torch.manual_seed(recipe.seed)
    side = recipe.data.size
    real_a, real_b = (torch.rand(recipe.batch, 3, side, side, device=fabric.device) * 2 - 1 for _ in range(2))
    makers: Mapping[str, Callable[[], Callable[[], None]]] = {
        "ours": lambda: _ours(recipe, fabric, real_a, real_b),
        "plain": lambda: _plain(recipe, fabric, real_a, real_b),
    }
    memory = {name: _peak_memory(make, fabric.device) for name, make in makers.items()}
    contestants = {name: make() for name, make in makers.items()}
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for step in contestants.values():
        step()
    for _ in range(rounds):
        for name, step in contestants.items():
            _wait(fabric.device)
            started = time.perf_counter()
            for _ in range(steps):
                step()
            _wait(fabric.device)
            seconds[name].append(time.perf_counter() - started)
    figures = {
        name: Figures(recipe.batch * steps / statistics.median(taken), memory[name]) for name, taken in seconds.items()
    }
    return Comparison(str(fabric.device), figures["ours"], figures["plain"])


def _ours(recipe: Recipe, fabric: Fabric, real_a: Tensor, real_b: Tensor) -> Callable[[], None]:
    stepper = Stepper(recipe, *build(recipe), fabric)
    return lambda: void(stepper.step(0, real_a, real_b))


def _plain(recipe: Recipe, fabric: Fabric, real_a: Tensor, real_b: Tensor) -> Callable[[], None]:
    generators, discriminators = build(recipe)
    step = PlainStep(generators.to(fabric.device), discriminators.to(fabric.device), recipe)
    return lambda: step(real_a, real_b)


def void(_: object) -> None:
    """Drop a result."""


def _peak_memory(make: Callable[[], Callable[[], None]], device: torch.device) -> int | None:
    """The most memory that networks, optimizers and a few steps take beyond what was in use before."""
    _release(device)
    before = _memory_in_use(device, peak=False)
    _reset_peak(device)
    step = make()
    for _ in range(WARM_UP_STEPS):
        step()
    peak = _memory_in_use(device, peak=True)
    del step
    _release(device)
    return None if before is None or peak is None else peak - before


def _memory_in_use(device: torch.device, peak: bool) -> int | None:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) if peak else torch.cuda.memory_allocated(device)
    if not STATUS.is_file():
        return None
    wanted = "VmHWM:" if peak else "VmRSS:"
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(wanted))
    return int(line.split()[1]) * 1024


def _reset_peak(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    elif CLEAR_REFS.exists():
        # 5 makes Linux forget the process's peak.
        CLEAR_REFS.write_text("5")


def _release(device: torch.device) -> None:
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif sys.platform == "linux":
        # What was freed goes back to the system, or it would count for the next contestant.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
