"""A CycleGAN run, put together from a recipe: networks, optimizers, data, and what the loop asks of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.ddp import DDPStrategy
from torch import Tensor, nn

from training import checkpoints
from training.ahead import Ahead
from training.average import Average
from training.cyclegan import Translated, build
from training.grids import draw_grid
from training.loop import Plan
from training.networks.normalization import clip_mixing_parameters
from training.recipe import Device, Recipe
from training.schedule import learning_rate, set_learning_rate
from training.stopping import DistanceToAnime, StopRule
from training.unpaired import Domain, Unpaired, Window, domain

#: The frozen trunk below projected discriminators is somebody else's work and never saved.
BORROWED = ".trunk."
#: Held-out pictures from the training folder, where no folder of held-out ones was named.
SPARE = 50


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
        """Build everything, the A2B generator from the checkpoint ``init``. Raises DataError, WeightsError or CheckpointError when a recipe's wish cannot be met."""
        self.recipe, self._folder, self._fabric = recipe, folder, fabric
        self.data = Unpaired(*training_domains(recipe, tell), _window(recipe), recipe.seed)
        self.batches = Ahead(self._batch, recipe.steps, recipe.data.workers)
        torch.manual_seed(recipe.seed)
        self.generators, self.discriminators = build(recipe)
        if init:
            checkpoints.load_average(self.generators.a2b, init)
        self.average_a2b = Average(self.generators.a2b, recipe.optimizer.average)
        self.average_b2a = Average(self.generators.b2a, recipe.optimizer.average)
        self._generators_adam = _adam(self.generators, recipe)
        self._discriminators_adam = _adam(self.discriminators, recipe)
        self._translate, self._generators_step = fabric.setup(self.generators, self._generators_adam)
        self._judge, self._discriminators_step = fabric.setup(self.discriminators, self._discriminators_adam)
        for module in (self.average_a2b.network, self.average_b2a.network, self.generators.face_distance):
            if module is not None:
                module.to(fabric.device)
        self._held_out: tuple[Tensor, Tensor] | None = None
        self._distance: DistanceToAnime | None = None
        self._tell = tell

    def step(self, number: int) -> Mapping[str, Tensor]:
        """Train the generators, then the discriminators on the fakes that these just made."""
        recipe, fabric = self.recipe, self._fabric
        self._seed(number)
        rate = learning_rate(recipe.optimizer.learning_rate, number, recipe.steps, recipe.optimizer.decay_from)
        for optimizer in (self._generators_adam, self._discriminators_adam):
            set_learning_rate(optimizer, rate)
        real_a, real_b = (batch.to(fabric.device, non_blocking=True) for batch in self.batches.take(number))

        wanted = bool(recipe.losses.identity or recipe.losses.cam)
        made: Translated = self._translate(real_a, real_b, wanted and number % recipe.losses.identity_every == 0)
        fabric.backward(made.loss)
        self._generators_step.step()
        # At once, so that the discriminators' gradients find the memory free.
        self._generators_adam.zero_grad(set_to_none=True)
        clip_mixing_parameters(self.generators)

        with_r1 = recipe.losses.r1 > 0 and number % recipe.losses.r1_every == 0
        judged = self._judge(real_a, made.fake_a, real_b, made.fake_b, with_r1)
        fabric.backward(judged.loss)
        self._discriminators_step.step()
        self._discriminators_adam.zero_grad(set_to_none=True)

        self.average_a2b.update(self.generators.a2b, number)
        self.average_b2a.update(self.generators.b2a, number)
        return {"g": made.loss.detach(), **made.parts, "d": judged.loss.detach(), **judged.parts}

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
            borrowed = {key: value for key, value in network.state_dict().items() if BORROWED in f".{key}"}
            checkpoints.load_network(
                network, {**checkpoints.under(name, tensors), **borrowed}, f"the recipe's {name.replace('_', ' ')}"
            )
            if adam is not None:
                moments = "adam" if name == "generator" else f"adam_{name.removeprefix('generator_')}"
                checkpoints.load_optimizer(adam, network, checkpoints.under(moments, tensors))

    def draw(self, step: int) -> None:
        """Write the grids A2B and B2A of ``step`` on the averaged generators."""
        photos, anime = self._pictures(self.recipe.output.grid_faces)
        forth, back = self.average_a2b.network, self.average_b2a.network
        device = self._fabric.device
        draw_grid(forth, back, photos.to(device), self._folder / "grids" / f"A2B-{step:06d}.jpg")
        draw_grid(back, forth, anime.to(device), self._folder / "grids" / f"B2A-{step:06d}.jpg")

    def measure(self) -> float:
        """KID of held-out photos' drawings and held-out anime; see training.stopping."""
        if self._distance is None:
            self._distance = DistanceToAnime(*self._pictures(self.recipe.stopping.pictures), self._fabric.device)
        return self._distance(self.average_a2b.network)

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
            rule=StopRule(stopping.patience, stopping.least_gain, stopping.flat),
            rule_ends_run=stopping.ends_run,
        )

    def _batch(self, step: int) -> tuple[Tensor, Tensor]:
        return self.data.batch(step, self.recipe.batch, self._fabric.global_rank, self._fabric.world_size)

    def _seed(self, number: int) -> None:
        # All randomness of a step follows from its number, so that no random state has to survive in a checkpoint.
        words = np.random.SeedSequence((self.recipe.seed, number, self._fabric.global_rank)).generate_state(1)
        torch.manual_seed(int(words[0]))

    def _pictures(self, count: int) -> tuple[Tensor, Tensor]:
        size = self.recipe.data.size
        photos, anime = held_out_domains(self.recipe, self._tell)
        return photos.plain(count, size), anime.plain(count, size)

    def _parts(self) -> dict[str, tuple[nn.Module, torch.optim.Optimizer | None]]:
        return {
            "generator": (self.generators.a2b, self._generators_adam),
            "generator_b2a": (self.generators.b2a, self._generators_adam),
            "average": (self.average_a2b.network, None),
            "average_b2a": (self.average_b2a.network, None),
            "discriminator_a": (self.discriminators.a, self._discriminators_adam),
            "discriminator_b": (self.discriminators.b, self._discriminators_adam),
        }


