"""Files made to harm: each is refused in a clear sentence, in good time, and nothing of it stays."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import psutil
import pytest
from onnx import GraphProto, TensorProto, helper, numpy_helper

from core.catalogue import MANIFEST
from core.errors import ModelError
from core.importing.adding import add_model
from core.importing.child import Answer
from core.importing.guard import Watch
from core.importing.inspection import inspect
from core.importing.limits import MIB, Limits
from tests.support.foreign import painter, save, write
from tests.support.models import tiny_model

PHOTO = helper.make_tensor_value_info("photo", TensorProto.FLOAT, [1, 3, 256, 256])
PICTURE = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, 256, 256])
PASS = helper.make_node("Identity", ["photo"], ["picture"])


def _with_weights(path: Path, tensor: TensorProto) -> Path:
    node = helper.make_node("Add", ["photo", tensor.name], ["picture"])
    return save(path, helper.make_graph([node], "g", [PHOTO], [PICTURE], [tensor]))


def _external(path: Path, location: str, **entries: str) -> Path:
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1], data_location=TensorProto.EXTERNAL)
    for key, value in {"location": location, **entries}.items():
        tensor.external_data.add(key=key, value=value)
    return _with_weights(path, tensor)


def _external_in_constant(path: Path) -> Path:
    """The same escape, hidden in the attribute of a node inside a branch."""
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="../../secret")
    value = helper.make_tensor_value_info("v", TensorProto.FLOAT, [1])
    branch = helper.make_graph([helper.make_node("Constant", [], ["v"], value=tensor)], "b", [], [value])
    yes = numpy_helper.from_array(np.array(True), "yes")
    nodes = [
        helper.make_node("If", ["yes"], ["w"], then_branch=branch, else_branch=branch),
        helper.make_node("Add", ["photo", "w"], ["picture"]),
    ]
    return save(path, helper.make_graph(nodes, "g", [PHOTO], [PICTURE], [yes]))


def _link(path: Path) -> Path:
    (path.parent / "weights.bin").symlink_to("/etc/hostname")
    return _external(path, "weights.bin")


def _endless(path: Path) -> Path:
    """A loop whose condition stays true."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Identity", ["x"], ["y"])],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("x", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("y", TensorProto.FLOAT, None),
        ],
    )
    yes = numpy_helper.from_array(np.array(True), "yes")
    return save(
        path,
        helper.make_graph(
            [helper.make_node("Loop", ["", "yes", "photo"], ["picture"], body=body)], "g", [PHOTO], [PICTURE], [yes]
        ),
    )


def _loop_in_function(path: Path) -> Path:
    model = onnx.load(str(_endless(path)))
    loop = model.graph.node[0]
    function = helper.make_function("mine", "F", ["photo", "yes"], ["picture"], [loop], list(model.opset_import))
    model.functions.append(function)
    model.opset_import.append(helper.make_opsetid("mine", 1))
    del model.graph.node[:]
    model.graph.node.append(helper.make_node("F", ["photo", "yes"], ["picture"], domain="mine"))
    path.write_bytes(model.SerializeToString())
    return path


def _shadowed_loop(path: Path) -> Path:
    """A harmless function that is called Loop; ONNX Runtime runs its own loop nevertheless."""
    model = onnx.load(str(_endless(path)))
    harmless = [helper.make_node("Identity", ["x"], ["y"])]
    model.functions.append(helper.make_function("", "Loop", ["m", "go", "x"], ["y"], harmless, model.opset_import))
    path.write_bytes(model.SerializeToString())
    return path


def _sparse(path: Path) -> Path:
    """One number that stands for a matrix of forty gigabytes."""
    values = helper.make_tensor("w", TensorProto.FLOAT, [1], [1.0])
    places = helper.make_tensor("i", TensorProto.INT64, [1], [0])
    graph = GraphProto()
    graph.CopyFrom(helper.make_graph([PASS], "g", [PHOTO], [PICTURE]))
    graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, [100_000, 100_000]))
    return save(path, graph)


