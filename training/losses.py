"""The losses of the CycleGAN, each a scalar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from training.networks.discriminator import Verdict

Gan = Literal["least-squares", "hinge"]
#: Tiles along each side of the pictures whose colours are compared.
MOSAIC = 8
#: Tiles that the face fills in an aligned crop (core.alignment.TEMPLATE).
FACE_ROWS, FACE_COLUMNS = slice(3, 7), slice(2, 6)


def to_fool(verdict: Verdict, gan: Gan) -> Tensor:
    """What a generator minimises so that its pictures pass for real."""
    return verdict.share * _sum([_toward_real(logits, gan) for logits in (*verdict.logits, *verdict.cam_logits)])


def to_tell_apart(real: Verdict, fake: Verdict, gan: Gan) -> Tensor:
    """What a discriminator minimises: real pictures up, fakes down."""
    pairs = zip((*real.logits, *real.cam_logits), (*fake.logits, *fake.cam_logits), strict=True)
    return real.share * _sum([_apart(of_real, of_fake, gan) for of_real, of_fake in pairs])


def attention(foreign: Tensor, own: Tensor) -> Tensor:
    """Train the attention classifier: 1 for pictures to be translated, 0 for ones already in the target's domain.

    Both are CAM logits, (N, 2). Binary cross-entropy, added over the two groups (U-GAT-IT, equation 5).
    """
    return F.binary_cross_entropy_with_logits(foreign, torch.ones_like(foreign)) + F.binary_cross_entropy_with_logits(
        own, torch.zeros_like(own)
    )


def colour(picture: Tensor, drawing: Tensor) -> Tensor:
    """L1 between two batches of aligned crops (N, 3, H, W), each reduced to a mosaic of 8x8 mean colours.

    So coarse a mosaic says which colour hair and wall have, and leaves every line and shape to the drawing. The tiles
    of the face do not count: drawn skin has a colour of its own, and a generator that is held to the mean of a tile
    paints patches to meet it.
    """
    far = F.adaptive_avg_pool2d(drawing, MOSAIC) - F.adaptive_avg_pool2d(picture, MOSAIC)
    around = torch.ones(MOSAIC, MOSAIC, device=far.device, dtype=far.dtype)
    around[FACE_ROWS, FACE_COLUMNS] = 0
    return (far.abs() * around).sum() / (around.sum() * far.shape[0] * far.shape[1])


def r1(verdict: Verdict, pictures: Tensor) -> Tensor:
    """Half the squared gradient of the logits at real ``pictures`` (Mescheder et al. 2018, arXiv 1801.04406).

    ``pictures`` require a gradient and gave the verdict. The mean over the batch.
    """
    judged = _sum([logits.flatten(1).mean(dim=1).sum() for logits in (*verdict.logits, *verdict.cam_logits)])
    (gradient,) = torch.autograd.grad(judged * verdict.share, pictures, create_graph=True)
    return gradient.square().flatten(1).sum(dim=1).mean() / 2


def _toward_real(logits: Tensor, gan: Gan) -> Tensor:
    return -logits.mean() if gan == "hinge" else F.mse_loss(logits, torch.ones_like(logits))


def _apart(real: Tensor, fake: Tensor, gan: Gan) -> Tensor:
    if gan == "hinge":
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()
    return F.mse_loss(real, torch.ones_like(real)) + F.mse_loss(fake, torch.zeros_like(fake))


def _sum(terms: Sequence[Tensor]) -> Tensor:
    return torch.stack(list(terms)).sum()
