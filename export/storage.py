"""Weights stored in half precision and computed in single: a file of half the size that draws the same to the eye."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

#: Smaller tensors, such as biases and what shapes are computed from, stay as they are.
_WORTH_IT = 1024


def store_in_half(path: Path) -> None:
    """Rewrite an ONNX file so that its large float32 weights are float16, each widened by a Cast.

    Runtimes fold the Cast when they open the file, so that it costs no time afterwards.
    """
    model = onnx.load(path)
    kept, casts = [], []
    for tensor in model.graph.initializer:
        weights = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or weights.size < _WORTH_IT:
            kept.append(tensor)
            continue
        stored = f"{tensor.name}.half"
        kept.append(numpy_helper.from_array(weights.astype(np.float16), stored))
        widen = helper.make_node("Cast", [stored], [tensor.name], name=f"{tensor.name}.widen", to=TensorProto.FLOAT)
        casts.append(widen)
    nodes = list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend([*casts, *nodes])
    onnx.checker.check_model(model)
    onnx.save(model, path)