def _shaped(*dims: int | str, kind: int = TensorProto.FLOAT) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        photo = helper.make_tensor_value_info("photo", kind, list(dims))
        return write(path, [PASS], [photo], [helper.make_tensor_value_info("picture", kind, list(dims))])

    return make


def _sequence(path: Path) -> Path:
    photo = helper.make_tensor_sequence_value_info("photo", TensorProto.FLOAT, None)
    return write(path, [PASS], [photo], [PICTURE])


def _from_bytes(data: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        painter(path)
        path.write_bytes(data(path.read_bytes()))
        return path

    return make


def _deep(path: Path) -> Path:
    """Graphs in attributes of nodes of graphs, two hundred times, which would exhaust a parser's stack."""
    graph = b""
    for field in [6, 5, 1] * 200 + [7]:
        size, length = len(graph), bytearray()
        while size > 127:
            length.append(size & 127 | 128)
            size >>= 7
        graph = bytes([field << 3 | 2, *length, size]) + graph
    path.write_bytes(graph)
    return path


def _old(path: Path) -> Path:
    model = onnx.load(str(painter(path)))
    model.opset_import[0].version = 3
    path.write_bytes(model.SerializeToString())
    return path


HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "weights above the folder": (lambda path: _external(path, "../secret"), r"reads?.*\.\./secret.*outside"),
    "weights by an absolute path": (lambda path: _external(path, "/etc/passwd"), "outside its own folder"),
    "weights by a Windows path": (lambda path: _external(path, "C:\\Windows\\win.ini"), "outside its own folder"),
    "weights behind a link": (_link, "outside its own folder"),
    "weights in a branch's constant": (_external_in_constant, "outside its own folder"),
    "weights that are not there": (lambda path: _external(path, "gone.bin"), "not there; add the folder"),
    "weights longer than their file": (lambda path: _external(path, "m.onnx", offset="999999"), "smaller than"),
    "weights at no offset": (lambda path: _external(path, "m.onnx", offset="x"), "not described properly"),
    "weights larger than memory": (
        lambda path: _with_weights(path, TensorProto(name="w", data_type=1, dims=[2**31, 2**31])),
        "take more than",
    ),
    "weights without numbers": (
        lambda path: _with_weights(path, TensorProto(name="w", data_type=1, dims=[64, 64])),
        "shape and no numbers",
    ),
    "weights with too few numbers": (
        lambda path: _with_weights(path, TensorProto(name="w", data_type=1, dims=[64], raw_data=b"1234")),
        "hold another number",
    ),
    "weights of negative size": (
        lambda path: _with_weights(path, TensorProto(name="w", data_type=1, dims=[-5])),
        "impossible shape",
    ),
    "weights of an unknown type": (
        lambda path: _with_weights(path, TensorProto(name="w", data_type=99, dims=[1])),
        "unknown type",
    ),
    "sparse weights": (_sparse, "sparse"),
    "a huge picture": (_shaped(1, 3, 2**40, 2**40), "1024 is the most"),
    "a huge batch": (_shaped(10**6, 3, 256, 256), "1024 is the most"),
    "four colours": (_shaped(1, 4, 256, 256), "1 x 4 x 256 x 256.*not a picture"),
    "no picture": (_shaped(1, 1000), "not a picture of three colours"),
    "whole numbers": (_shaped(1, 3, 256, 256, kind=TensorProto.INT64), "not made of numbers"),
    "texts": (_shaped(1, 3, 256, 256, kind=TensorProto.STRING), "not made of numbers"),
    "a sequence": (_sequence, "not made of numbers"),
    "two inputs": (
        lambda path: write(path, [PASS], [PHOTO, helper.make_tensor_value_info("z", 1, [1])], [PICTURE]),
        '"photo", "z".*exactly one',
    ),
    "no input": (lambda path: write(path, [PASS], [], [PICTURE]), "takes nothing"),
    "a foreign operation": (
        lambda path: write(
            path, [helper.make_node("Exec", ["photo"], ["picture"], domain="evil")], [PHOTO], [PICTURE], None, ("evil",)
        ),
        r"evil\.Exec.*not in the file",
    ),
    "an operation that reads files": (
        lambda path: write(
            path,
            [helper.make_node("EPContext", ["photo"], ["picture"], domain="com.microsoft")],
            [PHOTO],
            [PICTURE],
            None,
            ("com.microsoft",),
        ),
        "EPContext",
    ),
    "an unknown operation": (
        lambda path: write(path, [helper.make_node("Nonsense", ["photo"], ["picture"])], [PHOTO], [PICTURE]),
        "Nonsense.*does not have",
    ),
    "an endless loop": (_endless, "contains a loop"),
    "an endless loop in a function": (_loop_in_function, "contains a loop"),
    "an endless loop under a function's name": (_shadowed_loop, "contains a loop"),
    "too many operations": (
        lambda path: write(path, [PASS] * 1000, [PHOTO], [PICTURE]),
        "more than 900 operations",
    ),
    "graphs within graphs": (_deep, "damaged"),
    "a truncated file": (_from_bytes(lambda data: data[: len(data) // 2]), "cut off|damaged"),
    "nothing": (_from_bytes(lambda _: b""), "empty"),
    "junk": (_from_bytes(lambda _: bytes(range(256)) * 64), "not an ONNX file"),
    "zeros": (_from_bytes(lambda _: bytes(4096)), "not an ONNX file"),
    "too large a file": (_from_bytes(lambda data: data + bytes(2 * MIB)), "larger than 1 MB"),
    "an ancient file": (_old, "version 3"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_before_anything_in_it_runs(tmp_path: Path, name: str) -> None:
    make, told = HOSTILE[name]
    (tmp_path / "secret").write_bytes(bytes(64))
    (tmp_path / "model").mkdir()
    path = make(tmp_path / "model" / "m.onnx")
    with pytest.raises(ModelError, match=told):
        inspect(path, path.parent, Limits(nodes=900, file_bytes=MIB))


def _busy(path: Path) -> Path:
    """No loop, and hours of work: matrices that are multiplied again and again."""
    constants: dict[str, np.ndarray] = {"nothing": np.array(0, np.float32)}
    nodes = [helper.make_node("RandomNormal", [], ["m0"], shape=[2048, 2048])]
    nodes += [helper.make_node("MatMul", [f"m{turn}", "m0"], [f"m{turn + 1}"]) for turn in range(20_000)]
    nodes += [
        helper.make_node("ReduceMax", ["m20000"], ["most"], keepdims=0),
        helper.make_node("Mul", ["most", "nothing"], ["zero"]),
        helper.make_node("Add", ["photo", "zero"], ["picture"]),
    ]
    return write(path, nodes, [PHOTO], [PICTURE], constants)


def _greedy(path: Path) -> Path:
    """A few bytes that ask for forty gigabytes."""
    constants: dict[str, np.ndarray] = {
        "shape": np.array([100_000, 100_000], np.int64),
        "nothing": np.array(0, np.float32),
    }
    nodes = [
        helper.make_node("ReduceMean", ["photo"], ["mean"], keepdims=0),
        helper.make_node("Expand", ["mean", "shape"], ["huge"]),
        helper.make_node("ReduceMax", ["huge"], ["most"], keepdims=0),
        helper.make_node("Mul", ["most", "nothing"], ["zero"]),
        helper.make_node("Add", ["photo", "zero"], ["picture"]),
    ]
    return write(path, nodes, [PHOTO], [PICTURE], constants)


@pytest.mark.parametrize(
    ("make", "told", "loops"),
    [
        (_busy, "not done after 2 seconds", False),
        (_greedy, r"more memory than the \d+ MB", False),
        (_endless, "contains a loop", False),
        # As it would be if inspection had missed it.
        (_endless, "not done after 2 seconds", True),
    ],
    ids=["time", "memory", "loop", "loop let through"],
)
def test_what_takes_too_much_ends_with_its_process(
    tmp_path: Path, own_models: Path, make: Callable[[Path], Path], told: str, loops: bool
) -> None:
    path = make(tmp_path / "model.onnx")
    me = psutil.Process()
    before, started = me.memory_info().rss, time.monotonic()
    with pytest.raises(ModelError, match=f'"model.onnx" was not added, because .*{told}'):
        add_model(path, limits=Limits(seconds=2, loops=loops))
    assert time.monotonic() - started < 100  # its 2 seconds, and the start of a process on a busy machine
    assert me.memory_info().rss - before < 200 * MIB
    assert multiprocessing.active_children() == []
    assert list(own_models.parent.rglob("*")) == [own_models]


def test_weights_that_are_refused_when_they_are_read_are_told_of(tmp_path: Path, own_models: Path) -> None:
    folder = tmp_path / "linked"
    folder.mkdir()
    (tmp_path / "elsewhere").write_bytes(bytes(4))
    (folder / "w.bin").hardlink_to(tmp_path / "elsewhere")
    _external(folder / "model.onnx", "w.bin")
    with pytest.raises(ModelError, match=r"it cannot be read .*hard links"):
        add_model(folder)
    assert not list(own_models.glob("*"))


def test_memory_is_watched_from_outside_too() -> None:
    """Where the system does not hold a process to its limit, the one that started it does."""
    hoard = "import sys, time; print(flush=True); sys.stdin.readline(); kept = b'x' * 400_000_000; time.sleep(60)"
    ours, theirs = multiprocessing.Pipe(duplex=False)
    with subprocess.Popen([sys.executable, "-c", hoard], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        theirs.send_bytes(Answer(kind="ready").model_dump_json().encode())

        def go_on() -> bool:
            process.stdin.write(b"\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            return True

        try:
            with pytest.raises(ModelError, match="more memory than the 100 MB"):
                Watch(ours, process.pid, 100 * MIB, Limits(seconds=60), go_on).verdict()
        finally:
            process.kill()


def test_a_manifest_that_lies_about_its_file_is_refused(tmp_path: Path, own_models: Path) -> None:
    folder = tiny_model(tmp_path / "brought").folder
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelError, match="SHA-256 is not the one in its manifest"):
        add_model(folder)
    assert not list(own_models.glob("*"))


def test_a_manifest_that_lies_about_what_the_model_takes_is_refused(tmp_path: Path, own_models: Path) -> None:
    folder = tiny_model(tmp_path / "brought").folder
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**manifest, "contract": {"layout": "NHWC"}}))
    with pytest.raises(ModelError, match="fails while drawing"):
        add_model(folder)
    assert not list(own_models.glob("*"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"file": "../../x.onnx"}', "manifest is of no use"),
        ("[" * 100_000, "manifest is of no use"),
        (" " * (2 * MIB), "larger than 1 MB"),
    ],
    ids=["escape", "deep", "large"],
)
def test_a_hostile_manifest_is_refused(tmp_path: Path, text: str, told: str) -> None:
    folder = tiny_model(tmp_path / "brought").folder
    (folder / MANIFEST).write_text(text)
    with pytest.raises(ModelError, match=told):
        add_model(folder)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    two = tmp_path / "two"
    painter(two / "a.onnx")
    shutil.copy(two / "a.onnx", two / "b.onnx")
    for source, told in {"gone.onnx": "no such file", "empty": "there is: none", "two": '"a.onnx", "b.onnx"'}.items():
        with pytest.raises(ModelError, match=told):
            add_model(tmp_path / source)
