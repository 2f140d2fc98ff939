"""Mixed precision: half the memory for feature maps, and the same normalisation."""

import pytest
import torch
from lightning_fabric import Fabric
from torch import nn

from training.cyclegan import build
from training.networks.normalization import LIN, SoftAdaLIN, mixed_norm
from training.recipe import recipe_from
from training.stepper import Stepper


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_step_of_the_reports_networks_trains_in_bf16() -> None:
    recipe = recipe_from(
        {
            "data": {"folder": "none", "size": 32, "load_size": 32},
            "networks": {"generator_width": 8, "discriminator_width": 4, "discriminator_layers": [5, 4]},
        }
    )
    torch.manual_seed(0)
    stepper = Stepper(recipe, *build(recipe), Fabric(accelerator="cpu", devices=1, precision="bf16-mixed"))
    before = {name: weight.clone() for name, weight in stepper.generators.named_parameters()}
    losses = stepper.step(0, torch.rand(1, 3, 32, 32), torch.rand(1, 3, 32, 32))
    assert all(bool(loss.isfinite()) for loss in losses.values())
    moved = [name for name, weight in stepper.generators.named_parameters() if not torch.equal(weight, before[name])]
    assert any(name.startswith("a2b.decoder") for name in moved)
    assert all(weight.dtype == torch.float32 for weight in stepper.generators.parameters())


@pytest.mark.parametrize("half", [torch.bfloat16, torch.float16])
def test_statistics_of_half_precision_maps_are_taken_in_32_bits(half: torch.dtype) -> None:
    # Within 16 bits the sum of squares of this map, 64 * 64 * 30 ** 2, overflows.
    x = (torch.randn(1, 4, 64, 64, generator=torch.Generator().manual_seed(0)) * 30 + 5).to(half)
    rho = torch.full((1, 4, 1, 1), 0.5)
    found = mixed_norm(x, rho)
    assert found.dtype == half
    torch.testing.assert_close(found.float(), mixed_norm(x.float(), rho), rtol=0.02, atol=0.03)


def test_full_precision_is_what_it_was_to_the_bit() -> None:
    torch.manual_seed(0)
    layer, x, vectors = SoftAdaLIN(4), torch.randn(2, 4, 8, 8), torch.randn(2, 4)
    nn.init.uniform_(layer.w_gamma)
    gamma = torch.lerp(layer.style_gamma(vectors), layer.content_gamma(vectors), layer.w_gamma)
    beta = torch.lerp(layer.style_beta(vectors), layer.content_beta(vectors), layer.w_beta)
    assert torch.equal(layer(x, vectors, vectors), layer.norm(x, gamma, beta))
    assert LIN(4)(x).dtype == torch.float32