def make_fabric(device: Device) -> Fabric:
    """Set up Lightning Fabric as a recipe wants it; the caller launches it."""
    if device.threads:
        torch.set_num_threads(device.threads)
    # The window's size never changes, so the fastest convolution is worth looking for.
    torch.backends.cudnn.benchmark = True
    several = device.strategy == "ddp" or device.devices > 1
    # Buffers follow from weights, which are equal everywhere: no need to send them round.
    strategy = DDPStrategy(broadcast_buffers=False) if several else "auto"
    return Fabric(accelerator=device.accelerator, devices=device.devices, strategy=strategy, precision=device.precision)


def training_domains(recipe: Recipe, tell: Callable[[str], None] = print) -> tuple[Domain, Domain]:
    """The two domains to train on. Raises DataError."""
    a, b = recipe.data.path("a"), recipe.data.path("b")
    assert a is not None
    assert b is not None
    return domain(a, tell), domain(b, tell)


def held_out_domains(recipe: Recipe, tell: Callable[[str], None] = print) -> tuple[Domain, Domain]:
    """The held-out pictures of both domains; where none were named, the training ones. Raises DataError."""
    trained = recipe.data.path("a"), recipe.data.path("b")
    folders = recipe.data.path("a_test") or trained[0], recipe.data.path("b_test") or trained[1]
    assert folders[0] is not None
    assert folders[1] is not None
    return domain(folders[0], tell), domain(folders[1], tell)


def _window(recipe: Recipe) -> Window:
    data = recipe.data
    return Window(data.size, data.load_size, data.flip, data.backdrops)


def _adam(module: nn.Module, recipe: Recipe) -> torch.optim.Adam:
    settings = recipe.optimizer
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    return torch.optim.Adam(
        parameters, lr=settings.learning_rate, betas=settings.betas, weight_decay=settings.weight_decay, fused=True
    )


def _own(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in network.state_dict().items() if BORROWED not in f".{name}"}
