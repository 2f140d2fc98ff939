"""A stand-in for a live model: the right signature and the right amount of work, and no art. Never shipped.

Pixel-unshuffle by 4, six residual blocks of 48 channels, pixel-shuffle: 2.4 GFLOP for a crop of 256 x 256. What it
gives is the picture with its colours turned, so that a test sees where it was drawn.

    python -m tests.support.stand_in FOLDER
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from core.catalogue import MANIFEST, Model, load_model_folder

SIZE = 256
IDENTIFIER = "stand-in"
_CHANNELS = 48
_BLOCKS = 6


def stand_in_model(folder: Path) -> Model:
    """Write the stand-in into ``folder / "stand-in"`` and return it."""
    home = folder / IDENTIFIER
    home.mkdir(parents=True, exist_ok=True)
    file = home / "model.onnx"
    onnx.save(_network(), str(file))
    manifest = {
        "format": 1,
        "id": IDENTIFIER,
        "name": {"en": "TEST STAND-IN, not a model"},
        "style": "turned colours",
        "direction": "A2B",
        "kind": "live",
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "size": SIZE,
        "licence": "public domain",
    }
    (home / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return load_model_folder(home)


def _network() -> onnx.ModelProto:
    random = np.random.default_rng(0)
    constants: dict[str, np.ndarray] = {
        "gain": np.array([-0.8, 0.8, -0.8], np.float32).reshape(1, 3, 1, 1),
        "one": np.array([1], np.int64),
    }
    nodes = [helper.make_node("SpaceToDepth", ["image"], ["unshuffled"], blocksize=4)]

    def convolve(source: str, target: str, scale: float = 0.02) -> None:
        kernel = random.normal(0, scale, (_CHANNELS, _CHANNELS, 3, 3)).astype(np.float32)
        constants[f"{target}_kernel"] = kernel
        constants[f"{target}_bias"] = np.zeros(_CHANNELS, np.float32)
        inputs = [source, f"{target}_kernel", f"{target}_bias"]
        nodes.append(helper.make_node("Conv", inputs, [target], pads=[1, 1, 1, 1]))

    convolve("unshuffled", "block0")
    for block in range(_BLOCKS):
        convolve(f"block{block}", f"inner{block}")
        nodes.append(helper.make_node("Relu", [f"inner{block}"], [f"active{block}"]))
        convolve(f"active{block}", f"outer{block}")
        nodes.append(helper.make_node("Add", [f"block{block}", f"outer{block}"], [f"block{block + 1}"]))
    features = f"block{_BLOCKS}"
    convolve(features, "last", 0.002)
    nodes += [
        helper.make_node("DepthToSpace", ["last"], ["shuffled"], blocksize=4, mode="CRD"),
        helper.make_node("Mul", ["image", "gain"], ["turned"]),
        helper.make_node("Add", ["turned", "shuffled"], ["sum"]),
        helper.make_node("Tanh", ["sum"], ["anime"]),
        helper.make_node("Abs", [features], ["strength"]),
        helper.make_node("ReduceSum", ["strength", "one"], ["attention"], keepdims=1),
    ]
    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    shape: list[str | int | None] = ["N", 3, SIZE, SIZE]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)
    outputs = [
        helper.make_tensor_value_info("anime", TensorProto.FLOAT, shape),
        helper.make_tensor_value_info("attention", TensorProto.FLOAT, ["N", 1, SIZE // 4, SIZE // 4]),
    ]
    graph = helper.make_graph(nodes, IDENTIFIER, [image], outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    print(stand_in_model(Path(sys.argv[1])).folder)
