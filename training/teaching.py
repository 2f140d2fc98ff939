"""What a generator draws becomes the pairs that another one learns from.

A small generator goes through a CycleGAN fifteen times as fast as the report's. What it has learnt there, the report's
network then learns from these pairs with ``python -m training warmup``, in one pass a step instead of six.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import ImageError
from core.images import load_picture
from core.saving import save_picture
from core.writing import failures_told
from training.backdrops import before_white, deepen, put_before, white_backdrop_matte
from training.pairs import to_tensor
from training.unpaired import to_pixels

Pixels: TypeAlias = NDArray[np.uint8]
_SPLITS = 10_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many pairs there are of each split, how many photos could not be read or did not suit, and bad drawings.

    unchanged: second ways that were not written, since the photo does not show what they change.
    """

    train: int
    test: int
    broken: int
    unsuited: int = 0
    rejected: int = 0
    unchanged: int = 0


class Hand(NamedTuple):
    """A generator that gives a picture in [-1, 1] for one of the same size, best at ``size`` pixels."""

    generator: nn.Module
    size: int


#: What does something to a photo and its drawing, or gives None where it cannot.
Change = Callable[[Pixels, Pixels, np.random.Generator], tuple[Pixels, Pixels] | None]


class Variant(NamedTuple):
    """A second way in which some of the photos are written, with a ``change``.

    ``share`` of the photos is taken, by their names. ``name`` ends the names of these pairs.
    """

    name: str
    share: float
    change: Change


@dataclass(frozen=True, slots=True)
class Teacher:
    """Who draws: every hand what the one before it drew, the first one the photo.

    evening: changes the photo before it is drawn; None leaves it as it is.
    finishes: each changes the drawing by what is on the photo.
    suits: whether a photo is one to draw; None takes all.
    variants: of each some photos are written a second time.
    accepts: whether a drawing is good enough to learn from; None takes all.
    """

    hands: Sequence[Hand]
    evening: Callable[[Pixels], Pixels] | None = None
    finishes: Sequence[Callable[[Pixels, Pixels], Pixels]] = ()
    suits: Callable[[Pixels], bool] | None = None
    variants: Sequence[Variant] = ()
    accepts: Callable[[Pixels], bool] | None = None

    def __call__(self, photo: Pixels) -> Pixels:
        """Draw ``photo`` (H, W, 3) uint8 RGB; the drawing is scaled to its size."""
        drawing = photo if self.evening is None else self.evening(photo)
        for hand in self.hands:
            drawing = _drawn(hand, drawing)
        drawing = resized(drawing, *photo.shape[:2])
        for finish in self.finishes:
            drawing = finish(photo, drawing)
        return drawing


@torch.no_grad()
def _drawn(hand: Hand, picture: Pixels) -> Pixels:
    seen = resized(picture, hand.size, hand.size)
    drawn: Tensor = hand.generator(to_tensor([np.asarray(seen / np.float32(255), dtype=np.float32)])).image
    return to_pixels(drawn)[0]


def resized(picture: Pixels, height: int, width: int) -> Pixels:
    """Scale a picture (H, W, 3) without steps or moire."""
    smooth = cv2.INTER_AREA if picture.shape[0] > height else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (width, height), interpolation=smooth), dtype=np.uint8)


def draw_pairs(
    teacher: Teacher,
    photos: Iterable[Path],
    out: Path,
    test: float,
    deepened: float = 0.0,
    tell: Callable[[str], None] = print,
) -> Drawn:
    """Write ``out``/train and ``out``/test of photo/ and cartoon/, PNG of equal names, as the warm-up reads them.

    Args:
        teacher: draws.
        photos: aligned crops, square or nearly so.
        out: a folder; pairs that are there already are kept as they are.
        test: share of the photos that goes to ``out``/test, by their names; those that are there stay where they are.
        deepened: share of the photos, which are before white then, whose complexion is darkened first.
        tell: receives a sentence for each photo that cannot be read.

    Raises OutputError where ``out`` cannot be written.
    """
    counts = {"train": 0, "test": 0}
    broken = unsuited = rejected = unchanged = 0
    for path in photos:
        split, other = ("test", "train") if _share_of(path.stem) < test else ("train", "test")
        if _Folder(out / other).has(path.stem):
            # It was drawn under another share: what is held out may not be learnt from as well.
            split = other
        written = _Folder(out / split)
        if not written.has(path.stem):
            try:
                photo = load_picture(path).pixels
            except ImageError as error:
                tell(f"Skipped: {error}")
                broken += 1
                continue
            if teacher.suits is not None and not teacher.suits(photo):
                unsuited += 1
                continue
            if _share_of(f"{path.stem}/complexion") < deepened:
                photo = _deepened(photo, 0.4 + 0.6 * _share_of(f"{path.stem}/depth"))
            drawing = teacher(photo)
            if teacher.accepts is not None and not teacher.accepts(drawing):
                rejected += 1
                continue
            for name, share, change in teacher.variants:
                if _share_of(f"{path.stem}/{name}") < share:
                    pair = change(photo, drawing, np.random.default_rng(zlib.crc32(path.stem.encode())))
                    if pair is None:
                        unchanged += 1
                    else:
                        written.save(f"{path.stem}-{name}", *pair)
            # Last, since it says that all of this photo is there.
            written.save(path.stem, photo, drawing)
        counts[split] += 1 + sum(written.has(f"{path.stem}-{variant.name}") for variant in teacher.variants)
    return Drawn(counts["train"], counts["test"], broken, unsuited, rejected, unchanged)


class _Folder:
    """Pairs in a folder's photo/ and cartoon/."""

    def __init__(self, folder: Path) -> None:
        self._photos, self._drawings = folder / "photo", folder / "cartoon"

    def has(self, name: str) -> bool:
        return (self._drawings / f"{name}.png").is_file()

    def save(self, name: str, photo: Pixels, drawing: Pixels) -> None:
        for folder in (self._photos, self._drawings):
            with failures_told(folder):
                folder.mkdir(parents=True, exist_ok=True)
        save_picture(self._photos / f"{name}.png", photo)
        # Last, since it says that the pair is whole.
        save_picture(self._drawings / f"{name}.png", drawing)


def _share_of(name: str) -> float:
    """A number from 0 to 1 that follows from the name alone, so that a photo's lot is its own whatever others do."""
    return zlib.crc32(name.encode()) % _SPLITS / _SPLITS


def _deepened(photo: Pixels, depth: float) -> Pixels:
    unit = np.asarray(photo / np.float32(255), dtype=np.float32)
    matte = white_backdrop_matte(unit)
    darker = put_before(deepen(before_white(unit, matte), depth), matte, np.ones_like(unit))
    return np.asarray((darker * 255).round(), dtype=np.uint8)
