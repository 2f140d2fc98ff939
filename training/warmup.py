"""Supervised warm-up: the generator learns a drawing style from aligned pairs before it meets a discriminator.

Loss = ``pixel`` * L1 + ``perceptual`` * VGG16 feature distance. The run can be killed at any time and goes on
from its last checkpoint with the same pictures in the same order.
"""

from __future__ import annotations

import copy
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training import checkpoints
from training.networks.generator import Generator
from training.networks.normalization import clip_mixing_parameters
from training.pairs import Augmentation, Pairs
from training.perceptual import LPIPS, PerceptualLoss

LAST = "last.safetensors"


@dataclass(frozen=True, slots=True)
class WarmupRecipe:
    """Every setting of a warm-up run."""

    steps: int = 4000  # optimizer steps in all
    batch: int = 4  # pairs a step
    size: int = 144  # side of the window that is trained on, a multiple of 16
    learning_rate: float = 3e-4
    decay_from: float = 0.5  # share of the steps after which the rate falls linearly to zero
    betas: tuple[float, float] = (0.5, 0.999)
    ema: float = 0.999  # decay of the averaged weights, which are the ones exported
    pixel: float = 10.0  # weight of L1
    perceptual: float = 2.0  # weight of the VGG16 distance
    seed: int = 0
    save_every: int = 50


@dataclass(frozen=True, slots=True)
class Figures:
    """Held-out quality: mean absolute difference on [-1, 1] pictures, and LPIPS (VGG16), over ``count`` pairs."""

    l1: float
    lpips: float
    count: int


class WarmupRun:
    """A run in ``folder``; made anew, or taken up where its last checkpoint stands."""

    def __init__(self, recipe: WarmupRecipe, folder: Path, init: Path | None = None) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.folder = folder
        self.generator = Generator()
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.optimizer = torch.optim.Adam(
            self.generator.parameters(), lr=recipe.learning_rate, betas=recipe.betas, foreach=True
        )
        self.step = 0
        self.seconds = 0.0
        last = folder / LAST
        if last.is_file():
            self._resume(last)
        elif init is not None:
            tensors, _ = checkpoints.load(init)
            checkpoints.load_network(self.generator, checkpoints.under("average", tensors), "the generator")
            self.average.load_state_dict(self.generator.state_dict())

    def train(self, pairs: Pairs, held_out: Pairs) -> None:
        """Train to the recipe's last step, saving, logging and drawing a sheet of held-out pairs on the way."""
        recipe, loss_of = self.recipe, PerceptualLoss()
        while self.step < recipe.steps:
            started = time.monotonic()
            photo, cartoon = pairs.batch(recipe.seed, self.step, recipe.batch, recipe.size, Augmentation())
            for group in self.optimizer.param_groups:
                group["lr"] = self._learning_rate()
            prediction = self.generator(photo).image
            pixel = F.l1_loss(prediction, cartoon)
            perceptual = loss_of(prediction, cartoon)
            loss = recipe.pixel * pixel + recipe.perceptual * perceptual
            if not torch.isfinite(loss):
                raise FloatingPointError(f"The loss is not finite at step {self.step}; the last checkpoint is good.")
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            clip_mixing_parameters(self.generator)
            self._update_average()
            self.step += 1
            self.seconds += time.monotonic() - started
            self._log({"step": self.step, "l1": pixel.item(), "perceptual": perceptual.item(), "hours": self.hours})
            if self.step % recipe.save_every == 0 or self.step == recipe.steps:
                self.save()
                draw_sheet(self.average, held_out, self.folder / "sheets" / f"{self.step:06d}.jpg")

    @property
    def hours(self) -> float:
        """Hours spent in training steps so far."""
        return self.seconds / 3600

    def save(self) -> None:
        """Write the last checkpoint."""
        tensors = {
            **checkpoints.prefixed("generator", self.generator.state_dict()),
            **checkpoints.prefixed("average", self.average.state_dict()),
            **checkpoints.prefixed("adam", checkpoints.optimizer_tensors(self.optimizer, self.generator)),
        }
        metadata = {"kind": "warmup", "step": self.step, "seconds": self.seconds, "recipe": asdict(self.recipe)}
        checkpoints.save(self.folder / LAST, tensors, metadata)

    def _resume(self, path: Path) -> None:
        tensors, metadata = checkpoints.load(path)
        checkpoints.load_network(self.generator, checkpoints.under("generator", tensors), "the generator")
        checkpoints.load_network(self.average, checkpoints.under("average", tensors), "the generator")
        checkpoints.load_optimizer(self.optimizer, self.generator, checkpoints.under("adam", tensors))
        self.step = int(metadata["step"])
        self.seconds = float(metadata["seconds"])

    def _learning_rate(self) -> float:
        recipe = self.recipe
        rise = min(1.0, (self.step + 1) / 50)
        decay_start = recipe.decay_from * recipe.steps
        fall = max(0.0, self.step - decay_start) / max(1.0, recipe.steps - decay_start)
        return recipe.learning_rate * rise * (1.0 - fall)

    @torch.no_grad()
    def _update_average(self) -> None:
        # A short memory at first, so that the average is not held back by the random start.
        decay = min(self.recipe.ema, (1 + self.step) / (10 + self.step))
        averaged, current = list(self.average.parameters()), list(self.generator.parameters())
        torch._foreach_lerp_(averaged, current, 1 - decay)

    def _log(self, line: dict[str, float]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "stats.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


@torch.no_grad()
def evaluate(generator: nn.Module, pairs: Pairs, size: int = 256) -> Figures:
    """Measure ``generator`` on all ``pairs`` at ``size`` pixels."""
    lpips = LPIPS()
    l1_sum = lpips_sum = 0.0
    for index in range(len(pairs)):
        photo, cartoon = pairs.plain(index, size)
        drawn = generator(photo).image
        l1_sum += F.l1_loss(drawn, cartoon).item()
        lpips_sum += lpips(drawn, cartoon).item()
    return Figures(l1_sum / len(pairs), lpips_sum / len(pairs), len(pairs))


@torch.no_grad()
def draw_sheet(generator: nn.Module, pairs: Pairs, path: Path, count: int = 8, size: int = 256) -> None:
    """Write a contact sheet: photos above, the generator's drawings, the true drawings below."""
    rows: list[list[Tensor]] = [[], [], []]
    for index in np.linspace(0, len(pairs) - 1, min(count, len(pairs))).astype(int):
        photo, cartoon = pairs.plain(int(index), size)
        for row, picture in zip(rows, (photo, generator(photo).image, cartoon), strict=True):
            row.append(picture[0])
    sheet = torch.cat([torch.cat(row, dim=2) for row in rows], dim=1)
    pixels = ((sheet.permute(1, 2, 0) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).numpy()
    path.parent.mkdir(parents=True, exist_ok=True)
    _, packed = cv2.imencode(path.suffix, cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    path.write_bytes(packed.tobytes())


