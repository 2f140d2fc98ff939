"""Files that would do something else with another picture: refused, whatever the trial's portrait makes of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import FunctionProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper
from onnx.helper import make_node

from core.errors import ModelError
from core.importing.inspection import inspect
from core.importing.limits import Limits
from export.peers import PEERS
from tests.support.foreign import painter
from tests.support.peers import peer

SIDES: list[int | str] = [1, 3, "H", "W"]
OPSETS = [helper.make_opsetid("", 18), helper.make_opsetid("mine", 1)]
TOLD = "what a picture shows, or chance, decides how much its operation {} has to do"
CONSTANTS: dict[str, NDArray[np.generic]] = {
    "half": np.array(0.5, np.float32),
    "few": np.array([1, 1, 1, 1], np.int64),
    "many": np.array([1, 30_000, 1, 1], np.int64),
    "four": np.array([1, 1, 4, 4], np.int64),
    "nothing": np.array(0, np.float32),
}
BRIGHT = [make_node("ReduceMean", ["photo"], ["mean"], keepdims=0), make_node("Greater", ["mean", "half"], ["bright"])]
EXPAND = make_node("Expand", ["photo", "shape"], ["huge"])
WHERE = make_node("Where", ["bright", "many", "few"], ["shape"])
WANTED = make_node("Where", ["bright", "many", "few"], ["wanted"])
#: Nothing of the result is used, but it is computed.
END = [
    make_node("ReduceMax", ["huge"], ["most"], keepdims=0),
    make_node("Mul", ["most", "nothing"], ["zero"]),
    make_node("Add", ["photo", "zero"], ["picture"]),
]


def _value(name: str) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, None)


def _branch(*nodes: NodeProto) -> GraphProto:
    return helper.make_graph(list(nodes), "branch", [], [_value(nodes[-1].output[0])])


def _function(name: str, inputs: list[str], outputs: list[str], *nodes: NodeProto) -> FunctionProto:
    return helper.make_function("mine", name, inputs, outputs, list(nodes), OPSETS)


def _call(name: str, inputs: list[str], outputs: list[str], **attributes: GraphProto) -> NodeProto:
    return make_node(name, inputs, outputs, domain="mine", **attributes)


def _inspect(
    path: Path, nodes: list[NodeProto], functions: tuple[FunctionProto, ...] = (), loops: bool = False
) -> None:
    photo, picture = (helper.make_tensor_value_info(name, TensorProto.FLOAT, SIDES) for name in ("photo", "picture"))
    weights = [numpy_helper.from_array(value, name) for name, value in CONSTANTS.items()]
    graph = helper.make_graph(nodes, "g", [photo], [picture], weights)
    model: ModelProto = helper.make_model(graph, opset_imports=OPSETS, ir_version=9, functions=list(functions))
    path.write_bytes(model.SerializeToString())
    inspect(path, path.parent, Limits(loops=loops))


def _same(name: str, *nodes: NodeProto) -> GraphProto:
    """A branch whose result is called like one around it, as some exporters write them."""
    return _branch(*nodes, make_node("Identity", [nodes[-1].output[0] if nodes else "photo"], [name]))


def _turns(*inputs: str) -> NodeProto:
    """A loop that repeats a picture as many times as the turn before had said."""
    names = ("turn", "go", "was", "next")
    body = helper.make_graph(
        [
            make_node("Identity", ["go"], ["on"]),
            make_node("Tile", ["photo", "was"], ["tiled"]),
            make_node("Identity", ["next"], ["is"]),
            make_node("Identity", ["next"], ["after"]),
        ],
        "body",
        [_value(name) for name in names],
        [_value(name) for name in ("on", "is", "after")],
    )
    return make_node("Loop", [*inputs, "few", "last"], ["a", "b"], body=body)


BEFORE = [*BRIGHT, WHERE]
MIX = _function("Mix", ["a", "b"], ["c"], make_node("Mul", ["a", "b"], ["c"]))
ENLARGE = _function("Enlarge", ["x", "to"], ["y"], make_node("Expand", ["x", "to"], ["y"]))
OUTER = _function("Outer", ["to", "x"], ["y"], _call("Enlarge", ["x", "to"], ["y"]))
CIRCLE = _function("Circle", ["x"], ["y"], _call("Circle", ["x"], ["y"]))
DICE = _function("Dice", ["x"], ["y"], make_node("RandomUniform", [], ["y"], shape=[4]))
HUGE_BRANCH = _branch(make_node("Expand", ["photo", "many"], ["grown"]))
SMALL_BRANCH = _branch(make_node("Identity", ["photo"], ["same"]))

REFUSED: dict[str, tuple[list[NodeProto], tuple[FunctionProto, ...], str]] = {
    "brightness decides a shape": ([*BEFORE, EXPAND, *END], (), TOLD.format("Expand")),
    "in another order": ([*END, EXPAND, WHERE, *BRIGHT], (), TOLD.format("Expand")),
    "brightness decides a branch": (
        [*BRIGHT, make_node("If", ["bright"], ["huge"], then_branch=HUGE_BRANCH, else_branch=SMALL_BRANCH), *END],
        (),
        TOLD.format("If"),
    ),
    "within a branch": (
        [
            make_node("Greater", ["nothing", "half"], ["no"]),
            *BEFORE,
            make_node("If", ["no"], ["huge"], then_branch=SMALL_BRANCH, else_branch=_branch(EXPAND)),
            *END,
        ],
        (),
        TOLD.format("Expand"),
    ),
    "by a branch's result": (
        [
            make_node("Greater", ["nothing", "half"], ["no"]),
            make_node("If", ["no"], ["shape"], then_branch=_same("shape"), else_branch=_same("shape", *BRIGHT, WANTED)),
            EXPAND,
            *END,
        ],
        (),
        TOLD.format("Expand"),
    ),
    "in a function": (
        [*BEFORE, _call("Enlarge", ["photo", "shape"], ["huge"]), *END],
        (ENLARGE,),
        TOLD.format("Expand"),
    ),
    "in a function's function": (
        [*BEFORE, _call("Outer", ["shape", "photo"], ["huge"]), *END],
        (OUTER, ENLARGE),
        TOLD.format("Expand"),
    ),
    "by a function's result": (
        [*BRIGHT, _call("Mix", ["mean", "half"], ["shape"]), EXPAND, *END],
        (MIX,),
        TOLD.format("Expand"),
    ),
    "by the size of what a picture decides": (
        [
            *BEFORE,
            make_node("ReduceMax", ["photo", "shape"], ["less"], keepdims=0),
            make_node("Shape", ["less"], ["left"]),
            make_node("Tile", ["photo", "left"], ["huge"]),
            *END,
        ],
        (),
        TOLD.format("ReduceMax"),
    ),
    "by how many pixels are bright": (
        [make_node("NonZero", ["photo"], ["places"]), make_node("Cast", ["places"], ["huge"], to=1), *END],
        (),
        TOLD.format("NonZero"),
    ),
    "by chance in a function": (
        [_call("Dice", ["photo"], ["shape"]), EXPAND, *END],
        (DICE,),
        TOLD.format("Expand"),
    ),
    "from turn to turn of a loop": (
        [
            *BRIGHT,
            make_node("Identity", ["mean"], ["last"]),
            _turns("", ""),
            make_node("Identity", ["photo"], ["picture"]),
        ],
        (),
        TOLD.format("Tile"),
    ),
    "a function that calls itself": ([_call("Circle", ["photo"], ["picture"])], (CIRCLE,), "in a circle"),
    "operations in a circle": (
        [make_node("Add", ["photo", "back"], ["picture"]), make_node("Neg", ["picture"], ["back"])],
        (),
        "in a circle",
    ),
    "two results of one name": ([make_node("Identity", ["photo"], ["picture"])] * 2, (), "share a name"),
    "two functions of one name": ([_call("Mix", ["photo", "half"], ["picture"])], (MIX, MIX), "share a name"),
    "a branch that is handed over": (
        [_call("Mix", ["photo", "half"], ["picture"], then_branch=HUGE_BRANCH)],
        (MIX,),
        "hide in attributes",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_other_pictures_could_blow_up_is_refused(tmp_path: Path, name: str) -> None:
    nodes, functions, told = REFUSED[name]
    with pytest.raises(ModelError, match=told):
        _inspect(tmp_path / "m.onnx", nodes, functions, loops=True)


def test_sizes_may_decide_sizes(tmp_path: Path) -> None:
    """Also through functions that see pixels elsewhere, and through branches."""
    sizes = [
        make_node("Shape", ["photo"], ["size"]),
        _call("Mix", ["size", "few"], ["larger"]),
        _call("Mix", ["photo", "half"], ["dark"]),
        make_node("AveragePool", ["dark"], ["small"], kernel_shape=[4, 4], strides=[4, 4]),
        make_node("Resize", ["small", "", "", "larger"], ["resized"]),
        make_node("Equal", ["size", "larger"], ["each"]),
        make_node("Gather", ["each", "nothing_"], ["equal"]),
        make_node("Cast", ["nothing"], ["nothing_"], to=TensorProto.INT64),
        make_node(
            "If",
            ["equal"],
            ["picture"],
            then_branch=_same("picture"),
            else_branch=_same("picture", make_node("Expand", ["resized", "size"], ["spread"])),
        ),
    ]
    _inspect(tmp_path / "m.onnx", sizes, (MIX,))


def test_models_that_draw_pass(tmp_path: Path) -> None:
    ours = sorted((Path(__file__).parents[3] / "resources" / "models").glob("*/*.onnx"))
    assert ours
    for path in (*ours, painter(tmp_path / "painter.onnx", multiple=8)):
        inspect(path, path.parent, Limits())


@pytest.mark.parametrize("name", PEERS)
def test_models_of_others_pass(name: str) -> None:
    path = peer(name)
    inspect(path, path.parent, Limits())


def test_functions_that_double_themselves_are_followed_once(tmp_path: Path) -> None:
    """Sixty times: whoever followed each call would follow 2**60."""
    doubling = [
        _function(f"F{turn}", ["x"], ["z"], _call(f"F{turn + 1}", ["x"], ["y"]), _call(f"F{turn + 1}", ["y"], ["z"]))
        for turn in range(60)
    ]
    last = _function("F60", ["x"], ["z"], make_node("Identity", ["x"], ["z"]))
    _inspect(tmp_path / "m.onnx", [_call("F0", ["photo"], ["picture"])], (*doubling, last))
