"""The losses, by hand."""

import math

import pytest
import torch
from torch import Tensor

from training import losses
from training.networks.discriminator import Verdict


def verdict(*logits: float, cam: tuple[float, ...] = (), share: float = 1.0) -> Verdict:
    of = tuple(torch.full((2, 1, 3, 3), value) for value in logits)
    return Verdict(of, tuple(torch.full((2, 2), value) for value in cam), share)


def test_least_squares_are_added_over_logits_and_cam_logits() -> None:
    real, fake = verdict(0.5, 2.0, cam=(1.0, 0.0)), verdict(0.25, 1.0, cam=(0.0, 3.0))
    assert losses.to_tell_apart(real, fake, "least-squares").item() == pytest.approx(
        (0.5**2 + 0.25**2) + (1 + 1) + 0 + (1 + 9)
    )
    assert losses.to_fool(fake, "least-squares").item() == pytest.approx(0.75**2 + 0 + 1 + 4)


def test_hinge_is_averaged_over_the_scales_of_projected_discriminators() -> None:
    real, fake = verdict(0.5, 2.0, share=0.5), verdict(-2.0, 1.0, share=0.5)
    assert losses.to_tell_apart(real, fake, "hinge").item() == pytest.approx(0.5 * ((0.5 + 0) + (0 + 2)))
    assert losses.to_fool(fake, "hinge").item() == pytest.approx(0.5 * (2.0 - 1.0))


def test_attention_wants_one_for_foreign_pictures_and_zero_for_own() -> None:
    foreign, own = torch.tensor([[2.0, 2.0]]), torch.tensor([[-1.0, -1.0]])
    expected = math.log1p(math.exp(-2.0)) + math.log1p(math.exp(-1.0))
    assert losses.attention(foreign, own).item() == pytest.approx(expected)
    assert losses.attention(own, foreign) > losses.attention(foreign, own)


def test_r1_is_half_the_squared_gradient_at_real_pictures() -> None:
    pictures = torch.rand(2, 3, 4, 4, requires_grad=True)
    weight = torch.tensor(3.0, requires_grad=True)

    def judged() -> Tensor:
        return (weight * pictures).mean(dim=1, keepdim=True)

    penalty = losses.r1(Verdict((judged(),), (), 1.0), pictures)
    # Each of 48 values moves its picture's mean logit by 3 / 48.
    assert penalty.item() == pytest.approx(0.5 * 48 * (3 / 48) ** 2)
    torch.autograd.backward(penalty)
    assert weight.grad is not None
    assert weight.grad.item() == pytest.approx(3 / 48)


def test_colour_looks_at_mean_colours_and_not_at_lines() -> None:
    picture = torch.zeros(1, 3, 32, 32)
    # Lines one pixel wide that leave the mean of every 4x4 tile as it was.
    lines = torch.tensor([1.0, -1.0]).repeat(16).expand(1, 3, 32, 32)
    assert losses.colour(picture, picture + lines).item() == pytest.approx(0.0, abs=1e-6)
    assert losses.colour(picture, picture + 0.5).item() == pytest.approx(0.5)


def test_colour_leaves_the_skin_to_the_drawing() -> None:
    picture, other_skin, other_hair = torch.zeros(3, 1, 3, 32, 32)
    other_skin[:, :, 12:28, 8:24] = 1.0
    other_hair[:, :, :8] = 1.0
    assert losses.colour(picture, other_skin).item() == 0
    assert losses.colour(picture, other_hair).item() == pytest.approx(16 / 48)
