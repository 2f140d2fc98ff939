"""A network that parts bright from dark, where people are to be parted from what is behind them."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import TensorProto, helper


def matting_network(path: Path, side: int | str = "S") -> None:
    """A network that takes for a person what is brighter than the middle."""
    shape: list[int | str | None] = [1, 3, side, side if side != "S" else "T"]
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["x", "axis"], ["mean"], keepdims=1),
            helper.make_node("Mul", ["mean", "steep"], ["scaled"]),
            helper.make_node("Sigmoid", ["scaled"], ["matte"]),
        ],
        "stand-in",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("matte", TensorProto.FLOAT, None)],
        [
            helper.make_tensor("axis", TensorProto.INT64, [1], [1]),
            helper.make_tensor("steep", TensorProto.FLOAT, [], [20.0]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, str(path))
