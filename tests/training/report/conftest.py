"""Run folders as the loop leaves them, without having trained."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.saving import save_picture
from training import checkpoints
from training.grids import heat_on
from training.networks.small import SmallGenerator

SIDE = 64
FACES = 3

MakeRun = Callable[..., Path]


def attention_map(spread: float) -> NDArray[np.float32]:
    """A bump on the face, the wider the greater ``spread``."""
    y, x = np.mgrid[0:16, 0:16] / 15
    return np.asarray(np.exp(-((x - 0.5) ** 2 + (y - 0.58) ** 2) / spread), dtype=np.float32)


def grid(seed: int, spread: float) -> NDArray[np.uint8]:
    """A grid of FACES columns: input, attention, drawing, returned."""
    rng = np.random.default_rng(seed)
    columns = []
    for _ in range(FACES):
        base = np.linspace(60, 200, SIDE)[:, None, None] + rng.integers(-40, 40, 3)
        picture = np.broadcast_to(np.clip(base, 0, 255), (SIDE, SIDE, 3)).astype(np.uint8)
        columns.append(
            np.concatenate((picture, heat_on(picture, attention_map(spread)), 255 - picture, picture // 2 + 60))
        )
    return np.concatenate(columns, axis=1)


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Writes a run: ``make_run("name", steps=40, cam=0.0, grids={10: 0.5, 40: 0.05})``; grids are step -> spread."""

    def make(
        name: str,
        steps: int = 40,
        cam: float = 1000.0,
        grids: Mapping[int, float] = {10: 0.5, 40: 0.05},
        kid: Sequence[float] = (0.5, 0.3),
        **recipe: Any,
    ) -> Path:
        folder = tmp_path / name
        (folder / "grids").mkdir(parents=True)
        rng = np.random.default_rng(1)
        with (folder / "stats.jsonl").open("w", encoding="utf-8") as file:
            for step in range(1, steps + 1):
                line = {"step": step, "seconds": step * 2.0, "g": 100.0 / step, "g_cycle": 1.0 / step}
                file.write(json.dumps({**line, "d": float(2 + rng.normal())}) + "\n")
            for number, value in enumerate(kid):
                step = steps * (number + 1) // len(kid)
                file.write(json.dumps({"step": step, "kid": value, "loss": 1.0}) + "\n")
        for step, spread in grids.items():
            for way in ("A2B", "B2A"):
                save_picture(folder / "grids" / f"{way}-{step:06d}.jpg", grid(step, spread), quality=92)
        settings = {
            "steps": 1000, "batch": 1, "seed": 0, "losses": {"cam": cam},
            "data": {"size": SIDE, "folder": "set"}, "networks": {"generator": "small", "generator_width": 8}, **recipe,
        }  # fmt: skip
        torch.manual_seed(0)
        tensors = checkpoints.prefixed("average", SmallGenerator(8).state_dict())
        checkpoints.save(
            folder / "last.safetensors", tensors, {"kind": "cyclegan", "step": steps, "recipe": settings}
        )  # fmt: skip
        return folder

    return make
