"""A straightforward CycleGAN step, the way public U-GAT-IT code writes it: what ours is measured and tested against.

It makes the fakes twice, leaves them attached to the generators in the discriminators' step, translates and judges
picture by picture, lets the generators' loss compute gradients for the discriminators too, divides weights by their
spectral norms, carries 1x1 shortcuts that never run, and updates with Adam's plain loop. Its gradients are the same as
ours.
"""

from __future__ import annotations

from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.cyclegan import Discriminators, Generators
from training.losses import to_fool, to_tell_apart
from training.networks.hourglass import ConvBlock
from training.networks.normalization import clip_mixing_parameters
from training.networks.spectral import SpectralConv2d
from training.recipe import Recipe


class PlainStep:
    """One training step on networks that it adds the unused shortcuts to."""

    def __init__(self, generators: Generators, discriminators: Discriminators, recipe: Recipe) -> None:
        self.generators, self.discriminators = generators, discriminators
        self._weights = recipe.losses
        _add_unused_shortcuts(generators)
        _divide_weights(discriminators)
        settings = recipe.optimizer
        self._generators_adam, self._discriminators_adam = (
            torch.optim.Adam(
                module.parameters(),
                lr=settings.learning_rate,
                betas=settings.betas,
                weight_decay=settings.weight_decay,
                foreach=False,
                fused=False,
            )
            for module in (generators, discriminators)
        )

    def __call__(self, real_a: Tensor, real_b: Tensor) -> None:
        """Train the discriminators, then the generators; pictures (N, 3, H, W) in [-1, 1]."""
        self._discriminators_adam.zero_grad()
        torch.autograd.backward(self.discriminators_loss(real_a, real_b))
        self._discriminators_adam.step()
        self._generators_adam.zero_grad()
        torch.autograd.backward(self.generators_loss(real_a, real_b))
        self._generators_adam.step()
        clip_mixing_parameters(self.generators)

    def discriminators_loss(self, real_a: Tensor, real_b: Tensor) -> Tensor:
        """What the discriminators minimise."""
        fake_a, fake_b = self.generators.b2a(real_b).image, self.generators.a2b(real_a).image
        of_a, of_b = self.discriminators.a, self.discriminators.b
        gan = self._weights.gan
        apart = to_tell_apart(of_a(real_a), of_a(fake_a), gan) + to_tell_apart(of_b(real_b), of_b(fake_b), gan)
        return self._weights.adversarial * apart

    def generators_loss(self, real_a: Tensor, real_b: Tensor) -> Tensor:
        """What the generators minimise."""
        a2b, b2a, weights = self.generators.a2b, self.generators.b2a, self._weights
        to_b, to_a = a2b(real_a), b2a(real_b)
        again_a, again_b = b2a(to_b.image).image, a2b(to_a.image).image
        own_a, own_b = b2a(real_a), a2b(real_b)
        fooled = to_fool(self.discriminators.a(to_a.image), weights.gan)
        fooled = fooled + to_fool(self.discriminators.b(to_b.image), weights.gan)
        cycle = F.l1_loss(again_a, real_a) + F.l1_loss(again_b, real_b)
        identity = F.l1_loss(own_a.image, real_a) + F.l1_loss(own_b.image, real_b)
        cam = sum(
            (F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label)))
            for logits, label in (
                (to_b.cam_logits, 1.0),
                (own_b.cam_logits, 0.0),
                (to_a.cam_logits, 1.0),
                (own_a.cam_logits, 0.0),
            )
        )
        return (
            weights.adversarial * fooled
            + weights.cycle * cycle
            + weights.identity * identity
            + weights.cam * torch.as_tensor(cam)
        )


def _add_unused_shortcuts(module: nn.Module) -> None:
    for block in module.modules():
        if isinstance(block, ConvBlock):
            channels = 2 * block.to_half[-1].out_channels if isinstance(block.to_half[-1], nn.Conv2d) else 0
            device = next(block.parameters()).device
            block.add_module("shortcut", nn.Conv2d(channels, channels, kernel_size=1, bias=False, device=device))


def _divide_weights(module: nn.Module) -> None:
    def forward(convolution: SpectralConv2d, x: Tensor) -> Tensor:
        weight = convolution.weight / convolution.norm()
        return F.conv2d(x, weight, convolution.bias, convolution.stride, convolution.padding)

    for convolution in module.modules():
        if isinstance(convolution, SpectralConv2d):
            convolution.forward = partial(forward, convolution)  # type: ignore[method-assign]
