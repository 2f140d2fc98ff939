"""Tiny domains and recipes, so that whole runs take seconds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import skimage.data
import torch
from numpy.typing import NDArray

from core.saving import save_picture
from training.recipe import Recipe, recipe_from

PICTURES = 6


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Networks as small as these only get slower with more threads, and a sum's order stays the same."""
    torch.set_num_threads(1)


def parts_of_a_portrait() -> list[NDArray[np.uint8]]:
    """Squares of 80 pixels from a real photo, each another part of it."""
    photo = skimage.data.astronaut()  # type: ignore[no-untyped-call]
    places = np.random.default_rng(0).integers(0, 512 - 80, (PICTURES, 2))
    return [np.ascontiguousarray(photo[y : y + 80, x : x + 80]) for y, x in places]


def drawn(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A flat, outlined version of a photo."""
    flat = cv2.bilateralFilter(photo, 7, 60, 7) // 64 * 64
    lines = cv2.Canny(photo, 80, 160)[:, :, None] > 0
    return np.where(lines, 0, flat).astype(np.uint8)


def write_set(folder: Path) -> Path:
    """Make a folder with trainA, trainB, testA and testB, and return it."""
    for number, photo in enumerate(parts_of_a_portrait()):
        split = "test" if number < 2 else "train"
        for letter, picture in (("A", photo), ("B", drawn(photo))):
            target = folder / f"{split}{letter}"
            target.mkdir(parents=True, exist_ok=True)
            save_picture(target / f"{number}.png", picture)
    return folder


@pytest.fixture
def prepared_set(tmp_path: Path) -> Path:
    """A folder with trainA, trainB, testA and testB."""
    return write_set(tmp_path / "set")


@pytest.fixture
def tiny_settings(prepared_set: Path) -> dict[str, Any]:
    """The settings of a run whose step takes a fraction of a second."""
    return settings_of(prepared_set)


def settings_of(prepared_set: Path) -> dict[str, Any]:
    """Return the settings of a run on that folder whose step takes a fraction of a second."""
    return {
        "steps": 4,
        "batch": 2,
        "data": {"folder": str(prepared_set), "size": 32, "load_size": 36, "workers": 1},
        "networks": {
            "generator": "small",
            "generator_width": 8,
            "discriminator_width": 4,
            "discriminator_layers": [5, 4],
        },
        "losses": {"cam": 10.0},
        "device": {"accelerator": "cpu"},
        "output": {"save_every": 100, "log_every": 1, "grid_at": [], "grid_faces": 2},
    }


@pytest.fixture
def tiny_recipe(tiny_settings: dict[str, Any]) -> Callable[..., Recipe]:
    """Makes that recipe with changes: ``tiny_recipe(steps=3, losses={"cam": 0.0})``."""

    def make(**changes: Any) -> Recipe:
        settings = dict(tiny_settings)
        for key, value in changes.items():
            settings[key] = {**settings.get(key, {}), **value} if isinstance(value, dict) else value
        return recipe_from(settings)

    return make


@pytest.fixture
def borrowed() -> Callable[[str], None]:
    """Fetches weights by their name in training.weights; skips the test where they cannot be had."""
    from training import weights

    def fetch(name: str) -> None:
        try:
            weights.fetch(getattr(weights, name))
        except weights.WeightsError as error:
            pytest.skip(str(error))

    return fetch
