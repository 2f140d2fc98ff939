"""Files of lower precision: made right, kept only if they draw the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from core import paths
from core.catalogue import Hardware, Precision, load_model_folder
from core.runtime import Device, open_session
from export import precision
from export.crops import crops_from, standard_folder
from tests.support.models import tiny_model

WIDE = 64


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network with a wide and a narrow convolution, a norm and a sum that float16 cannot hold."""
    random = np.random.default_rng(0)
    tensors = {
        "first": random.normal(0, 0.3, (WIDE, 3, 3, 3)),
        "wide": random.normal(0, 0.05, (WIDE, WIDE, 3, 3)),
        "last": random.normal(0, 0.05, (3, WIDE, 3, 3)),
        "scale": np.ones(WIDE),
        "bias": np.zeros(WIDE),
        "large": np.full((1, 1, 1, 1), 1e5),
        "small": np.full((1, 1, 1, 1), 1e-5),
    }
    nodes = [
        helper.make_node("Conv", ["image", "first"], ["a"], name="conv_first", pads=[1] * 4),
        helper.make_node("InstanceNormalization", ["a", "scale", "bias"], ["b"], name="norm"),
        helper.make_node("Relu", ["b"], ["c"], name="relu"),
        helper.make_node("Conv", ["c", "wide"], ["d"], name="conv_wide", pads=[1] * 4),
        helper.make_node("Conv", ["d", "last"], ["e"], name="conv_last", pads=[1] * 4),
        helper.make_node("Mul", ["e", "large"], ["f"], name="up"),
        helper.make_node("Mul", ["f", "small"], ["g"], name="down"),
        helper.make_node("Tanh", ["g"], ["anime"], name="tanh"),
        helper.make_node("ReduceMean", ["anime"], ["attention"], name="attend", axes=[1]),
    ]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, 256, 256])],
        [
            helper.make_tensor_value_info("anime", TensorProto.FLOAT, ["batch", 3, 256, 256]),
            helper.make_tensor_value_info("attention", TensorProto.FLOAT, ["batch", 1, 256, 256]),
        ],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in tensors.items()],
    )
    path = tmp_path_factory.mktemp("straight") / "straight.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
    return path


@pytest.fixture(scope="module")
def crops() -> NDArray[np.uint8]:
    return crops_from(standard_folder(), 3)


def drawn(path: Path, crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    batch = crop.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(127.5) - np.float32(1)
    return np.asarray(open_session(path, Device.CPU).run(["anime"], {"image": batch})[0])


def test_float16_files_keep_norms_and_sums(straight: Path, tmp_path: Path, crops: NDArray[np.uint8]) -> None:
    path = tmp_path / "half.onnx"
    precision.to_float16(straight, path)
    model = onnx.load(str(path))
    types = {value.name: value.data_type for value in model.graph.initializer}
    assert types["wide_half"] == TensorProto.FLOAT16
    assert "wide" not in types
    assert types["scale"] == types["large"] == TensorProto.FLOAT
    assert [value.type.tensor_type.elem_type for value in [*model.graph.input, *model.graph.output]] == [1, 1, 1]
    assert np.abs(drawn(path, crops[0]) - drawn(straight, crops[0])).max() < 0.02


def test_int8_files_quantise_wide_convolutions_only(straight: Path, tmp_path: Path, crops: NDArray[np.uint8]) -> None:
    path = tmp_path / "int8.onnx"
    precision.to_int8(straight, path, crops[:2])
    model = onnx.load(str(path))
    kinds = [node.op_type for node in model.graph.node]
    assert kinds.count("Conv") == 3
    assert {value.data_type for value in model.graph.initializer if value.name.startswith("first")} == {1}
    quantised = {value.name for value in model.graph.initializer if value.data_type == TensorProto.INT8}
    assert any(name.startswith("wide") for name in quantised)
    assert np.abs(drawn(path, crops[2]) - drawn(straight, crops[2])).mean() < 0.05


def test_only_files_that_draw_the_same_are_kept_and_named(
    straight: Path,
    tmp_path: Path,
    crops: NDArray[np.uint8],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = tiny_model(tmp_path)
    distances = {"model.int8.onnx": [0.01, 0.02], "model.float16.onnx": [0.01, float("inf")]}
    monkeypatch.setattr(precision, "lpips_between", lambda _first, second, _crops: distances[second.name])
    wanted = [Precision.INT8, Precision.FLOAT16]
    outcomes = precision.add_variants(model.folder, straight, wanted, crops[:1], crops[1:])
    assert [outcome.kept for outcome in outcomes] == [True, False]
    changed = load_model_folder(model.folder)
    changed.verify()
    (variant,) = changed.manifest.variants
    assert (variant.precision, variant.hardware) == (Precision.INT8, Hardware.CPU)
    assert variant.metrics["lpips_to_float32"] == 0.015
    assert b"stack_trace" not in (model.folder / variant.file).read_bytes()
    assert sorted(path.name for path in model.folder.iterdir()) == ["manifest.json", "model.int8.onnx", "model.onnx"]
    distances["model.int8.onnx"] = [0.2]
    precision.add_variants(model.folder, straight, [Precision.INT8], crops[:1], crops[1:])
    assert load_model_folder(model.folder).manifest.variants == ()
    assert not (model.folder / "model.int8.onnx").exists()


def test_no_shipped_file_tells_where_it_was_made() -> None:
    shipped = sorted((paths.resources() / "models").rglob("*.onnx"))
    assert shipped
    for path in shipped:
        assert b"stack_trace" not in path.read_bytes(), path.name
