"""The report's generator, held to the layer table that the report prints."""

from collections import Counter

import pytest
import torch
from torch import nn

from training.networks.generator import Generator
from training.networks.normalization import clip_mixing_parameters
from training.networks.small import SmallGenerator

#: Layers that run in a forward pass, as the report counts them; its names on the left, ours on the right.
LAYERS = {
    "ReflectionPad2d": ("ReflectionPad2d", 190),
    "Conv2d": ("Conv2d", 205),
    "InstanceNorm2d": ("InstanceNorm2d", 183),
    "ReLU": ("ReLU", 204),
    "ConvBlock": ("ConvBlock", 56),
    "HourGlass": ("HourGlass", 4),
    "HourGlassBlock": ("HourGlassBlock", 4),
    "LIN": ("LIN", 2),
    "ResnetBlock": ("ResnetBlock", 4),
    "Linear": ("Linear", 52),
    "adaLIN": ("AdaLIN", 8),
    "SoftAdaLIN": ("SoftAdaLIN", 8),
    "ResnetSoftAdaLINBlock": ("ResnetSoftAdaLINBlock", 4),
    "Tanh": ("Tanh", 1),
    "Upsample": ("Upsample", 2),
}


@pytest.fixture(scope="module")
def layers_that_run() -> Counter[str]:
    generator, counted = Generator(), Counter[str]()
    for module in generator.modules():
        module.register_forward_hook(lambda layer, *_: counted.update([type(layer).__name__]))
    with torch.no_grad():
        generator(torch.zeros(1, 3, 256, 256))
    return counted


@pytest.mark.parametrize("row", LAYERS)
def test_every_row_of_the_layer_table(layers_that_run: Counter[str], row: str) -> None:
    ours, count = LAYERS[row]
    assert layers_that_run[ours] == count


def test_the_total_is_927_layers(layers_that_run: Counter[str]) -> None:
    assert sum(layers_that_run[ours] for ours, _ in LAYERS.values()) == 927


def test_the_report_counts_the_weights_and_biases_of_convolutions_and_linear_layers() -> None:
    counted = [module for module in Generator().modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    assert sum(p.numel() for module in counted for p in module.parameters(recurse=False)) == 3_770_375


def test_all_parameters_are_3360_more() -> None:
    assert sum(p.numel() for p in Generator().parameters()) == 3_773_735


@pytest.mark.parametrize("make", [lambda: Generator(width=8), SmallGenerator])
def test_nothing_is_unused(make: type[nn.Module]) -> None:
    torch.manual_seed(0)
    generator = make()
    out = generator(torch.rand(2, 3, 64, 64) * 2 - 1)
    (out.image.square().mean() + out.cam_logits.square().mean()).backward()
    idle = [name for name, p in generator.named_parameters() if p.grad is None or not p.grad.isfinite().all()]
    assert idle == []


@pytest.mark.parametrize("make", [lambda: Generator(width=8), SmallGenerator])
def test_pictures_attention_and_logits_have_their_shapes_and_ranges(make: type[nn.Module]) -> None:
    image, cam_logits, attention = make()(torch.rand(2, 3, 64, 96) * 2 - 1)
    assert image.shape == (2, 3, 64, 96)
    assert image.abs().max() <= 1
    assert cam_logits.shape == (2, 2)
    assert attention.shape == (2, 1, 16, 24)


def test_a_picture_is_translated_the_same_alone_and_in_company() -> None:
    torch.manual_seed(0)
    generator, pictures = Generator(width=8), torch.rand(2, 3, 64, 64) * 2 - 1
    together = generator(pictures).image
    torch.testing.assert_close(together[1:], generator(pictures[1:]).image, rtol=1e-4, atol=1e-5)


def test_mixing_parameters_are_clipped_to_0_and_1() -> None:
    generator = Generator(width=8)
    mixing = [p for name, p in generator.named_parameters() if name.split(".")[-1] in {"rho", "w_gamma", "w_beta"}]
    assert len(mixing) == 8 + 16 + 2
    with torch.no_grad():
        for index, parameter in enumerate(mixing):
            parameter.fill_(1.5 if index % 2 else -0.5)
    clip_mixing_parameters(generator)
    for index, parameter in enumerate(mixing):
        assert bool((parameter == (1.0 if index % 2 else 0.0)).all())


def test_the_small_generator_is_a_third_of_the_reports() -> None:
    assert sum(p.numel() for p in SmallGenerator().parameters()) == pytest.approx(1.1e6, rel=0.05)
