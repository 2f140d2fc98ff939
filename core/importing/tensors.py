"""The weights of an ONNX file: that they are as large as they say, and lie where they may."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

import onnx
from onnx import AttributeProto, FunctionProto, GraphProto, ModelProto, TensorProto, external_data_helper

from core.errors import ModelError, quoted
from core.importing.limits import Limits

#: Bits of one number; what is not here (texts, for one) has no place among weights.
_BITS: dict[int, int] = {
    TensorProto.FLOAT: 32,
    TensorProto.UINT8: 8,
    TensorProto.INT8: 8,
    TensorProto.UINT16: 16,
    TensorProto.INT16: 16,
    TensorProto.INT32: 32,
    TensorProto.INT64: 64,
    TensorProto.BOOL: 8,
    TensorProto.FLOAT16: 16,
    TensorProto.DOUBLE: 64,
    TensorProto.UINT32: 32,
    TensorProto.UINT64: 64,
    TensorProto.BFLOAT16: 16,
    TensorProto.UINT4: 4,
    TensorProto.INT4: 4,
}
_EXTERNAL_KEYS = frozenset({"location", "offset", "length", "checksum"})


def check_tensors(model: ModelProto, folder: Path, limits: Limits) -> bool:
    """Look at every tensor in ``model``; return whether any lies outside the file, in ``folder``.

    Raises ModelError when one is larger than it has data for, when all are too large together, or when one lies
    outside the folder.
    """
    total = 0
    external = False
    for tensor in tensors(model):
        size = _declared_bytes(tensor)
        total += size
        if total > limits.file_bytes:
            raise ModelError(f"its weights take more than {limits.file_bytes >> 20} MB")
        if tensor.data_location == TensorProto.EXTERNAL:
            external = True
            _check_external(tensor, size, folder)
        elif tensor.HasField("raw_data") and len(tensor.raw_data) != size:
            raise ModelError(
                f"the weights {quoted(tensor.name)} are {size} bytes by their shape and hold another number"
            )
        elif not tensor.HasField("raw_data") and not _held(tensor) and size:
            raise ModelError(f"the weights {quoted(tensor.name)} have a shape and no numbers")
    return external


def embed(model: ModelProto, folder: Path) -> None:
    """Take the weights that lie in ``folder`` into ``model``, which :func:`check_tensors` found fit."""
    for tensor in tensors(model):
        if tensor.data_location == TensorProto.EXTERNAL:
            external_data_helper.load_external_data_for_tensor(tensor, str(folder))
            tensor.data_location = TensorProto.DEFAULT
            del tensor.external_data[:]


def tensors(model: ModelProto) -> Iterator[TensorProto]:
    """Yield every tensor: initializers and attributes, in all graphs. Raises ModelError for sparse ones."""
    for graph in graphs(model):
        yield from _of_graph(graph)


def graphs(model: ModelProto) -> Iterator[GraphProto | FunctionProto]:
    """Yield the main graph, the functions, and every graph inside their nodes."""
    waiting: list[GraphProto | FunctionProto] = [model.graph, *model.functions]
    while waiting:
        graph = waiting.pop()
        yield graph
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.type == AttributeProto.GRAPH:
                    waiting.append(attribute.g)
                waiting.extend(attribute.graphs)


def _of_graph(graph: GraphProto | FunctionProto) -> Iterator[TensorProto]:
    if isinstance(graph, GraphProto):
        if graph.sparse_initializer:
            raise ModelError("it holds sparse weights, which this program does not load")
        yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.SPARSE_TENSOR or attribute.sparse_tensors:
                raise ModelError("it holds sparse weights, which this program does not load")
            if attribute.type == AttributeProto.TENSOR:
                yield attribute.t
            yield from attribute.tensors


def _declared_bytes(tensor: TensorProto) -> int:
    if tensor.data_type == TensorProto.STRING:
        return sum(len(text) for text in tensor.string_data)
    bits = _BITS.get(tensor.data_type)
    if bits is None:
        kind = onnx.TensorProto.DataType.keys()[tensor.data_type] if 0 <= tensor.data_type < 20 else "an unknown type"
        raise ModelError(f"the weights {quoted(tensor.name)} are of {kind}, which this program does not load")
    if any(dim < 0 for dim in tensor.dims) or len(tensor.dims) > 16:
        raise ModelError(f"the weights {quoted(tensor.name)} have an impossible shape")
    return int(math.prod(tensor.dims) * bits + 7) // 8


def _held(tensor: TensorProto) -> int:
    fields = (
        tensor.float_data,
        tensor.int32_data,
        tensor.int64_data,
        tensor.double_data,
        tensor.uint64_data,
        tensor.string_data,
    )
    return sum(len(field) for field in fields)


def _check_external(tensor: TensorProto, size: int, folder: Path) -> None:
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location", "")
    if set(entries) - _EXTERNAL_KEYS or not location:
        raise ModelError(f"the weights {quoted(tensor.name)} lie in a place that is not described properly")
    if "\0" in location:
        raise ModelError(f"the weights {quoted(tensor.name)} lie in a place that is not described properly")
    home = os.path.realpath(folder)
    place = os.path.realpath(os.path.join(home, location))  # noqa: PTH118 (pathlib would raise for odd names)
    if location.startswith(("/", "\\")) or ":" in location or os.path.commonpath([home, place]) != home:
        raise ModelError(f"it wants to read {quoted(location)}, which lies outside its own folder")
    try:
        offset, length = int(entries.get("offset", "0")), int(entries.get("length", str(size)))
        available = os.stat(place).st_size if os.path.isfile(place) else -1  # noqa: PTH113, PTH116
    except (OSError, ValueError) as error:
        raise ModelError(f"the weights {quoted(tensor.name)} lie in a place that is not described properly") from error
    if available < 0:
        raise ModelError(
            f"its weights lie in {quoted(location)}, which is not there; add the folder that has both files"
        )
    if offset < 0 or length != size or offset + length > available:
        raise ModelError(f"{quoted(location)} is smaller than the weights in it should be")
