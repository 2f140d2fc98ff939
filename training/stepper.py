"""One training step of the CycleGAN: losses, gradients, optimizers, averages.

What makes it fast: every generator translates foreign and own pictures in one pass; the discriminators judge the
fakes that the generators' step made anyway, real and fake in one pass; the generators' loss computes no gradient for
the discriminators' weights; Adam is fused; gradients are freed as soon as they were used.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from training.average import Average
from training.cyclegan import Discriminators, Generators, Translated
from training.networks.normalization import clip_mixing_parameters
from training.recipe import Recipe
from training.schedule import learning_rate, set_learning_rate


class Stepper:
    """The networks of a recipe on their device, with their optimizers and averages."""

    def __init__(self, recipe: Recipe, generators: Generators, discriminators: Discriminators, fabric: Fabric) -> None:
        self.generators, self.discriminators = generators, discriminators
        self.generators_adam, self.discriminators_adam = _adam(generators, recipe), _adam(discriminators, recipe)
        self._recipe, self._fabric = recipe, fabric
        self._translate, self._generators_step = fabric.setup(generators, self.generators_adam)
        self._judge, self._discriminators_step = fabric.setup(discriminators, self.discriminators_adam)
        # Copies of what is on the device by now, in the wanted precision.
        self.average_a2b = Average(generators.a2b, recipe.optimizer.average)
        self.average_b2a = Average(generators.b2a, recipe.optimizer.average)
        if generators.face_distance is not None:
            generators.face_distance.to(fabric.device)

    def step(self, number: int, real_a: Tensor, real_b: Tensor) -> Mapping[str, Tensor]:
        """Train the generators, then the discriminators on the fakes that these just made; return the losses.

        Pictures are (N, 3, H, W) in [-1, 1], on the networks' device.
        """
        weights, fabric = self._recipe.losses, self._fabric
        self._set_rate(number)
        identity = bool(weights.identity or weights.cam) and number % weights.identity_every == 0
        made: Translated = self._translate(real_a, real_b, identity)
        fabric.backward(made.loss)
        self._generators_step.step()
        # At once, so that the discriminators' gradients find the memory free.
        self.generators_adam.zero_grad(set_to_none=True)
        clip_mixing_parameters(self.generators)

        with_r1 = weights.r1 > 0 and number % weights.r1_every == 0
        judged = self._judge(real_a, made.fake_a, real_b, made.fake_b, with_r1)
        fabric.backward(judged.loss)
        self._discriminators_step.step()
        self.discriminators_adam.zero_grad(set_to_none=True)

        self.average_a2b.update(self.generators.a2b, number)
        self.average_b2a.update(self.generators.b2a, number)
        return {"g": made.loss.detach(), **made.parts, "d": judged.loss.detach(), **judged.parts}

    def _set_rate(self, number: int) -> None:
        settings = self._recipe.optimizer
        rate = learning_rate(settings.learning_rate, number, self._recipe.steps, settings.decay_from)
        set_learning_rate(self.generators_adam, rate)
        set_learning_rate(self.discriminators_adam, rate)


def _adam(module: nn.Module, recipe: Recipe) -> torch.optim.Adam:
    settings = recipe.optimizer
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    return torch.optim.Adam(
        parameters, lr=settings.learning_rate, betas=settings.betas, weight_decay=settings.weight_decay, fused=True
    )
