"""How good a checkpoint is: distances both ways, the cycle, the person, the attention, the time.

Pictures go one by one, so that evaluating needs no more memory than drawing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from training.metrics.attention import FACE_AREA, Attention, mean, measure_attention
from training.metrics.fidelity import Distances, distances
from training.metrics.inception import EXTRACTOR, Inception
from training.metrics.likeness import Likeness, identity, strangers
from training.networks.generator import GeneratorOutput
from training.opening import Checkpoint
from training.unpaired import to_pixels

#: Drawings whose time is taken, after one to warm up.
TIMED = 8


@dataclass(frozen=True)
class Direction:
    """One way of translation.

    distances: between drawings and real pictures of the target domain.
    cycle: LPIPS between pictures and their way there and back; None where there is no way back.
    attention: mean over the pictures; an attention without preference has a share of FACE_AREA.
    """

    distances: Distances
    cycle: float | None
    attention: Attention


class Conditions(NamedTuple):
    """How an evaluation was made: figures of other conditions are on other scales."""

    tool: str
    extractor: str
    subsets: int
    subset_size: int
    real: int
    made: int
    size: int
    pictures: str

    def __str__(self) -> str:
        """Tell them as part of a sentence."""
        which = f" (set {self.pictures})" if self.pictures else ""
        return (
            f"{self.tool}; {self.extractor}; {self.subsets} subsets of {self.subset_size}; {self.real} real and "
            f"{self.made} made pictures of {self.size} pixels{which}"
        )


@dataclass(frozen=True)
class Evaluation:
    """Everything that was measured of one checkpoint.

    untouched: distances between the photos and the anime as they are, which is where both ways begin.
    identity: mean cosine of ArcFace vectors of photos and their drawings; identity_cycle: of photos and their way
    there and back; strangers: between different photos, the likeness of chance.
    milliseconds: median time of one drawing A2B of ``size`` pixels on ``device``.
    pictures: a fingerprint of the photos and the anime; empty in evaluations of earlier versions.
    """

    checkpoint: str
    step: int
    a2b: Direction
    b2a: Direction | None
    untouched: Distances
    identity: float
    identity_cycle: float | None
    strangers: float | None
    milliseconds: float
    device: str
    size: int
    pictures: str = ""

    @property
    def conditions(self) -> Conditions:
        """What has to be equal where two evaluations are compared."""
        of = self.a2b.distances
        return Conditions(of.tool, of.extractor, of.subsets, of.subset_size, of.real, of.fake, self.size, self.pictures)


class Evaluator:
    """Measures checkpoints on the same pictures; what does not depend on the checkpoint is measured once.

    Args:
        photos: (N, 3, S, S) in [-1, 1], held out, N at least 2.
        anime: (M, 3, S, S), likewise.
        device: Where the generators draw.
        subsets: Of KID, with ``subset_size`` pictures each.

    Raises WeightsError where a measuring network cannot be fetched.
    """

    def __init__(
        self,
        photos: Tensor,
        anime: Tensor,
        device: torch.device,
        subsets: int = 100,
        subset_size: int = 50,
    ) -> None:
        self._photos, self._anime, self._device = photos, anime, device
        self._subsets, self._subset_size = subsets, subset_size
        self._inception = Inception(device)
        self._likeness = Likeness()
        self._features_a = self._features(to_pixels(photos), "photos")
        self._features_b = self._features(to_pixels(anime), "anime")
        self._untouched = self._distances(self._features_b, self._features_a)
        self._persons = self._likeness.persons(np.stack(to_pixels(photos)))
        self._fingerprint = _fingerprint(photos, anime)

    def evaluate(self, checkpoint: Checkpoint) -> Evaluation:
        """Measure one checkpoint."""
        a2b = checkpoint.a2b.to(self._device)
        b2a = checkpoint.b2a.to(self._device) if checkpoint.b2a is not None else None
        forth, drawn, returned = self._direction(a2b, b2a, self._photos, self._features_b, "A2B")
        back = None
        if b2a is not None:
            back, _, _ = self._direction(b2a, a2b, self._anime, self._features_a, "B2A")
        return Evaluation(
            checkpoint=str(checkpoint.path),
            step=checkpoint.step,
            a2b=forth,
            b2a=back,
            untouched=self._untouched,
            identity=identity(self._persons, self._likeness.persons(np.stack(drawn))),
            identity_cycle=identity(self._persons, self._likeness.persons(np.stack(returned))) if returned else None,
            strangers=strangers(self._persons),
            milliseconds=_milliseconds(a2b, self._photos[:1].to(self._device)),
            device=_described(self._device),
            size=int(self._photos.shape[-1]),
            pictures=self._fingerprint,
        )

    def _direction(
        self,
        forth: nn.Module,
        back: nn.Module | None,
        pictures: Tensor,
        features_target: NDArray[np.float32],
        name: str,
    ) -> tuple[Direction, list[NDArray[np.uint8]], list[NDArray[np.uint8]]]:
        drawn: list[NDArray[np.uint8]] = []
        returned: list[NDArray[np.uint8]] = []
        cycles: list[float] = []
        looked: list[Attention] = []
        for picture in tqdm(pictures, desc=name, unit="picture", leave=False, disable=None):
            there, again = _translate(forth, back, picture[None].to(self._device))
            drawn += to_pixels(there.image)
            looked.append(measure_attention(there.attention[0, 0].float().cpu().numpy()))
            if again is not None:
                returned += to_pixels(again)
                cycles.append(self._likeness.distance(picture[None], again.cpu()))
        features = self._features(drawn, f"{name} drawings")
        return (
            Direction(
                distances=self._distances(features_target, features),
                cycle=float(np.mean(cycles)) if cycles else None,
                attention=mean(looked),
            ),
            drawn,
            returned,
        )

    def _features(self, pictures: list[NDArray[np.uint8]], what: str) -> NDArray[np.float32]:
        bar: Iterable[NDArray[np.uint8]] = tqdm(pictures, desc=f"{what}: features", leave=False, disable=None)
        return self._inception.features(bar)

    def _distances(self, real: NDArray[np.float32], fake: NDArray[np.float32]) -> Distances:
        return distances(real, fake, EXTRACTOR, self._subsets, self._subset_size)


def _fingerprint(photos: Tensor, anime: Tensor) -> str:
    digest = hashlib.sha256()
    for picture in (*to_pixels(photos), *to_pixels(anime)):
        digest.update(picture.tobytes())
    return digest.hexdigest()[:8]


def described(evaluation: Evaluation) -> Iterator[str]:
    """Tell an evaluation line by line, every figure with its conditions."""
    yield f"{evaluation.checkpoint}, step {evaluation.step}"
    yield f"untouched photos and anime: {evaluation.untouched}"
    for name, way in (("A2B", evaluation.a2b), ("B2A", evaluation.b2a)):
        if way is None:
            yield f"{name}: this checkpoint has no such generator"
            continue
        yield f"{name} drawings: {way.distances}"
        if way.cycle is not None:
            yield f"{name} there and back: LPIPS (VGG16, v0.1) {way.cycle:.4f}"
        yield (
            f"{name} attention: {way.attention.share:.1%} inside the face (an ellipse of {FACE_AREA:.1%} of the "
            f"picture), spread over {way.attention.spread:.1%}"
        )
    chance = f", {evaluation.strangers:.3f} between strangers" if evaluation.strangers is not None else ""
    cycle = f", {evaluation.identity_cycle:.3f} there and back" if evaluation.identity_cycle is not None else ""
    yield f"person: ArcFace cosine {evaluation.identity:.3f} photo to drawing{cycle}{chance}"
    yield f"time: {evaluation.milliseconds:.0f} ms a picture of {evaluation.size} pixels, {evaluation.device}"


@torch.no_grad()
def _translate(forth: nn.Module, back: nn.Module | None, picture: Tensor) -> tuple[GeneratorOutput, Tensor | None]:
    there: GeneratorOutput = forth(picture)
    return there, None if back is None else back(there.image).image


@torch.no_grad()
def _milliseconds(generator: nn.Module, picture: Tensor) -> float:
    times = []
    for _ in range(TIMED + 1):
        started = time.perf_counter()
        # Reading the result back waits for an accelerator.
        generator(picture).image.cpu()
        times.append(time.perf_counter() - started)
    return float(np.median(times[1:]) * 1000)


def _described(device: torch.device) -> str:
    if device.type == "cuda":
        return f"torch {torch.__version__}, {torch.cuda.get_device_name(device)}"
    return f"torch {torch.__version__}, {device.type}, {torch.get_num_threads()} threads"
