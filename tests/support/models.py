"""A model that needs no training, written in the format that the app loads."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from core.catalogue import MANIFEST, Model, load_model_folder

SIZE = 256


def tiny_model(
    folder: Path,
    identifier: str = "tiny",
    *,
    gain: float = -1.0,
    layers: int = 0,
    name: dict[str, str] | None = None,
    style: str = "negative",
    direction: str = "A2B",
    kind: str = "full",
    blend: str = "cover",
) -> Model:
    """Write a model into ``folder / identifier`` and return it.

    Its signature is a real generator's: ``image`` (N, 3, 256, 256) in, ``anime`` of that shape and ``attention``
    (N, 1, 64, 64) out.

    Args:
        folder: A folder of models, such as a catalogue's root; made where it is missing.
        identifier: The model's id and folder name.
        gain: ``anime`` is ``gain * image``: -1 inverts the colours, 1 keeps them, 0 gives grey.
        layers: How many convolutions of 64 channels to run for nothing but the time they take (4.8 GFLOP each).
        name: Names by language; the id where None.
        style: As in the manifest, like the rest.
        direction: A2B or B2A.
        kind: full or live.
        blend: cover, ink or tint.
    """
    home = folder / identifier
    home.mkdir(parents=True, exist_ok=True)
    file = home / "model.onnx"
    onnx.save(_network(gain, layers), str(file))
    manifest = {
        "format": 1,
        "id": identifier,
        "name": name or {"en": identifier},
        "style": style,
        "direction": direction,
        "kind": kind,
        "blend": blend,
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "size": SIZE,
        "licence": "public domain",
    }
    (home / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return load_model_folder(home)


def _network(gain: float, layers: int) -> onnx.ModelProto:
    constants = {"gain": np.array(gain, np.float32), "nothing": np.array(0.0, np.float32)}
    nodes = [helper.make_node("Mul", ["image", "gain"], ["scaled"])]
    features = "image"
    for layer in range(layers):
        constants[f"kernel{layer}"] = np.full((64, 64 if layer else 3, 3, 3), 1e-3, np.float32)
        nodes.append(helper.make_node("Conv", [features, f"kernel{layer}"], [f"features{layer}"], pads=[1, 1, 1, 1]))
        features = f"features{layer}"
    nodes += [
        # The features' mean times nothing: the runtime has to compute them, and they change nothing.
        helper.make_node("ReduceMean", [features], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "nothing"], ["zero"]),
        helper.make_node("Add", ["scaled", "zero"], ["anime"]),
        helper.make_node("AveragePool", ["image"], ["coarse"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Abs", ["coarse"], ["strength"]),
        helper.make_node("ReduceSum", ["strength", "channels"], ["attention"], keepdims=1),
    ]
    initializers = [numpy_helper.from_array(value, key) for key, value in constants.items()]
    initializers.append(numpy_helper.from_array(np.array([1], np.int64), "channels"))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, SIZE, SIZE])
    outputs = [
        helper.make_tensor_value_info("anime", TensorProto.FLOAT, ["N", 3, SIZE, SIZE]),
        helper.make_tensor_value_info("attention", TensorProto.FLOAT, ["N", 1, SIZE // 4, SIZE // 4]),
    ]
    graph = helper.make_graph(nodes, "tiny", [image], outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model
