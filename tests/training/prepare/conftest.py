"""Raw material: real pictures from scikit-image and insightface, drawn ones, and broken ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from core.images import load_picture
from core.saving import save_picture
from training.prepare.cutting import Background, Cut
from training.prepare.looking import Domain, Way
from training.prepare.pipeline import Summary, Wishes, prepare


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """An empty folder for raw pictures."""
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def portrait(portrait_photo: Path) -> NDArray[np.uint8]:
    """A woman's portrait, 512x512."""
    return load_picture(portrait_photo).pixels


@pytest.fixture
def landscape() -> NDArray[np.uint8]:
    """A picture without a face."""
    y, x = np.mgrid[0:200, 0:300].astype(np.float32)
    return np.stack([x * 0.8, y, 255 - y], axis=2).astype(np.uint8)


def drawing(seed: int, width: int = 96, height: int = 96) -> NDArray[np.uint8]:
    """A drawn face of circles and lines in other colours and places for every seed."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), rng.integers(120, 256, 3), dtype=np.uint8)
    for _ in range(12):
        place = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(picture, place, int(rng.integers(4, 30)), rng.integers(0, 256, 3).tolist(), int(rng.integers(-1, 4)))
    return picture


@pytest.fixture
def prepared(raw: Path, tmp_path: Path) -> Callable[..., tuple[Summary, Path, list[str]]]:
    """Prepares ``raw`` in this process; returns the summary, the folder, and the sentences that were told."""

    def run(**changes: Any) -> tuple[Summary, Path, list[str]]:
        told: list[str] = []
        out = tmp_path / "out"
        anime = changes.pop("anime", False)
        as_is = changes.pop("as_is", False)
        way = Way(Domain.ANIME) if anime else Way(Domain.PHOTO, as_is, "own")
        plain = Cut(background=Background.KEEP, bars=not (anime or as_is))
        wishes = Wishes(**{"sources": [raw], "out": out, "way": way, "cut": plain, "jobs": 1, **changes})
        return prepare(wishes, told.append), out, told

    return run


def save_all(folder: Path, **pictures: NDArray[np.uint8]) -> None:
    """Write pictures as PNG under their names."""
    for name, pixels in pictures.items():
        save_picture(folder / f"{name}.png", pixels)
