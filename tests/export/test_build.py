"""From a checkpoint to a model folder.

The generator here has every kind of part that the report's has, but one of each: its 1,300 nodes take the exporter
a minute. What is shipped was exported from the whole one, and its own record says how exactly.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from core.catalogue import Direction, Kind, Model, load_model_folder
from core.generator import INPUT, OUTPUTS
from core.generator import Generator as Runner
from core.images import load_picture
from core.runtime import Device, open_session
from export.build import Description, build
from export.crops import crops_from, standard_folder
from export.parity import TOLERANCE_OF_HALF, ParityError, compare
from export.storage import store_in_half
from training import checkpoints
from training.networks.generator import (
    ClassActivationMap,
    GeneratorOutput,
    ResnetBlock,
    ResnetSoftAdaLINBlock,
)
from training.networks.hourglass import ConvBlock
from training.networks.normalization import LIN
from training.networks.small import SmallGenerator
from training.pairs import to_tensor
from training.unpaired import to_pixels

DESCRIPTION = Description(id="made", name={"en": "Made", "zh_TW": "製"}, style="noise", licence="test only")


class OneOfEach(nn.Module):
    """A generator's signature with one of each of its parts."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, kernel_size=3, stride=4, padding=1)
        self.block = ConvBlock(32)
        self.encoder = ResnetBlock(32)
        self.cam = ClassActivationMap(32)
        self.decoder = ResnetSoftAdaLINBlock(32)
        self.norm = LIN(32)
        self.head = nn.Sequential(nn.Upsample(scale_factor=4), nn.Conv2d(32, 3, kernel_size=3, padding=1), nn.Tanh())

    def forward(self, image: Tensor) -> GeneratorOutput:
        x = self.encoder(self.block(self.stem(image)))
        content = x.mean(dim=(2, 3))
        x, logits = self.cam(x)
        attention = x.sum(dim=1, keepdim=True)
        return GeneratorOutput(self.head(self.norm(self.decoder(x, content, content))), logits, attention)


@pytest.fixture(scope="module")
def generator() -> OneOfEach:
    """Untrained, but with its mixing parameters off their start, so that each path matters."""
    torch.manual_seed(3)
    generator = OneOfEach().eval()
    with torch.no_grad():
        for name, parameter in generator.named_parameters():
            if name.endswith(("rho", "w_gamma", "w_beta")):
                parameter.uniform_(0.2, 0.8)
    return generator


