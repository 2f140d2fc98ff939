"""The CycleGAN: two generators, the discriminators of two domains, and one training step of them.

Both modules here are called once a step and give a scalar to be minimised, so that any strategy that wraps a module
(distributed data parallel, mixed precision) fits around them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training import losses
from training.augment import diff_augment
from training.networks.arcface import FaceDistance
from training.networks.discriminator import ReportDiscriminators, Verdict
from training.networks.efficientnet import EfficientNetLite0
from training.networks.generator import Generator, GeneratorOutput
from training.networks.projected import BLOCKS, ProjectedDiscriminators
from training.networks.small import SmallGenerator
from training.recipe import Losses, Networks, Recipe


class Judged(NamedTuple):
    """What the discriminators are trained for in one step: the scalar to minimise, and its parts for the log."""

    loss: Tensor
    parts: dict[str, Tensor]


class Translated(NamedTuple):
    """What the generators are trained for in one step, and the pictures they made, cut off from the graph."""

    loss: Tensor
    parts: dict[str, Tensor]
    fake_a: Tensor
    fake_b: Tensor


class Discriminators(nn.Module):
    """The discriminators of both domains."""

    def __init__(self, a: nn.Module, b: nn.Module, weights: Losses, policy: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.a, self.b = a, b
        self._weights = weights
        self._policy = policy

    def forward(self, real_a: Tensor, fake_a: Tensor, real_b: Tensor, fake_b: Tensor, with_r1: bool) -> Judged:
        """Tell real pictures from detached fakes, all (N, 3, H, W) in [-1, 1]."""
        of_a, r1_a = self._tell_apart(self.a, real_a, fake_a, with_r1)
        of_b, r1_b = self._tell_apart(self.b, real_b, fake_b, with_r1)
        parts = {"d_a": of_a, "d_b": of_b}
        loss = self._weights.adversarial * (of_a + of_b)
        if with_r1:
            parts["d_r1"] = r1_a + r1_b
            loss = loss + self._weights.r1 * self._weights.r1_every * parts["d_r1"]
        return Judged(loss, _detached(parts))

    def _tell_apart(self, discriminator: nn.Module, real: Tensor, fake: Tensor, with_r1: bool) -> tuple[Tensor, Tensor]:
        if with_r1:
            real = real.detach().requires_grad_()
        # Real and fake together: one pass over the weights, which outweigh these pictures by far.
        both = diff_augment(torch.cat((real, fake)), self._policy)
        of_real, of_fake = _halves(discriminator(both))
        penalty = losses.r1(of_real, real) if with_r1 else real.new_zeros(())
        return losses.to_tell_apart(of_real, of_fake, self._weights.gan), penalty


class Generators(nn.Module):
    """Both generators, with the discriminators that they have to fool (which are not theirs to train)."""

    def __init__(
        self,
        a2b: nn.Module,
        b2a: nn.Module,
        discriminators: Discriminators,
        weights: Losses,
        policy: tuple[str, ...] = (),
        face_distance: FaceDistance | None = None,
    ) -> None:
        super().__init__()
        self.a2b, self.b2a = a2b, b2a
        # In a tuple they are no sub-modules: neither their parameters nor their device are this module's business.
        self._foreign = (discriminators, face_distance)
        self._weights = weights
        self._policy = policy

    @property
    def face_distance(self) -> FaceDistance | None:
        """The likeness loss, which has to be brought to the device of the generators."""
        return self._foreign[1]

    def forward(self, real_a: Tensor, real_b: Tensor, with_identity: bool) -> Translated:
        """Translate pictures (N, 3, H, W) in [-1, 1] there and back, and judge the outcome."""
        weights = self._weights
        to_b, own_b = _translate(self.a2b, real_a, real_b, with_identity)
        to_a, own_a = _translate(self.b2a, real_b, real_a, with_identity)
        cycle = F.l1_loss(self.b2a(to_b.image).image, real_a) + F.l1_loss(self.a2b(to_a.image).image, real_b)
        discriminators, face_distance = self._foreign
        with frozen(discriminators):
            fooled = losses.to_fool(
                discriminators.a(diff_augment(to_a.image, self._policy)), weights.gan
            ) + losses.to_fool(discriminators.b(diff_augment(to_b.image, self._policy)), weights.gan)
        parts = {"g_adversarial": fooled, "g_cycle": cycle}
        if own_a is not None and own_b is not None:
            parts["g_identity"] = F.l1_loss(own_a.image, real_a) + F.l1_loss(own_b.image, real_b)
            parts["g_cam"] = losses.attention(to_b.cam_logits, own_b.cam_logits) + losses.attention(
                to_a.cam_logits, own_a.cam_logits
            )
        if weights.colour:
            parts["g_colour"] = losses.colour(real_a, to_b.image)
        if face_distance is not None:
            parts["g_arcface"] = face_distance(real_a, to_b.image)
        total = torch.stack([_weight(weights, name) * part for name, part in parts.items()]).sum()
        if "g_cam" not in parts:
            # Nothing asks for the classifiers' logits in this step; their parameters still get a gradient, of zero.
            total = total + 0.0 * (to_b.cam_logits.sum() + to_a.cam_logits.sum())
        return Translated(total, _detached(parts), to_a.image.detach(), to_b.image.detach())


def build_generator(networks: Networks) -> nn.Module:
    """Make one generator with random weights."""
    if networks.generator == "small":
        return SmallGenerator(networks.generator_width)
    return Generator(networks.generator_width)


def build(recipe: Recipe) -> tuple[Generators, Discriminators]:
    """Make all networks of a recipe; their random weights come from torch's generator.

    Raises WeightsError when a recipe wants borrowed weights that cannot be fetched.
    """
    networks, policy = recipe.networks, recipe.augment.policy
    width = networks.discriminator_width
    if networks.discriminator == "projected":
        trunk = EfficientNetLite0(BLOCKS)
        a: nn.Module = ProjectedDiscriminators(trunk, width)
        b: nn.Module = ProjectedDiscriminators(trunk, width)
    else:
        a = ReportDiscriminators(width, networks.discriminator_layers)
        b = ReportDiscriminators(width, networks.discriminator_layers)
    discriminators = Discriminators(a, b, recipe.losses, policy)
    face_distance = FaceDistance() if recipe.losses.arcface else None
    generators = Generators(
        build_generator(networks), build_generator(networks), discriminators, recipe.losses, policy, face_distance
    )
    return generators, discriminators


@contextlib.contextmanager
def frozen(module: nn.Module) -> Iterator[None]:
    """Use a module without training it: gradients pass through, none is kept, and spectral norms stay as they are."""
    learning = [parameter for parameter in module.parameters() if parameter.requires_grad]
    was_training = module.training
    module.eval()
    for parameter in learning:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in learning:
            parameter.requires_grad_(True)
        module.train(was_training)


def _translate(
    generator: nn.Module, foreign: Tensor, own: Tensor, with_identity: bool
) -> tuple[GeneratorOutput, GeneratorOutput | None]:
    """Translate foreign pictures and, in the same pass, pictures that are in the target's domain already."""
    if not with_identity:
        return generator(foreign), None
    both: GeneratorOutput = generator(torch.cat((foreign, own)))
    first, second = zip(*(tensor.chunk(2) for tensor in both), strict=True)
    return GeneratorOutput(*first), GeneratorOutput(*second)


def _halves(verdict: Verdict) -> tuple[Verdict, Verdict]:
    logits = [tensor.chunk(2) for tensor in verdict.logits]
    cam_logits = [tensor.chunk(2) for tensor in verdict.cam_logits]
    first, second = (
        Verdict(tuple(pair[half] for pair in logits), tuple(pair[half] for pair in cam_logits), verdict.share)
        for half in (0, 1)
    )
    return first, second


def _weight(weights: Losses, part: str) -> float:
    return float(getattr(weights, part.removeprefix("g_")))


def _detached(parts: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: part.detach() for name, part in parts.items()}
