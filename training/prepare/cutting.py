"""From a chosen candidate to the pictures that are trained on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.alignment import CROP_SIZE
from core.errors import ImageError
from core.images import load_picture
from core.saving import save_picture
from training.backdrops import random_backdrop
from training.prepare.framing import crop_without_bars
from training.prepare.matting import PortraitMatte, foreground
from training.prepare.records import Candidate

WHITE = (1.0, 1.0, 1.0)


class Background(StrEnum):
    """KEEP leaves it, WHITE removes it, VARY puts random ones in its place."""

    KEEP = "keep"
    WHITE = "white"
    VARY = "vary"


@dataclass(frozen=True)
class Cut:
    """How pictures are cut.

    size: side in pixels; suffix: the format, as in ``.png``; variants: pictures of a crop, each on another backdrop.
    bars: leave out plain bars at the picture's edges (photos that are straightened).
    """

    size: int = CROP_SIZE
    background: Background = Background.KEEP
    variants: int = 1
    suffix: str = ".png"
    seed: int = 0
    bars: bool = True
    threads: int = 1


@dataclass(frozen=True)
class Order:
    """What a cutter is asked for: the files of one candidate, the ``number``-th of its source."""

    source: Path
    number: int
    candidate: Candidate
    targets: tuple[Path, ...]


@dataclass(frozen=True)
class Delivery:
    """What came of an order; ``problem`` is a sentence where the picture could no longer be read."""

    order: Order
    problem: str | None = None


class Cutter:
    """Cuts candidates; one a process, since the matting network is loaded once."""

    def __init__(self, cut: Cut) -> None:
        self._cut = cut
        self._matte = None if cut.background is Background.KEEP else PortraitMatte(cut.threads)

    def __call__(self, order: Order) -> Delivery:
        """Write the files of ``order`` that are not there yet. Raises OutputError where one cannot be written."""
        missing = [target for target in order.targets if not target.is_file()]
        if not missing:
            return Delivery(order)
        try:
            pixels = load_picture(order.source).pixels
        except ImageError as error:
            return Delivery(order, str(error))
        alignment = order.candidate.alignment(self._cut.size)
        crop = crop_without_bars(pixels, alignment) if self._cut.bars else alignment.crop(pixels)
        person, matte = self._parted(crop)
        for number, target in enumerate(order.targets):
            if target in missing:
                save_picture(target, self._on_backdrop(crop, person, matte, target.name, number))
        return Delivery(order)

    def _parted(self, crop: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        picture = np.asarray(crop / np.float32(255), dtype=np.float32)
        if self._matte is None:
            return picture, np.ones((*crop.shape[:2], 1), dtype=np.float32)
        matte = self._matte(crop)
        return foreground(picture, matte), matte

    def _on_backdrop(
        self,
        crop: NDArray[np.uint8],
        person: NDArray[np.float32],
        matte: NDArray[np.float32],
        name: str,
        number: int,
    ) -> NDArray[np.uint8]:
        if self._cut.background is Background.KEEP:
            return crop
        size = self._cut.size
        backdrop = np.full((size, size, 3), WHITE, dtype=np.float32)
        if self._cut.background is Background.VARY:
            # Of the name, not of the order of work, so that a run that was stopped draws the same ones.
            rng = np.random.default_rng([self._cut.seed, number, *name.encode()])
            backdrop = cv2.resize(random_backdrop(rng, CROP_SIZE, CROP_SIZE), (size, size)).astype(np.float32)
        mixed = matte * person + (1 - matte) * backdrop
        return np.asarray(np.clip(mixed * 255 + 0.5, 0, 255), dtype=np.uint8)
