"""A CycleGAN run, put together from a recipe: networks, optimizers, data, and what the loop asks of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.ddp import DDPStrategy
from lightning_fabric.utilities.exceptions import MisconfigurationException
from torch import Tensor, nn

from core.errors import quoted
from training import checkpoints
from training.ahead import Ahead
from training.cyclegan import Discriminators, Generators, build
from training.grids import draw_grid
from training.held_out import Letter, held_out_domain, training_domain
from training.loop import Plan
from training.memory import memory_failures_told
from training.processes import by_the_first
from training.recipe import Device, Recipe, RecipeError
from training.stepper import Stepper
from training.stopping import DistanceToAnime, StopRule
from training.unpaired import DataError, Unpaired, Window
from training.weights import EFFICIENTNET_LITE0, fetch

#: The frozen trunk below projected discriminators is somebody else's work and never saved.
BORROWED = ".trunk."
LETTERS: tuple[Letter, Letter] = ("a", "b")


class CycleGANRun:
    """Both generators and all discriminators, trained one step at a time. Satisfies training.loop.Trainee."""

    kind = "cyclegan"
    watched = "g_cycle"

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        fabric: Fabric,
        init: Path | None = None,
        tell: Callable[[str], None] = print,
    ) -> None:
        """Build everything, from the checkpoint ``init``: of another CycleGAN all networks, of a warm-up A2B alone.

        Raises DataError, WeightsError or CheckpointError when a recipe's wish cannot be met, OutOfMemoryError when
        the networks are too large.
        """
        self.recipe, self._folder, self._fabric = recipe, folder, fabric
        photos, anime = (training_domain(recipe, letter, tell, self._skipped(tell)) for letter in LETTERS)
        self.data = Unpaired(photos, anime, _window(recipe), recipe.seed)
        # Now: what cannot be shown or measured is told before the first step, not after hours.
        self._shown, self._measured = _held_out_pictures(recipe, tell)
        if recipe.stopping.every:
            by_the_first(fabric, lambda: fetch(EFFICIENTNET_LITE0))
        self.batches = Ahead(self._batch, recipe.steps, recipe.data.workers)
        with memory_failures_told(None, recipe.model_dump(mode="json")):
            torch.manual_seed(recipe.seed)
            generators, discriminators = build(recipe)
            if init:
                _start_from(init, generators, discriminators)
            self.stepper = Stepper(recipe, generators, discriminators, fabric)
        self._distance: DistanceToAnime | None = None

    def step(self, number: int) -> Mapping[str, Tensor]:
        """Train one step on the pictures that belong to it."""
        self._seed(number)
        real_a, real_b = (batch.to(self._fabric.device) for batch in self.batches.take(number))
        return self.stepper.step(number, real_a, real_b)

    def tensors(self) -> dict[str, Tensor]:
        """Networks, averages and Adam's moments, by the names that checkpoints have."""
        found: dict[str, Tensor] = {}
        for name, (network, adam) in self._parts().items():
            found |= checkpoints.prefixed(name, _own(network))
            if adam is not None:
                moments = "adam" if name == "generator" else f"adam_{name.removeprefix('generator_')}"
                found |= checkpoints.prefixed(moments, checkpoints.optimizer_tensors(adam, network))
        return found

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up what :meth:`tensors` gave."""
        for name, (network, adam) in self._parts().items():
            _load(network, checkpoints.under(name, tensors), f"the recipe's {name.replace('_', ' ')}")
            if adam is not None:
                moments = "adam" if name == "generator" else f"adam_{name.removeprefix('generator_')}"
                checkpoints.load_optimizer(adam, network, checkpoints.under(moments, tensors))

    def draw(self, step: int) -> None:
        """Write the grids A2B and B2A of ``step`` on the averaged generators."""
        photos, anime = self._shown
        forth, back = self.stepper.average_a2b.network, self.stepper.average_b2a.network
        like = next(forth.parameters())
        draw_grid(forth, back, photos.to(like), self._folder / "grids" / f"A2B-{step:06d}.jpg")
        draw_grid(back, forth, anime.to(like), self._folder / "grids" / f"B2A-{step:06d}.jpg")

    def measure(self) -> float:
        """KID of held-out photos' drawings and held-out anime; see training.stopping."""
        if self._distance is None:
            self._distance = DistanceToAnime(*self._measured, self._fabric.device)
        return self._distance(self.stepper.average_a2b.network)

    def plan(self) -> Plan:
        """What the recipe tells the loop."""
        output, stopping = self.recipe.output, self.recipe.stopping
        return Plan(
            steps=self.recipe.steps,
            batch=self.recipe.batch,
            recipe=self.recipe.model_dump(mode="json"),
            log_every=output.log_every,
            save_every=output.save_every,
            keep=output.keep,
            draw_at=frozenset(output.grid_at),
            draw_every=output.grid_every,
            measure_every=stopping.every,
            rule=StopRule(stopping.patience, stopping.least_gain, stopping.flat, stopping.lull),
            rule_ends_run=stopping.ends_run,
        )

    def _batch(self, step: int) -> tuple[Tensor, Tensor]:
        return self.data.batch(step, self.recipe.batch, self._fabric.global_rank, self._fabric.world_size)

    def _seed(self, number: int) -> None:
        # All randomness of a step follows from its number, so that no random state has to survive in a checkpoint.
        words = np.random.SeedSequence((self.recipe.seed, number, self._fabric.global_rank)).generate_state(1)
        torch.manual_seed(int(words[0]))

    def skipped(self) -> int:
        """Number of training pictures that could not be read so far, in any process; all have to ask at once."""
        marks = self.data.broken().to(self._fabric.device)
        if self._fabric.world_size > 1:
            together = self._fabric.all_reduce(marks, reduce_op="sum")
            assert isinstance(together, Tensor)
            marks = together
        return int((marks > 0).sum())

    def _skipped(self, tell: Callable[[str], None]) -> Callable[[str], None]:
        """Every process reads its own pictures, so each tells which it could not read."""
        if self._fabric.world_size == 1:
            return tell
        return lambda sentence: print(f"Process {self._fabric.global_rank}: {sentence}", flush=True)

    def _parts(self) -> dict[str, tuple[nn.Module, torch.optim.Optimizer | None]]:
        of = self.stepper
        return {
            "generator": (of.generators.a2b, of.generators_adam),
            "generator_b2a": (of.generators.b2a, of.generators_adam),
            "average": (of.average_a2b.network, None),
            "average_b2a": (of.average_b2a.network, None),
            "discriminator_a": (of.discriminators.a, of.discriminators_adam),
            "discriminator_b": (of.discriminators.b, of.discriminators_adam),
        }


