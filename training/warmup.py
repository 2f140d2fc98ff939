"""Supervised warm-up: the generator learns a drawing style from aligned pairs before it meets a discriminator.

Loss = ``pixel`` * L1 + ``perceptual`` * VGG16 feature distance (or ``lpips`` * LPIPS, learnt heads and all, which tells
a style's features that lie elsewhere than the photo's sooner), and where ``adversarial`` is not 0 that times what
projected discriminators (Sauer et al. 2021) say of the drawing: distances alone leave lines soft, since the mean of
two possible strokes is a blur. With ``face`` and ``mouth`` both distances are measured once more where the features lie
(:mod:`training.closeup`). The run can be killed at any time and goes on from its last checkpoint with the same
pictures in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from torch import Tensor, nn

from core.saving import save_picture
from training import checkpoints
from training.ahead import Ahead
from training.average import Average
from training.closeup import features, mouths
from training.critic import Critic
from training.loop import Ending, Loop, Plan
from training.networks.generator import Generator
from training.networks.normalization import clip_mixing_parameters
from training.pairs import COLOURS_KEPT, Augmentation, Pairs, to_tensor
from training.perceptual import LPIPS, PerceptualLoss
from training.runfolder import RunFolder
from training.schedule import learning_rate, set_learning_rate
from training.unpaired import Domain, Window, to_pixels

RISE = 50
_LOOSELY = 1.2
"""Side of the largest picture that a window is cut out of, in windows, where windows show whole faces."""
EVALUATED_SIZE = 256
CPU = torch.device("cpu")


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
    lpips: float = 0.0  # weight of LPIPS, which takes the place of that distance where it is not 0
    whole: bool = False  # windows show nearly all of the face, at the window's size, not parts of it
    face: float = 0.0  # weight of L1 once more, of eyes and mouth; needs whole faces
    mouth: float = 0.0  # weight of the perceptual distance once more, of the mouth; likewise
    adversarial: float = 0.0  # weight of the projected discriminators; 0: there are none
    keep_colours: bool = False  # drawings have the person's colours and stand before the photo's backdrop
    bfloat16: bool = False  # compute the generator in mixed precision
    seed: int = 0
    save_every: int = 50


@dataclass(frozen=True, slots=True)
class Figures:
    """Held-out quality: mean absolute difference on [-1, 1] pictures, and LPIPS (VGG16), over ``count`` pairs."""

    l1: float
    lpips: float
    count: int


class Warmup:
    """A generator that learns from pairs, one step at a time. Satisfies training.loop.Trainee."""

    kind = "warmup"
    watched = "l1"

    def __init__(
        self,
        recipe: WarmupRecipe,
        pairs: Pairs,
        held_out: Pairs,
        folder: Path,
        generator: nn.Module | None = None,
        true: Domain | None = None,
        device: torch.device = CPU,
        workers: int = 0,
    ) -> None:
        """Start from ``generator``, or from the report's one with random weights, on ``device``.

        The discriminators hold drawings against ``true`` pictures of the style, or against those of the pairs. So many
        ``workers`` make pairs while the networks train; with none, each step makes its own.
        """
        torch.manual_seed(recipe.seed)
        self.recipe, self.device = recipe, device
        self.generator = (generator or Generator()).to(device)
        self.average = Average(self.generator, recipe.ema)
        self._optimizer = torch.optim.Adam(
            self.generator.parameters(), lr=recipe.learning_rate, betas=recipe.betas, fused=True
        )
        self._perceptual = (LPIPS if recipe.lpips else PerceptualLoss)(rough=recipe.bfloat16).to(device)
        self._critic = Critic(recipe.learning_rate, recipe.betas, recipe.seed, device) if recipe.adversarial else None
        self._pairs, self._held_out, self._folder, self._true = pairs, held_out, folder, true
        self._varied = COLOURS_KEPT if recipe.keep_colours else Augmentation()
        if recipe.whole:
            share = recipe.size / EVALUATED_SIZE
            self._varied = replace(self._varied, smallest=share, largest=_LOOSELY * share)
        self.batches = Ahead(self._batch, recipe.steps, workers)

    def step(self, number: int) -> Mapping[str, Tensor]:
        """Train one step on the pairs that belong to it."""
        recipe = self.recipe
        photo, cartoon = (pictures.to(self.device) for pictures in self.batches.take(number))
        rate = learning_rate(recipe.learning_rate, number, recipe.steps, recipe.decay_from, RISE)
        set_learning_rate(self._optimizer, rate)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=recipe.bfloat16):
            prediction = self.generator(photo).image.float()
        pixel, perceptual = F.l1_loss(prediction, cartoon), self._perceptual(prediction, cartoon).mean()
        parts = {"l1": pixel, "lpips" if recipe.lpips else "perceptual": perceptual}
        loss = recipe.pixel * pixel + (recipe.lpips or recipe.perceptual) * perceptual
        if recipe.face:
            parts["face"] = F.l1_loss(features(prediction), features(cartoon))
            loss = loss + recipe.face * parts["face"]
        if recipe.mouth:
            parts["mouth"] = self._perceptual(mouths(prediction), mouths(cartoon)).mean()
            loss = loss + recipe.mouth * parts["mouth"]
        if self._critic is not None:
            parts["adversarial"] = self._critic.to_fool(prediction)
            loss = loss + recipe.adversarial * parts["adversarial"]
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self._optimizer.step()
        clip_mixing_parameters(self.generator)
        self.average.update(self.generator, number)
        if self._critic is not None:
            true = cartoon if self._true is None else self._true_pictures(number).to(self.device)
            parts["critic"] = self._critic.train(true, prediction.detach(), rate)
        return {name: part.detach() for name, part in parts.items()}

    def _batch(self, step: int) -> tuple[Tensor, Tensor]:
        recipe = self.recipe
        return self._pairs.batch(recipe.seed, step, recipe.batch, recipe.size, self._varied)

    def _true_pictures(self, number: int) -> Tensor:
        """True drawings for a step, windows like the pairs'."""
        assert self._true is not None
        recipe = self.recipe
        # The pairs are shown at between this share of their size and all of it; true drawings midway.
        scale = (self._varied.largest + self._varied.smallest) / 2
        window = Window(recipe.size, max(recipe.size, round(EVALUATED_SIZE * scale)))
        positions = range(number * recipe.batch, (number + 1) * recipe.batch)
        return to_tensor([self._true.window(recipe.seed, position, window) for position in positions])

    def tensors(self) -> dict[str, Tensor]:
        """The generator, its average and Adam's moments."""
        return {
            **checkpoints.prefixed("generator", self.generator.state_dict()),
            **checkpoints.prefixed("average", self.average.network.state_dict()),
            **checkpoints.prefixed("adam", checkpoints.optimizer_tensors(self._optimizer, self.generator)),
            **(self._critic.tensors() if self._critic is not None else {}),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up what :meth:`tensors` gave."""
        checkpoints.load_network(self.generator, checkpoints.under("generator", tensors), "the generator")
        checkpoints.load_network(self.average.network, checkpoints.under("average", tensors), "the generator")
        checkpoints.load_optimizer(self._optimizer, self.generator, checkpoints.under("adam", tensors))
        if self._critic is not None:
            self._critic.restore(tensors)

    def draw(self, step: int) -> None:
        """Write a sheet of held-out pairs."""
        draw_sheet(self.average.network, self._held_out, self._folder / "sheets" / f"{step:06d}.jpg")

    def measure(self) -> float:
        """L1 on the held-out pairs."""
        return evaluate(self.average.network, self._held_out).l1


def warm_up(trainee: Warmup, folder: RunFolder, tell: Callable[[str], None] = print) -> Ending:
    """Train to the recipe's last step; a run that is in ``folder`` goes on."""
    recipe = trainee.recipe
    plan = Plan(
        steps=recipe.steps,
        batch=recipe.batch,
        recipe=asdict(recipe),
        save_every=recipe.save_every,
        draw_every=recipe.save_every,
    )
    with trainee.batches:
        return Loop(trainee, folder, plan, Fabric(accelerator=trainee.device.type, devices=1), tell).run()


@torch.no_grad()
def evaluate(generator: nn.Module, pairs: Pairs, size: int = EVALUATED_SIZE) -> Figures:
    """Measure ``generator`` on all ``pairs`` at ``size`` pixels."""
    device = next(generator.parameters()).device
    lpips = LPIPS().to(device)
    l1_sum = lpips_sum = 0.0
    for index in range(len(pairs)):
        photo, cartoon = (picture.to(device) for picture in pairs.plain(index, size))
        drawn = generator(photo).image
        l1_sum += F.l1_loss(drawn, cartoon).item()
        lpips_sum += lpips(drawn, cartoon).item()
    return Figures(l1_sum / len(pairs), lpips_sum / len(pairs), len(pairs))


@torch.no_grad()
def draw_sheet(generator: nn.Module, pairs: Pairs, path: Path, count: int = 8, size: int = EVALUATED_SIZE) -> None:
    """Write a contact sheet: photos above, the generator's drawings, the true drawings below."""
    device = next(generator.parameters()).device
    columns = []
    for index in np.linspace(0, len(pairs) - 1, min(count, len(pairs))).astype(int):
        photo, cartoon = (picture.to(device) for picture in pairs.plain(int(index), size))
        columns.append(np.concatenate(to_pixels(torch.cat((photo, generator(photo).image, cartoon)))))
    path.parent.mkdir(parents=True, exist_ok=True)
    save_picture(path, np.concatenate(columns, axis=1), quality=92)
