"""What a generator draws becomes the pairs that another one learns from.

A small generator goes through a CycleGAN fifteen times as fast as the report's. What it has learnt there, the report's
network then learns from these pairs with ``python -m training warmup``, in one pass a step instead of six.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import ImageError
from core.images import load_picture
from core.saving import save_picture
from training.pairs import to_tensor
from training.unpaired import to_pixels

#: How a test picture is told from its name alone, so that a photo stays on its side however many others there are.
_SPLITS = 10_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many pairs were written, of each split, and how many photos could not be read."""

    train: int
    test: int
    broken: int


@torch.no_grad()
def draw_pairs(
    generator: nn.Module,
    photos: Iterable[Path],
    out: Path,
    size: int,
    test: float,
    tell: Callable[[str], None] = print,
) -> Drawn:
    """Write ``out``/train and ``out``/test of photo/ and cartoon/, PNG of equal names, as the warm-up reads them.

    Args:
        generator: gives a picture in [-1, 1] for one of the same size.
        photos: aligned crops, square or nearly so.
        out: a folder; pairs that are there already are kept as they are.
        size: side at which the generator draws, in pixels: what it was trained at. Drawings are scaled to the photo's.
        test: share of the photos that goes to ``out``/test, by their names.
        tell: receives a sentence for each photo that cannot be read.
    """
    counts = {"train": 0, "test": 0}
    broken = 0
    for path in photos:
        split = "test" if zlib.crc32(path.stem.encode()) % _SPLITS < test * _SPLITS else "train"
        photo_to, cartoon_to = (out / split / kind / f"{path.stem}.png" for kind in ("photo", "cartoon"))
        if not cartoon_to.is_file():
            try:
                photo = load_picture(path).pixels
            except ImageError as error:
                tell(f"Skipped: {error}")
                broken += 1
                continue
            for folder in (photo_to.parent, cartoon_to.parent):
                folder.mkdir(parents=True, exist_ok=True)
            save_picture(photo_to, photo)
            # Last, since it says that the pair is whole.
            save_picture(cartoon_to, _drawing(generator, photo, size))
        counts[split] += 1
    return Drawn(counts["train"], counts["test"], broken)


def _drawing(generator: nn.Module, photo: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    height, width = photo.shape[:2]
    small = cv2.resize(photo, (size, size), interpolation=cv2.INTER_AREA if height > size else cv2.INTER_CUBIC)
    picture: Tensor = generator(to_tensor([np.asarray(small / np.float32(255), dtype=np.float32)])).image
    drawn = to_pixels(picture)[0]
    return np.asarray(cv2.resize(drawn, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
