"""ONNX Runtime: which one is installed, which providers it has, and sessions that say what they really run on.

The one place that makes sessions. Asking for CUDA and silently getting the CPU is the classic complaint about apps of
this kind, so a session here knows the provider it got and, where that is not the one asked for, why.
"""

from __future__ import annotations

import importlib.metadata
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from core import gpu_pack
from core.cuda_session import BoundSession
from core.errors import ModelError, RuntimeSetupError

CUDA = "CUDAExecutionProvider"
CPU = "CPUExecutionProvider"
SPINNING = "session.intra_op.allow_spinning"
DISTRIBUTIONS = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-openvino")


class Device(StrEnum):
    """What the user asks for; AUTO takes what draws fastest here, and CPU is ONNX Runtime's."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True)
class Session:
    """An inference session and the truth about it.

    inner: ONNX Runtime's session, or one that answers like it (OpenVINO's, one bound to CUDA buffers).
    provider: the execution provider in use, read back after the session was made.
    fallback: a sentence that says why it is not the one asked for, or None.
    precision: what it computes in.
    """

    run: Any
    inner: Any
    provider: str
    fallback: str | None
    precision: str = "float32"


def installed_distributions() -> dict[str, str]:
    """Return the ONNX Runtime distributions in this environment with their versions."""
    found = {}
    for name in DISTRIBUTIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def check_installation() -> None:
    """Raise RuntimeSetupError, with the command that mends it, unless exactly one ONNX Runtime is installed.

    Two distributions write into one folder; the last one installed wins and the GPU is lost without a word.
    """
    import sys

    found = installed_distributions()
    if len(found) == 1 or getattr(sys, "frozen", False):
        return
    if not found:
        raise RuntimeSetupError("ONNX Runtime is not installed. Install it with: pip install onnxruntime")
    keep = "onnxruntime-gpu" if "onnxruntime-gpu" in found else next(iter(found))
    raise RuntimeSetupError(
        f"Two ONNX Runtimes share one folder here ({', '.join(found)}), which disables the GPU without a word. "
        f"Mend it with: pip uninstall -y {' '.join(found)} && pip install {keep}=={found[keep]}"
    )


@cache
def _onnxruntime() -> Any:
    """Import ONNX Runtime once, with the CUDA libraries of the GPU pack or of pip loaded before the first session."""
    check_installation()
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    # Without a driver they cannot work, and reading the gigabytes of a GPU pack takes seconds.
    wanted = driver_present() and CUDA in onnxruntime.get_available_providers()
    if wanted and hasattr(onnxruntime, "preload_dlls"):
        import contextlib
        import io

        # It prints one line a missing library to the standard output, which belongs to our own results.
        with contextlib.redirect_stdout(io.StringIO()):
            onnxruntime.preload_dlls(directory=gpu_pack.libraries())
    return onnxruntime


def built_in_providers() -> list[str]:
    """Return the providers that the installed ONNX Runtime was built with; whether they work only a session tells."""
    return list(_onnxruntime().get_available_providers())


_Key = tuple[Path, int, int, Device, int]
_sessions: dict[_Key, Session] = {}
_sessions_lock = threading.Lock()


def in_use() -> list[str]:
    """Return the providers of the sessions that are open now."""
    with _sessions_lock:
        return sorted({session.provider for session in _sessions.values()})


def open_session(path: Path, device: Device = Device.AUTO, threads: int = 0) -> Session:
    """Return the session of the model at ``path``, the same one for the same arguments.

    threads: intra-op threads, 0 for one a core. Raises ModelError when the file is not a model that runs here.
    Sessions are kept because ONNX Runtime leaks memory when they are made again and again (onnxruntime #26831).
    """
    try:
        state = path.stat()
    except OSError as error:
        raise ModelError(f"The model file {path} is missing.") from error
    # A file that was exchanged under its name is another model.
    key = (path.resolve(), state.st_mtime_ns, state.st_size, device, threads)
    with _sessions_lock:
        if key not in _sessions:
            _sessions[key] = _open(path, device, threads)
        return _sessions[key]


def open_bound(path: Path, shape: Sequence[int]) -> BoundSession:
    """Return a session on CUDA that replays one graph for inputs of ``shape``; raises where that does not work."""
    ort = _onnxruntime()
    plain = open_session(path, Device.CUDA)
    if plain.provider != CUDA:
        raise RuntimeError(plain.fallback)
    session = ort.InferenceSession(str(path), _options(ort, 0), providers=[(CUDA, {"enable_cuda_graph": "1"}), CPU])
    return BoundSession(session, plain.inner, shape)


def _options(ort: Any, threads: int) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that spin while they wait fight with whatever else the machine does: on two busy cores one face took
    # 16.8 s with spinning and 2.6 s without.
    options.add_session_config_entry(SPINNING, "0")
    return options


def _open(path: Path, device: Device, threads: int) -> Session:
    ort = _onnxruntime()
    options = _options(ort, threads)
    fallback = None
    # Without a driver nobody expects a GPU: trying would only cost time and print ONNX Runtime's own complaints.
    if device is Device.CUDA or (device is Device.AUTO and driver_present()):
        if CUDA in ort.get_available_providers():
            session = _try(ort, path, options, [CUDA, CPU])
            if session is not None and session.get_providers()[0] == CUDA:
                return Session(session.run, session, CUDA, None)
            fallback = "CUDA was found but does not start: its driver or libraries are missing, so the CPU is used."
            if gpu_pack.wanted() and not gpu_pack.installed():
                fallback = (
                    "There is an NVIDIA card, and Animirror uses the CPU: add the GPU pack (in the window: About "
                    "Animirror) to use the card."
                )
        else:
            fallback = "This ONNX Runtime has no CUDA support, so the CPU is used."
    try:
        session = ort.InferenceSession(str(path), options, providers=[CPU])
    except Exception as error:
        raise ModelError(f"{path.name} is not a model that can be run: {first_line(error)}") from error
    return Session(session.run, session, str(session.get_providers()[0]), fallback)


def _try(ort: Any, path: Path, options: Any, providers: list[str]) -> Any:
    try:
        return ort.InferenceSession(str(path), options, providers=providers)
    except Exception:  # the CPU is tried next, and tells what is wrong with the file
        return None


def driver_present() -> bool:
    """Return whether an NVIDIA driver is installed."""
    import ctypes.util

    return any(ctypes.util.find_library(name) for name in ("cuda", "nvcuda"))


def first_line(error: BaseException) -> str:
    """Return what ONNX Runtime says, without the lines that only its developers read."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]
