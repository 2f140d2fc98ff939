"""The rewritten generator gives what the trained one gives, part by part and as a whole."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.catalogue import load_model_folder
from core.paths import resources
from export.crops import crops_from, standard_folder
from export.optimise.generator import InferenceGenerator, for_inference
from export.optimise.hourglass import MergedHourGlass
from export.optimise.rows import to_map, to_rows
from export.optimise.upsampling import RowUpsampling, upsampled_order
from export.optimise.winograd import RowConv, patch_rows, raster_order, tile_order
from training.networks.generator import Generator
from training.networks.hourglass import HourGlass

SIZE = 128


@pytest.fixture(scope="module")
def faces() -> Tensor:
    """Two real crops, (2, 3, SIZE, SIZE) in [-1, 1]."""
    crops = crops_from(standard_folder(), 2, SIZE)
    return torch.from_numpy(crops.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1)


def scrambled(network: nn.Module) -> nn.Module:
    """Take every parameter off its start, so that no path is without effect."""
    torch.manual_seed(5)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith(("rho", "w_gamma", "w_beta")):
                parameter.uniform_(0.2, 0.8)
            elif name.endswith(("bias", "beta")):
                parameter.uniform_(-0.5, 0.5)
    return network.eval()


@torch.no_grad()
def test_convolutions_on_rows_are_convolutions(faces: Tensor) -> None:
    weight = torch.randn(5, 3, 3, 3, generator=torch.Generator().manual_seed(1)) / 5
    wanted = F.conv2d(F.pad(faces, (1, 1, 1, 1), mode="reflect"), weight)
    rows = to_rows(faces).index_select(1, tile_order(SIZE))
    found = RowConv(weight)(rows, patch_rows(SIZE)).index_select(1, raster_order(SIZE))
    torch.testing.assert_close(to_map(found, SIZE), wanted, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_upsampling_on_rows_is_upsampling_padding_and_convolution(faces: Tensor) -> None:
    weight = torch.randn(4, 3, 3, 3, generator=torch.Generator().manual_seed(2)) / 5
    wanted = F.conv2d(F.pad(F.interpolate(faces, scale_factor=2.0), (1, 1, 1, 1), mode="reflect"), weight)
    order = tile_order(SIZE)
    found = RowUpsampling(weight, order, SIZE)(to_rows(faces).index_select(1, order))
    back = torch.argsort(upsampled_order(order, SIZE))
    torch.testing.assert_close(to_map(found.index_select(1, back), 2 * SIZE), wanted, atol=1e-5, rtol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("last", [False, True])
def test_merged_hourglasses_are_hourglasses(last: bool, faces: Tensor) -> None:
    hourglass = HourGlass(8, last=last)
    scrambled(hourglass)
    x = faces.repeat(1, 3, 1, 1)[:, :8]
    torch.testing.assert_close(MergedHourGlass(hourglass)(x), hourglass(x), atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_the_whole_generator_draws_the_same(faces: Tensor) -> None:
    generator = Generator(width=8, blocks=2)
    scrambled(generator)
    rewritten = for_inference(generator, SIZE)
    assert isinstance(rewritten, InferenceGenerator)
    wanted, found = generator(faces), rewritten(faces)
    assert wanted.image.std() > 0.01, "a flat picture would agree with anything"
    assert (found.image - wanted.image).abs().max() < 1e-3
    assert (found.attention - wanted.attention).abs().max() < 1e-3 * wanted.attention.abs().max()
    alone = rewritten(faces[1:])
    torch.testing.assert_close(alone.image[0], found.image[1], atol=1e-4, rtol=0)


def test_the_trained_network_is_left_as_it_is() -> None:
    generator = Generator(width=8, blocks=1)
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    for_inference(generator, SIZE)
    after = generator.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_networks_of_another_kind_come_back_as_they_are() -> None:
    other = nn.Conv2d(3, 3, 1)
    assert for_inference(other, SIZE) is other


def test_sides_that_have_no_whole_tiles_are_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 64"):
        for_inference(Generator(width=8, blocks=1), 200)


def test_the_shipped_model_is_the_rewritten_one_and_close_to_torch() -> None:
    model = load_model_folder(resources() / "models" / "ink")
    model.verify()
    parity = model.manifest.metrics["parity"]
    assert parity["crops"] >= 6
    assert max(parity["anime"], parity["attention"]) <= 1e-3
    file = onnx.load(str(model.path))
    kinds = [node.op_type for node in file.graph.node]
    assert kinds.count("Conv") < 190, "the trunk's convolutions are products of matrices"
    assert model.path.stat().st_size < 20e6
