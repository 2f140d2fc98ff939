"""Models as other people make them: other layouts, levels and channel orders, none with attention."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from core.contract import Channels, Layout, Levels

#: Zero and the distance from black to white for each kind of levels.
_SCALE = {Levels.SIGNED: (0.0, 2.0), Levels.UNIT: (0.5, 1.0), Levels.BYTES: (127.5, 255.0)}
_NUMBERS = {"float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16, "uint8": TensorProto.UINT8}


def painter(
    path: Path,
    levels: Levels = Levels.SIGNED,
    output_levels: Levels | None = None,
    layout: Layout = Layout.NHWC,
    channels: Channels = Channels.RGB,
    number: str = "float32",
    side: int | None = None,
    batch: int | str = 1,
    multiple: int = 1,
) -> Path:
    """Write a model that makes a photo more contrasty and warmer, but only if the photo comes as it wants it.

    It brings its input to [-1, 1], runs it through what saturates beyond, and gives it in ``output_levels``.
    side: fixed where given. batch: a number or a name. multiple: what the free sides have to be a multiple of.
    """
    zero, span = _SCALE[levels]
    give_zero, give_span = _SCALE[output_levels or levels]
    warm = np.array([0.12, 0.0, -0.12], np.float32)
    last = layout is Layout.NHWC
    shape = (1, 1, 1, 3) if last else (1, 3, 1, 1)
    constants: dict[str, np.ndarray] = {
        "zero": np.array(zero, np.float32),
        "half": np.array(span / 2, np.float32),
        "gain": np.array(1.3, np.float32),
        "warm": (warm if channels is Channels.RGB else warm[::-1]).reshape(shape),
        "give_zero": np.array(give_zero, np.float32),
        "give_half": np.array(give_span / 2, np.float32),
    }
    nodes = [
        helper.make_node("Cast", ["photo"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["numbers", "zero"], ["centred"]),
        helper.make_node("Div", ["centred", "half"], ["signed"]),
        helper.make_node("Add", ["signed", "warm"], ["warmer"]),
        helper.make_node("Mul", ["warmer", "gain"], ["stronger"]),
        helper.make_node("Tanh", ["stronger"], ["drawn"]),
        helper.make_node("Mul", ["drawn", "give_half"], ["scaled"]),
        helper.make_node("Add", ["scaled", "give_zero"], ["levels"]),
    ]
    result = "levels"
    if multiple > 1:
        nodes += _only_in_steps(multiple, last, constants)
        result = "checked"
    nodes.append(helper.make_node("Cast", [result], ["picture"], to=_NUMBERS[number]))
    sides: list[int | str] = [side or "H", side or "W"]
    dims: list[int | str] = [batch, *sides, 3] if last else [batch, 3, *sides]
    photo = helper.make_tensor_value_info("photo", _NUMBERS[number], dims)
    picture = helper.make_tensor_value_info("picture", _NUMBERS[number], dims)
    return write(path, nodes, [photo], [picture], constants)


def _only_in_steps(multiple: int, last: bool, constants: dict[str, np.ndarray]) -> list[NodeProto]:
    """Pool, repeat and add nothing of it, which fails for sides that are no multiple, as hourglasses do."""
    constants["nothing"] = np.array(0, np.float32)
    scale = np.array([1, 1, multiple, multiple], np.float32)
    constants["scale"] = scale
    there, back = ([0, 3, 1, 2], [0, 2, 3, 1]) if last else ([0, 1, 2, 3], [0, 1, 2, 3])
    kernel = [multiple, multiple]
    return [
        helper.make_node("Transpose", ["levels"], ["first"], perm=there),
        helper.make_node("AveragePool", ["first"], ["small"], kernel_shape=kernel, strides=kernel),
        helper.make_node("Resize", ["small", "", "scale"], ["large"], mode="nearest"),
        helper.make_node("Mul", ["large", "nothing"], ["void"]),
        helper.make_node("Add", ["first", "void"], ["whole"]),
        helper.make_node("Transpose", ["whole"], ["checked"], perm=back),
    ]


def write(
    path: Path,
    nodes: list[NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    constants: dict[str, np.ndarray] | None = None,
    domains: tuple[str, ...] = (),
) -> Path:
    """Write a graph as a model, unchecked."""
    initializers = [numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items()]
    graph = helper.make_graph(nodes, "foreign", inputs, outputs, initializers)
    return save(path, graph, domains)


def save(path: Path, graph: onnx.GraphProto, domains: tuple[str, ...] = ()) -> Path:
    """Write a graph under opset 18 and, at version 1, the given ``domains``."""
    opsets = [helper.make_opsetid("", 18), *(helper.make_opsetid(domain, 1) for domain in domains)]
    model: ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())
    return path
