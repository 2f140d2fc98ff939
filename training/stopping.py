"""When is style transfer done? The report asked; this is the rule. docs/when-to-stop.md explains it with its curve.

Every so many steps the drawings of held-out photos are compared with held-out anime (KID in the feature space of
EfficientNet-Lite0). The run is done when this distance has made no progress beyond its own noise for ``patience``
measurements and for as long again as the last progress took, *and* the watched loss is level. The best checkpoint is
the one of least distance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.networks.efficientnet import EfficientNetLite0

LAST_BLOCK = 15


@dataclass(frozen=True, slots=True)
class Measurement:
    """After ``step`` steps: the distance of drawings from anime, and the watched loss' mean since the one before."""

    step: int
    kid: float
    loss: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a run is done: the step at which that was clear (None: not yet), its best measurement, and why."""

    done_at: int | None
    best: Measurement | None
    sentence: str


class _Waited(NamedTuple):
    """Measurements since the last progress, and those that it took until then."""

    since: int
    before: int


@dataclass(frozen=True, slots=True)
class StopRule:
    """The rule's four numbers; see training.recipe.Stopping."""

    patience: int = 10
    least_gain: float = 0.02
    flat: float = 0.02
    lull: float = 1.0

    def best(self, series: Sequence[Measurement]) -> Measurement | None:
        """The measurement of least distance, the earliest of equals; a distance that is no number is none."""
        return min(_numbers(series), key=lambda one: one.kid, default=None)

    def verdict(self, series: Sequence[Measurement]) -> Verdict:
        """Judge a run by its measurements in order; what comes after the point where it was done counts for nothing."""
        series = _numbers(series)
        for count in range(1, len(series) + 1):
            if self._is_done(series[:count]):
                seen = series[:count]
                best = self.best(seen)
                assert best is not None
                return Verdict(
                    seen[-1].step,
                    best,
                    f"Done at step {seen[-1].step}: no progress beyond the noise for {self._waited(seen).since} "
                    f"measurements, and the loss is level. The best checkpoint is that of step {best.step} (distance "
                    f"{best.kid:.4f}).",
                )
        best = self.best(series)
        told = f"; the best so far is step {best.step} (distance {best.kid:.4f})" if best else ""
        return Verdict(None, best, f"Not done after {len(series)} measurements{told}.")

    def _is_done(self, series: Sequence[Measurement]) -> bool:
        return self._stalled(series) and self._level(series)

    def _stalled(self, series: Sequence[Measurement]) -> bool:
        """No progress for ``patience`` measurements and a ``lull`` of those before the last progress."""
        if len(series) <= self.patience:
            return False
        waited = self._waited(series)
        return waited.since >= max(self.patience, self.lull * waited.before)

    def _waited(self, series: Sequence[Measurement]) -> _Waited:
        distances = np.array([one.kid for one in series])
        calm = smoothed(distances)
        # A young run jumps about more than an old one: only the latest values tell the noise of today.
        jitter = noise(distances[-2 * self.patience :])
        worst = record = calm[0]
        since = before = 0
        for count, value in enumerate(calm[1:], start=1):
            if value > worst + jitter:
                # Young networks often get worse before they get better: what is won is counted from the worst.
                worst, record, since, before = value, value, 0, count
            elif value < record - max(self.least_gain * (worst - record), jitter):
                record, since, before = value, 0, count
            else:
                since += 1
        return _Waited(since, before)

    def _level(self, series: Sequence[Measurement]) -> bool:
        """The watched loss' trend over the patience changes it by less than the share ``flat``."""
        losses = np.array([one.loss for one in series[-self.patience - 1 :]])
        slope = float(np.polyfit(np.arange(len(losses)), losses, 1)[0])
        return abs(slope) * self.patience <= self.flat * max(abs(float(losses.mean())), 1e-12)


def _numbers(series: Sequence[Measurement]) -> list[Measurement]:
    return [one for one in series if math.isfinite(one.kid)]


def smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Replace each value by the median of itself and the two before it, so that one lucky value is no record."""
    padded = np.concatenate((values[:1], values[:1], values))
    return np.median(np.stack((padded[:-2], padded[1:-1], padded[2:])), axis=0)


def noise(values: NDArray[np.float64]) -> float:
    """The standard deviation of what jumps about from value to value, robustly, whatever the trend below it."""
    if len(values) < 3:
        return 0.0
    # Second differences of white noise have six times its variance; 1.4826 turns a median into a deviation.
    return float(1.4826 * np.median(np.abs(np.diff(values, 2))) / np.sqrt(6))


def kernel_distance(one: Tensor, other: Tensor) -> float:
    """KID (Binkowski et al. 2018, arXiv 1801.01401): the unbiased squared MMD of features (N, D) and (M, D)."""
    one, other = one.double(), other.double()
    width = one.shape[1]

    def kernel(x: Tensor, y: Tensor) -> Tensor:
        return (x @ y.T / width + 1) ** 3

    def within(x: Tensor) -> Tensor:
        values = kernel(x, x)
        return (values.sum() - values.diagonal().sum()) / (len(x) * (len(x) - 1))

    return float(within(one) + within(other) - 2 * kernel(one, other).mean())


class DistanceToAnime:
    """Measures a generator: KID between its drawings of ``photos`` and ``anime``, both (N, 3, S, S) in [-1, 1]."""

    def __init__(self, photos: Tensor, anime: Tensor, device: torch.device) -> None:
        self._features = EfficientNetLite0((LAST_BLOCK,)).to(device)
        self._device = device
        self._photos = photos
        features = self._of(anime)
        # In units of the anime's own spread, so that no channel drowns the others in the cubic kernel.
        self._mean, self._spread = features.mean(dim=0), features.std(dim=0) + 1e-6
        self._anime = self._standard(features)

    @torch.no_grad()
    def __call__(self, generator: nn.Module) -> float:
        """The distance of ``generator``'s drawings, on its device."""
        like = next(generator.parameters())
        drawn = [generator(photo[None].to(like)).image.float() for photo in self._photos]
        return kernel_distance(self._standard(self._of(torch.cat(drawn))), self._anime)

    def _standard(self, features: Tensor) -> Tensor:
        return (features - self._mean) / self._spread

    @torch.no_grad()
    def _of(self, pictures: Tensor) -> Tensor:
        maps = [self._features(picture[None].to(self._device))[0] for picture in pictures]
        return torch.cat([one.mean(dim=(2, 3)) for one in maps])
