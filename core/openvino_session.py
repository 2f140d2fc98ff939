"""Models on Intel's OpenVINO, which draws faster than ONNX Runtime on many processors.

OpenVINO is an optional package that runs ONNX files by itself. ONNX Runtime's own way to it, onnxruntime-openvino,
would share a folder with onnxruntime-gpu and break it. Only its conversion tools send statistics; they are not used.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import queue
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cores import usable_cores

OPENVINO = "OpenVINO"


def installed_openvino() -> str | None:
    """Return the version of the installed OpenVINO, or None."""
    if importlib.util.find_spec("openvino") is None:
        return None
    try:
        return importlib.metadata.version("openvino")
    except importlib.metadata.PackageNotFoundError:
        return None


@dataclass(frozen=True)
class Value:
    """An input or output: its name and its shape, with None for what is free."""

    name: str
    shape: tuple[int | None, ...]


class OpenVINOSession:
    """Answers as an ONNX Runtime session does, as far as this program asks.

    threads: for one run, 0 for all cores; as many runs as find cores for that go on at the same time.
    precision: what the processor computes in, ``float32`` or ``bfloat16`` where it has instructions for that.
    """

    def __init__(self, path: Path, threads: int = 0, exact: bool = False) -> None:
        """Compile the model for the processor; ``exact`` keeps to float32. Raises RuntimeError when it cannot."""
        import openvino

        core = openvino.Core()
        fast = not exact and has_bfloat16()
        self.precision = "bfloat16" if fast else "float32"
        settings: dict[str, Any] = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if fast else "f32",
        }
        runs = max(1, usable_cores() // threads) if threads else 1
        if threads:
            settings |= {"INFERENCE_NUM_THREADS": runs * threads, "NUM_STREAMS": runs}
        self._model = core.compile_model(str(path), "CPU", settings)
        self._names = [output.get_any_name() for output in self._model.outputs]
        # A request holds the buffers of one run; threads take turns at them.
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(runs):
            self._idle.put(self._model.create_infer_request())

    def get_providers(self) -> list[str]:
        """Return what it runs on."""
        return [OPENVINO]

    def get_inputs(self) -> list[Value]:
        """Return the inputs."""
        return [_value(port) for port in self._model.inputs]

    def get_outputs(self) -> list[Value]:
        """Return the outputs."""
        return [_value(port) for port in self._model.outputs]

    def run(
        self, output_names: Sequence[str] | None, input_feed: Mapping[str, NDArray[np.generic]]
    ) -> list[NDArray[np.generic]]:
        """Run the model; the results are copies, in the order of ``output_names`` (None: all)."""
        request = self._idle.get()
        try:
            results = request.infer(dict(input_feed))
            places = [self._names.index(name) for name in (output_names or self._names)]
            return [np.array(results[place]) for place in places]
        finally:
            self._idle.put(request)


@functools.cache
def has_bfloat16() -> bool:
    """Return whether OpenVINO is installed and this processor computes bfloat16 numbers by itself."""
    if installed_openvino() is None:
        return False
    import openvino

    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def open_openvino(path: Path, threads: int = 0, exact: bool = False) -> OpenVINOSession:
    """Return the session of the file, the same one for the same arguments; compiling takes a second or more."""
    state = path.stat()
    return _compiled(path.resolve(), state.st_mtime_ns, state.st_size, threads, exact)


@functools.cache
def _compiled(path: Path, _changed: int, _size: int, threads: int, exact: bool) -> OpenVINOSession:
    return OpenVINOSession(path, threads, exact)


def _value(port: Any) -> Value:
    shape = port.get_partial_shape()
    return Value(port.get_any_name(), tuple(side.get_length() if side.is_static else None for side in shape))
