"""The two unpaired domains, read from folders while training goes on.

Batches are a pure function of (seed, step): a run that is resumed sees exactly what it would have seen, and several
processes that share a batch see what one would have seen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import AnimirrorError, ImageError, quoted
from core.images import is_picture_path, load_picture
from training.backdrops import Image, random_backdrop, replace_white, white_backdrop_matte
from training.pairs import to_tensor

#: A picture that cannot be read is replaced; after so many in a row the domain counts as unreadable.
ATTEMPTS = 32


class DataError(AnimirrorError):
    """A domain that cannot be trained on."""


@dataclass(frozen=True, slots=True)
class Window:
    """How a picture of any size and shape becomes a square to train on; the aspect ratio is kept."""

    size: int  # side of the square, pixels
    load_size: int  # the shorter side is resized to this first
    flip: bool = True  # mirror every second picture
    backdrops: float = 0.0  # chance that a white wall behind the person is replaced


class Domain:
    """The pictures of one folder, its sub-folders included; files are read when they are wanted.

    ``tell`` receives a sentence for each file that cannot be read. Raises DataError for a folder without pictures.
    """

    def __init__(self, paths: Sequence[Path], folder: Path, tell: Callable[[str], None] = print) -> None:
        if not paths:
            raise DataError(f"There are no pictures in {quoted(folder)}; name a folder that has some.")
        self.paths = list(paths)
        self.folder = folder
        self._tell = tell
        self._broken: set[int] = set()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def broken(self) -> list[int]:
        """The files, by their places in ``paths``, that were wanted so far and could not be read."""
        with self._lock:
            return sorted(self._broken)

    def window(self, seed: int, position: int, window: Window) -> Image:
        """Return the training square for ``position`` in an endless shuffled order, (size, size, 3) in [0, 1].

        Every picture is shown once before any is shown again. In place of a file that cannot be read another one,
        drawn from the same position, is shown.
        """
        epoch, place = divmod(position, len(self))
        order = np.random.default_rng((seed, 0, epoch)).permutation(len(self))
        rng = np.random.default_rng((seed, 1, position))
        index = int(order[place])
        for _ in range(ATTEMPTS):
            pixels = self._read(index)
            if pixels is not None:
                return _cut(pixels, window, rng)
            index = int(rng.integers(len(self)))
        raise DataError(
            f"{ATTEMPTS} pictures in a row could not be read in {quoted(self.folder)}; check the folder and its disk."
        )

    def plain(self, count: int, size: int) -> Tensor:
        """Return up to ``count`` pictures from all over the folder, (N, 3, size, size) in [-1, 1], cut centrally."""
        found: list[Image] = []
        for index in np.unique(np.linspace(0, len(self) - 1, min(count, len(self))).astype(int)):
            pixels = self._read(int(index))
            if pixels is not None:
                picture = _resized(_unit(pixels), size)
                top, left = (picture.shape[0] - size) // 2, (picture.shape[1] - size) // 2
                found.append(picture[top : top + size, left : left + size])
        if not found:
            raise DataError(f"No picture in {quoted(self.folder)} could be read; check the folder and its disk.")
        return to_tensor(found)

    def _read(self, index: int) -> NDArray[np.uint8] | None:
        if index in self._broken:
            return None
        try:
            return load_picture(self.paths[index]).pixels
        except ImageError as error:
            with self._lock:
                if index not in self._broken:
                    self._broken.add(index)
                    self._tell(f"Skipped, {len(self._broken)} so far in this domain: {error}")
            return None


def domain(folder: Path, tell: Callable[[str], None] = print) -> Domain:
    """Gather the pictures of ``folder``. Raises DataError when it is missing or has none."""
    if not folder.is_dir():
        raise DataError(f"There is no folder {quoted(folder)}; a path that is not absolute starts at {Path.cwd()}.")
    return Domain(sorted(path for path in folder.rglob("*") if is_picture_path(path)), folder, tell)


class Unpaired:
    """Batches of both domains."""

    def __init__(self, a: Domain, b: Domain, window: Window, seed: int) -> None:
        self.a, self.b = a, b
        self._window = window
        self._seed = seed

    def broken(self) -> Tensor:
        """Mark the files that could not be read so far: 1 for each of those of both domains in order, otherwise 0."""
        marks = torch.zeros(len(self.a) + len(self.b))
        marks[[*self.a.broken, *(len(self.a) + index for index in self.b.broken)]] = 1
        return marks

    def batch(self, step: int, count: int, rank: int = 0, ranks: int = 1) -> tuple[Tensor, Tensor]:
        """Return the share of ``rank`` in the ``count`` pictures of each domain for ``step``.

        Two tensors (count / ranks, 3, size, size) in [-1, 1]; the domains are shuffled apart.
        """
        share = count // ranks
        first = step * count + rank * share
        positions = range(first, first + share)
        white_stays = Window(self._window.size, self._window.load_size, self._window.flip)
        photos = [self.a.window(2 * self._seed, position, self._window) for position in positions]
        anime = [self.b.window(2 * self._seed + 1, position, white_stays) for position in positions]
        return to_tensor(photos), to_tensor(anime)


def _cut(pixels: NDArray[np.uint8], window: Window, rng: np.random.Generator) -> Image:
    picture = _unit(pixels)
    if window.backdrops and rng.random() < window.backdrops:
        backdrop = random_backdrop(rng, picture.shape[0], picture.shape[1])
        picture = replace_white(picture, white_backdrop_matte(picture), backdrop)
    picture = _resized(picture, window.load_size)
    top = int(rng.integers(picture.shape[0] - window.size + 1))
    left = int(rng.integers(picture.shape[1] - window.size + 1))
    picture = picture[top : top + window.size, left : left + window.size]
    return picture[:, ::-1] if window.flip and rng.random() < 0.5 else picture


def _resized(picture: Image, shorter: int) -> Image:
    height, width = picture.shape[:2]
    scale = shorter / min(height, width)
    if scale == 1:
        return picture
    target = (max(shorter, round(width * scale)), max(shorter, round(height * scale)))
    kernel = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(picture, target, interpolation=kernel)
    return np.asarray(np.clip(resized, 0, 1), dtype=np.float32)


def _unit(pixels: NDArray[np.uint8]) -> Image:
    return np.asarray(pixels / np.float32(255), dtype=np.float32)


def to_pixels(pictures: Tensor) -> list[NDArray[np.uint8]]:
    """Turn (N, 3, H, W) in [-1, 1] into N arrays (H, W, 3) of 0..255."""
    scaled = ((pictures.detach().float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return [np.ascontiguousarray(one) for one in scaled.permute(0, 2, 3, 1).cpu().numpy()]