def make_fabric(device: Device) -> Fabric:
    """Set up Lightning Fabric as a recipe wants it; the caller launches it. Raises RecipeError where it cannot be."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there.get(device.accelerator, True):
        raise RecipeError(
            f"The recipe's device.accelerator is {device.accelerator}, and torch {torch.__version__} sees no such "
            "device here; set it to auto or cpu, or install a torch that is built for it."
        )
    if device.threads:
        torch.set_num_threads(device.threads)
    # The window's size never changes, so the fastest convolution is worth looking for.
    torch.backends.cudnn.benchmark = True
    several = device.strategy == "ddp" or device.devices > 1
    # Buffers follow from weights, which are equal everywhere: no need to send them round.
    strategy = DDPStrategy(forward_sync_buffers=False) if several else "auto"
    try:
        return Fabric(
            accelerator=device.accelerator, devices=device.devices, strategy=strategy, precision=device.precision
        )
    except (MisconfigurationException, ValueError) as error:
        raise RecipeError(f"The recipe's [device] cannot be had here: {error}") from error


def _held_out_pictures(
    recipe: Recipe, tell: Callable[[str], None]
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Read photos and anime to show, and those to measure (empty where nothing is measured)."""
    size, stopping = recipe.data.size, recipe.stopping
    photos, anime = (held_out_domain(recipe, letter, tell) for letter in LETTERS)
    faces = recipe.output.grid_faces
    shown = photos.plain(faces, size), anime.plain(faces, size)
    if not stopping.every:
        return shown, (torch.empty(0), torch.empty(0))
    measured = photos.plain(stopping.pictures, size), anime.plain(stopping.pictures, size)
    for found, of in zip(measured, (photos, anime), strict=True):
        if len(found) < 2:
            raise DataError(
                f"The stop rule compares sets, and {quoted(of.folder)} has only one held-out picture; add some, or set "
                "stopping.every to 0."
            )
    return shown, measured


def _window(recipe: Recipe) -> Window:
    data = recipe.data
    return Window(data.size, data.load_size, data.flip, data.backdrops)


def _start_from(init: Path, generators: Generators, discriminators: Discriminators) -> None:
    """Take over the averaged generators of a checkpoint, and the discriminators of one that has such."""
    tensors, _ = checkpoints.load(init)
    checkpoints.load_network(generators.a2b, checkpoints.under("average", tensors), "the generator")
    others = {
        "average_b2a": generators.b2a,
        "discriminator_a": discriminators.a,
        "discriminator_b": discriminators.b,
    }
    for name, network in others.items():
        if own := checkpoints.under(name, tensors):
            _load(network, own, f"the recipe's {name.replace('_', ' ')}")


def _load(network: nn.Module, own: Mapping[str, Tensor], what: str) -> None:
    """Load what :func:`_own` gave; what is borrowed stays."""
    borrowed = {key: value for key, value in network.state_dict().items() if BORROWED in f".{key}"}
    checkpoints.load_network(network, {**own, **borrowed}, what)


def _own(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in network.state_dict().items() if BORROWED not in f".{name}"}