@pytest.fixture(scope="module")
def checkpoint(generator: OneOfEach, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "last.safetensors"
    tensors = checkpoints.prefixed("average", generator.state_dict())
    checkpoints.save(path, tensors, {"kind": "warmup", "step": 7, "seconds": 1.5, "recipe": {"seed": 3}})
    return path


@pytest.fixture(scope="module")
def made(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Model:
    """The built model folder; made once, the exporter takes its time."""
    out = tmp_path_factory.mktemp("models") / "made"
    build(checkpoint, out, DESCRIPTION, architecture=OneOfEach)
    return load_model_folder(out)


def test_the_folder_is_complete_and_nothing_else_is_left(made: Model) -> None:
    made.verify()
    assert sorted(path.name for path in made.folder.iterdir()) == ["manifest.json", "model.onnx", "sample.jpg"]
    assert made.sample is not None and load_picture(made.sample).pixels.shape == (256, 256, 3)
    assert [path.name for path in made.folder.parent.iterdir()] == ["made"]
    assert made.name("zh_TW") == "製"
    assert made.manifest.training["step"] == 7


def test_the_file_tells_where_it_comes_from(made: Model) -> None:
    model = onnx.load(str(made.path))
    told = {entry.key: entry.value for entry in model.metadata_props}
    assert told["name"] == "Made"
    assert told["style"] == "noise"
    assert told["licence"] == "test only"
    assert json.loads(told["training"])["recipe"] == {"seed": 3}
    parity = json.loads(told["parity"])
    assert parity["crops"] == 6
    assert 0 < parity["anime"] < 2e-3
    assert str(Path.home()) not in str(model), "no path of the machine that made it"


def test_any_batch_gives_what_torch_gives(made: Model, generator: OneOfEach) -> None:
    runner = Runner(made, Device.CPU)
    crops = crops_from(standard_folder(), 3)
    with torch.no_grad():
        wanted = generator(torch.from_numpy(crops.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1))
    styled = runner.run(crops)
    pixels = (wanted.image.numpy().transpose(0, 2, 3, 1) + 1) * 127.5
    assert np.abs(styled.anime - pixels).max() <= 1.0
    attention = wanted.attention[:, 0].numpy()
    attention = (attention - attention.min(axis=(1, 2), keepdims=True)) / np.ptp(attention, axis=(1, 2), keepdims=True)
    assert styled.attention is not None
    np.testing.assert_allclose(styled.attention, attention, atol=1e-3)
    alone = runner.run(crops[1:2]).anime[0].astype(int)
    assert np.abs(alone - styled.anime[1]).max() <= 1, "the others of a batch do not matter"


def test_weights_in_half_precision_take_half_the_room_and_draw_the_same(made: Model, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(made.path.read_bytes())
    store_in_half(path)
    weights = sum(tensor.ByteSize() for tensor in onnx.load(str(made.path)).graph.initializer)
    assert path.stat().st_size < made.path.stat().st_size - 0.4 * weights
    whole, half = (open_session(file, Device.CPU) for file in (made.path, path))
    crops = crops_from(standard_folder(), 2).transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1
    drawn, again = (session.run(list(OUTPUTS), {INPUT: crops})[0] for session in (whole, half))
    assert 0 < np.abs(drawn - again).max() < TOLERANCE_OF_HALF


def test_a_file_that_differs_is_refused(made: Model) -> None:
    torch.manual_seed(4)
    with pytest.raises(ParityError, match="differs from torch"):
        compare(OneOfEach(), made.path, crops_from(standard_folder(), 1))


def test_a_checkpoint_of_something_else_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    checkpoints.save(path, {"average.layer.weight": torch.zeros(2)}, {})
    with pytest.raises(checkpoints.CheckpointError, match="another architecture"):
        build(path, tmp_path / "out", DESCRIPTION)
    path.write_bytes(b"junk")
    with pytest.raises(checkpoints.CheckpointError, match="damaged"):
        build(path, tmp_path / "out", DESCRIPTION)
    with pytest.raises(checkpoints.CheckpointError, match="no checkpoint"):
        build(tmp_path / "missing.safetensors", tmp_path / "out", DESCRIPTION)
    assert not (tmp_path / "out").exists()


def test_both_ways_of_a_small_cyclegan_become_models_and_tell_no_folder(tmp_path: Path) -> None:
    torch.manual_seed(2)
    there, back = SmallGenerator(8), SmallGenerator(8)
    tensors = checkpoints.prefixed("average", there.state_dict())
    tensors |= checkpoints.prefixed("average_b2a", back.state_dict())
    recipe = {
        "networks": {"generator": "small", "generator_width": 8, "init": "/home/somebody/runs/first.safetensors"},
        "data": {"folder": r"C:\Users\somebody\set", "size": 128},
    }
    checkpoint = tmp_path / "last.safetensors"
    checkpoints.save(checkpoint, tensors, {"kind": "cyclegan", "step": 3, "recipe": recipe})
    crop = crops_from(standard_folder(), count=1)
    for direction, generator in ((Direction.A2B, there), (Direction.B2A, back)):
        folder = tmp_path / direction.lower()
        build(checkpoint, folder, dataclasses.replace(DESCRIPTION, id=folder.name, direction=direction))
        model = load_model_folder(folder)
        model.verify()
        assert model.manifest.kind is Kind.LIVE
        assert model.manifest.direction is direction
        assert "somebody" not in (folder / "manifest.json").read_text(encoding="utf-8")
        assert b"somebody" not in model.path.read_bytes()
        assert model.manifest.training["recipe"]["networks"]["init"] == "first.safetensors"
        drawn = Runner(model, Device.CPU).run(crop)
        assert drawn.anime.shape == (1, 256, 256, 3)
        assert drawn.attention is not None
        assert drawn.attention.shape[1:] == (64, 64)
        # What the small network draws of the smaller crop, made larger.
        smaller = torch.nn.functional.avg_pool2d(to_tensor([np.asarray(crop[0] / np.float32(255), np.float32)]), 2)
        with torch.no_grad():
            alone = to_pixels(generator.eval()(smaller).image)[0]
        seen = np.asarray(Image.fromarray(drawn.anime[0]).resize((128, 128), Image.Resampling.BOX))
        assert np.abs(seen.astype(int) - alone).mean() < 6
