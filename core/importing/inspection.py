"""Reading an ONNX file as data, without running anything in it. Runs in the child process: a file can be a bomb."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto
from pydantic import BaseModel, ConfigDict

from core.contract import Number
from core.errors import ModelError, quoted
from core.importing.dependence import STANDARD, check_dependence
from core.importing.limits import Limits
from core.importing.tensors import check_tensors, graphs

#: What ONNX Runtime itself brings beyond the standard and writes into files that it optimised or quantised.
_MICROSOFT = "com.microsoft"
_MICROSOFT_OPERATIONS = frozenset(
    {
        "BiasGelu",
        "DequantizeLinear",
        "DynamicQuantizeMatMul",
        "FastGelu",
        "FusedConv",
        "FusedGemm",
        "FusedMatMul",
        "Gelu",
        "GroupNorm",
        "MatMulIntegerToFloat",
        "NhwcConv",
        "NhwcFusedConv",
        "NhwcMaxPool",
        "QGemm",
        "QLinearAdd",
        "QLinearAveragePool",
        "QLinearConcat",
        "QLinearConv",
        "QLinearGlobalAveragePool",
        "QLinearLeakyRelu",
        "QLinearMul",
        "QLinearReduceMean",
        "QLinearSigmoid",
        "QLinearSoftmax",
        "QLinearWhere",
        "QuantizeLinear",
        "QuickGelu",
        "SkipGroupNorm",
    }
)
_LOOPS = frozenset({"Loop", "Scan", "SequenceMap"})
#: What a function of the file's own cannot stand for: ONNX Runtime runs its own operation of that name.
_RESERVED = ("ai.onnx", "com.microsoft", "com.ms")
#: ONNX Runtime knows nothing older.
_OLDEST_OPSET = 7
_NUMBERS: dict[int, Number] = {
    TensorProto.FLOAT: Number.FLOAT32,
    TensorProto.FLOAT16: Number.FLOAT16,
    TensorProto.UINT8: Number.UINT8,
}
#: Operations that move numbers about without changing them.
_CARRIERS = frozenset({"Transpose", "Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze"})


class Value(BaseModel):
    """An input or output. dims: None for each dimension that is free; number: None for what a picture cannot be."""

    model_config = ConfigDict(frozen=True)

    name: str
    number: Number | None
    dims: tuple[int | None, ...] | None


class Signature(BaseModel):
    """What a file declares.

    activation: the last operation on the way to the first output that says something about its levels.
    external: the weights lie in files beside it.
    """

    model_config = ConfigDict(frozen=True)

    input: Value
    outputs: tuple[Value, ...]
    activation: str | None
    external: bool
    licence: str | None


def inspect(path: Path, folder: Path, limits: Limits) -> Signature:
    """Return what the file at ``path`` declares; weights outside it may lie in ``folder``.

    Raises ModelError, with a clause that follows "because", when it is damaged, too large or holds what is not allowed.
    """
    model = read(path, limits)
    _check_operations(model, limits)
    external = check_tensors(model, folder, limits)
    signature = _signature(model, external, limits)
    check_dependence(model, signature.input.name, _functions(model))
    return signature


def read(path: Path, limits: Limits) -> ModelProto:
    """Parse a file; raises ModelError when it is too large or no model."""
    if path.stat().st_size > limits.file_bytes:
        raise ModelError(f"it is larger than {limits.file_bytes >> 20} MB")
    try:
        model = onnx.load_model_from_string(path.read_bytes())
    except MemoryError:
        raise
    except Exception as error:  # protobuf's own kind
        raise ModelError("it is damaged, cut off or not an ONNX file") from error
    if not model.graph.node or not model.graph.output:
        raise ModelError("it is empty, cut off or not an ONNX file")
    return model


def _check_operations(model: ModelProto, limits: Limits) -> None:
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    version = max(opsets.get(domain, 0) for domain in STANDARD)
    newest = onnx.defs.onnx_opset_version()
    if not _OLDEST_OPSET <= version <= newest or model.ir_version > onnx.IR_VERSION:
        raise ModelError(
            f"it was written for version {version} of ONNX's operations, and {_OLDEST_OPSET} to {newest} run here"
        )
    functions = _functions(model)
    count = 0
    for graph in graphs(model):
        for node in graph.node:
            count += 1
            if count > limits.nodes:
                raise ModelError(f"it has more than {limits.nodes} operations")
            _check_operation(node, functions, version, limits.loops)


def _functions(model: ModelProto) -> set[tuple[str, str]]:
    return {
        (function.domain, function.name)
        for function in model.functions
        if function.domain and not function.domain.startswith(_RESERVED)
    }


def _check_operation(node: NodeProto, functions: set[tuple[str, str]], version: int, loops: bool) -> None:
    if (node.domain, node.op_type) in functions:
        return
    named = f"{node.domain}.{node.op_type}" if node.domain else node.op_type
    if node.domain in STANDARD:
        if node.op_type in _LOOPS and not loops:
            raise ModelError(f"it contains a loop ({named}), and nothing says how long that would run")
        if not onnx.defs.has(node.op_type, version, ""):
            raise ModelError(f"it uses the operation {quoted(named)}, which ONNX {version} does not have")
    elif node.domain == "ai.onnx.ml" and onnx.defs.has(node.op_type, node.domain):
        return
    elif node.domain != _MICROSOFT or node.op_type not in _MICROSOFT_OPERATIONS:
        raise ModelError(
            f"it needs the operation {quoted(named)}, which is code of its maker's that is not in the file"
        )


def _signature(model: ModelProto, external: bool, limits: Limits) -> Signature:
    # Files of ONNX before 1.4 list their weights among the inputs.
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [_value(entry) for entry in model.graph.input if entry.name not in weights]
    if len(inputs) != 1:
        names = ", ".join(quoted(value.name) for value in inputs[:8]) or "nothing"
        raise ModelError(f"it takes {names}, where a model that draws takes exactly one picture")
    _check_picture(inputs[0], limits)
    outputs = tuple(_value(entry) for entry in model.graph.output)
    if not any(value.number is not None and (value.dims is None or len(value.dims) == 4) for value in outputs):
        raise ModelError("none of its outputs is a picture")
    licence = {entry.key.lower(): entry.value for entry in model.metadata_props}
    return Signature(
        input=inputs[0],
        outputs=outputs,
        activation=_activation(model.graph, model.graph.output[0].name),
        external=external,
        licence=(licence.get("licence") or licence.get("license") or "")[:500] or None,
    )


def _value(entry: ValueInfoProto) -> Value:
    tensor = entry.type.tensor_type
    dims = None
    if tensor.HasField("shape"):
        # Zero and less stand for "free" in files of some exporters.
        dims = tuple(dim.dim_value if dim.dim_value > 0 else None for dim in tensor.shape.dim[:16])
    number = _NUMBERS.get(int(tensor.elem_type)) if entry.type.HasField("tensor_type") else None
    return Value(name=entry.name, number=number, dims=dims)


def _check_picture(value: Value, limits: Limits) -> None:
    if value.number is None:
        raise ModelError(f"its input {quoted(value.name)} is not made of numbers that a picture can have")
    if value.dims is None:
        return
    if len(value.dims) != 4 or not ({value.dims[1], value.dims[3]} & {3, None}):
        shape = " x ".join("?" if dim is None else str(dim) for dim in value.dims) or "a single number"
        raise ModelError(f"its input is {shape}, which is not a picture of three colours")
    largest = max((dim for dim in value.dims if dim is not None), default=0)
    if largest > limits.side:
        raise ModelError(f"it wants pictures of {largest} pixels or that many at once, and {limits.side} is the most")


def _activation(graph: GraphProto, name: str) -> str | None:
    made_by = {output: node for node in graph.node for output in node.output}
    for _ in range(8):
        node = made_by.get(name)
        if node is None or node.op_type not in _CARRIERS:
            return node.op_type if node is not None and not node.domain else None
        name = node.input[0] if node.input else ""
    return None
