"""Every way in which a model may want its pictures, through the real runtime and back."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from core.catalogue import Manifest, Model
from core.contract import Channels, Contract, Layout, Levels, Number
from core.errors import ModelError
from core.generator import Generator
from core.runtime import Device
from tests.support.foreign import painter


def _model(path: Path, contract: Contract, size: int = 64) -> Model:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = Manifest(
        id="m", name={"en": "M"}, style="s", file=path.name, sha256=sha256, size=size, contract=contract, licence="none"
    )
    return Model(manifest, path.parent)


def _crops(count: int = 1) -> np.ndarray:
    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    crop = np.stack([np.broadcast_to(ramp, (64, 64)), np.broadcast_to(ramp[:, None], (64, 64)), np.full((64, 64), 90)])
    return np.stack([np.roll(crop.transpose(1, 2, 0), shift * 5, axis=0) for shift in range(count)]).astype(np.uint8)


def _expected(crops: np.ndarray) -> np.ndarray:
    signed = crops / 127.5 - 1 + np.array([0.12, 0, -0.12])
    return np.asarray((np.tanh(1.3 * signed) + 1) * 127.5)


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("channels", list(Channels))
@pytest.mark.parametrize(
    ("levels", "output_levels"), [*((each, each) for each in Levels), (Levels.BYTES, Levels.SIGNED)]
)
def test_a_picture_goes_in_and_comes_out_as_the_model_has_it(
    tmp_path: Path, layout: Layout, channels: Channels, levels: Levels, output_levels: Levels
) -> None:
    path = painter(tmp_path / "m.onnx", levels, output_levels, layout, channels)
    contract = Contract(
        input="photo",
        output="picture",
        attention=None,
        layout=layout,
        levels=levels,
        output_levels=output_levels,
        channels=channels,
        batch=1,
    )
    styled = Generator(_model(path, contract), Device.CPU).run(_crops())
    assert np.abs(styled.anime - _expected(_crops())).max() < 1.1
    assert styled.attention is None


@pytest.mark.parametrize("number", ["float16", "uint8"])
def test_other_numbers_than_float32_work(tmp_path: Path, number: str) -> None:
    path = painter(tmp_path / "m.onnx", Levels.BYTES, number=number)
    contract = Contract(
        input="photo",
        output="picture",
        attention=None,
        layout=Layout.NHWC,
        levels=Levels.BYTES,
        output_levels=Levels.BYTES,
        number=Number(number),
        batch=1,
    )
    styled = Generator(_model(path, contract), Device.CPU).run(_crops())
    assert np.abs(styled.anime - _expected(_crops())).max() < 2


@pytest.mark.parametrize("batch", [1, 2])
def test_a_fixed_number_of_pictures_in_a_run_serves_any_number(tmp_path: Path, batch: int) -> None:
    path = painter(tmp_path / "m.onnx", layout=Layout.NCHW, batch=batch)
    contract = Contract(input="photo", output="picture", attention=None, batch=batch)
    styled = Generator(_model(path, contract), Device.CPU).run(_crops(3))
    assert np.abs(styled.anime - _expected(_crops(3))).max() < 1.1


def test_a_contract_that_the_file_does_not_keep_is_refused(tmp_path: Path) -> None:
    path = painter(tmp_path / "m.onnx")
    with pytest.raises(ModelError, match=r"takes photo and gives picture, where image and anime"):
        Generator(_model(path, Contract(attention=None)), Device.CPU)


def test_a_contract_is_checked_when_it_is_read() -> None:
    for wrong in ({"layout": "CHW"}, {"multiple": 0}, {"batch": -1}, {"colours": "RGB"}):
        with pytest.raises(ValidationError):
            Contract.model_validate(wrong)
