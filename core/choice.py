"""Which runtime draws a model fastest on this machine: measured once, at first use, and remembered.

What may draw: ONNX Runtime on the processor, OpenVINO where it is installed, CUDA where there is a card, and the
model's files of lower precision; OpenVINO runs those of float16 in bfloat16 on processors that have it. No table tells
which one is fastest: it depends on the processor, the card and the model. Each draws the same picture a few times, in
turns; one that fails, or draws something else, is out.
"""

from __future__ import annotations

import hashlib
import json
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import gpu_pack, paths
from core.catalogue import Hardware, Model, Precision
from core.errors import OutputError
from core.openvino_session import OPENVINO, has_bfloat16, installed_openvino, open_openvino
from core.runtime import (
    CUDA,
    Device,
    Session,
    built_in_providers,
    driver_present,
    installed_distributions,
    open_bound,
    open_session,
)
from core.writing import write_whole

FILE = "choices.json"
ROUNDS = 3
#: The plain way is left for something that takes at most this share of its time: less is not worth a surprise.
WORTH_IT = 0.9
#: Largest mean difference to the plain way's drawing, in [-1, 1]: lower precision rounds, but not to black faces.
SAME = 0.02
ALIKE = 0.1


class Engine(StrEnum):
    """What runs a file."""

    CPU = "cpu"
    OPENVINO = "openvino"
    CUDA = "cuda"
    CUDA_GRAPH = "cuda-graph"


@dataclass(frozen=True)
class Candidate:
    """A file of the model and what runs it; the first candidate is the plain way."""

    engine: Engine
    file: str
    precision: Precision = Precision.FLOAT32

    @property
    def key(self) -> str:
        """How it is remembered."""
        return f"{self.engine}:{self.file}"


Open = Callable[[Model, Candidate, int], Session]


def candidates(model: Model) -> tuple[Candidate, ...]:
    """Return what could draw ``model`` here; the first one always can."""
    manifest = model.manifest
    found = [Candidate(Engine.CPU, manifest.file)]
    openvino = installed_openvino() is not None
    if openvino:
        found.append(Candidate(Engine.OPENVINO, manifest.file))
    card = driver_present()
    if card:
        found += [Candidate(engine, manifest.file) for engine in (Engine.CUDA, Engine.CUDA_GRAPH)]
    for variant in manifest.variants:
        if model.path_of(variant) is None:
            continue
        if (variant.hardware is Hardware.CUDA) <= card:
            engine = Engine.CUDA if variant.hardware is Hardware.CUDA else Engine.CPU
            found.append(Candidate(engine, variant.file, variant.precision))
        # The network as it was trained bears bfloat16; the sums of its rewritten form need the digits.
        if openvino and variant.precision is Precision.FLOAT16 and has_bfloat16():
            found.append(Candidate(Engine.OPENVINO, variant.file, variant.precision))
    return tuple(found)


def best_session(model: Model, threads: int = 0, memory: Path | None = None) -> Session:
    """Return the session that draws ``model`` fastest here. Raises ModelError when none does.

    memory: the file that remembers; the user's cache where None. Measuring takes a few drawings with each candidate.
    """
    possible = candidates(model)
    plain = possible[0]
    if len(possible) == 1:
        return open_session(model.path, Device.AUTO, threads)
    memory = memory or paths.cache() / FILE
    choices = _read(memory)
    key = _key(model, possible, threads)
    chosen = choices.get(key)
    if chosen is None:
        times = measure(model, possible, threads)
        chosen = fastest(times, plain.key)
        _remember(memory, {**choices, key: chosen})
    by_key = {candidate.key: candidate for candidate in possible}
    try:
        session = open_candidate(model, by_key.get(chosen, plain), threads)
    except Exception:  # what was chosen is broken by now; the plain way tells what is wrong with the model
        return open_session(model.path, Device.AUTO, threads)
    if session.provider != CUDA and driver_present():
        # A card that stands idle because something is missing is told of.
        return replace(session, fallback=open_session(model.path, Device.CUDA, threads).fallback)
    return session


def remembered(model: Model, threads: int = 0, memory: Path | None = None) -> str | None:
    """Return the key of what draws ``model`` here, or None where that has not been measured yet."""
    possible = candidates(model)
    if len(possible) == 1:
        return possible[0].key
    return _read(memory or paths.cache() / FILE).get(_key(model, possible, threads))


def fastest(times: dict[str, float], plain: str) -> str:
    """Return the key of what to use: the fastest one that is clearly faster than ``plain``."""
    best = min(times, key=lambda key: times[key], default=plain)
    return best if plain not in times or times[best] <= WORTH_IT * times[plain] else plain


def measure(
    model: Model, possible: tuple[Candidate, ...], threads: int, opening: Open | None = None
) -> dict[str, float]:
    """Return the median seconds of each candidate that draws what the first one draws."""
    contract = model.manifest.contract
    batch = contract.pack(np.repeat(_portrait(model.manifest.size)[None], contract.batch or 1, axis=0))
    sessions: dict[str, Session] = {}
    wanted: NDArray[np.generic] | None = None
    for candidate in possible:
        try:
            session = (opening or open_candidate)(model, candidate, threads)
            drawn = session.run([contract.output], {contract.input: batch})[0]
        except Exception:  # whatever is wrong with it, it is not the one to use
            continue
        if wanted is None:
            wanted = drawn
        limit = ALIKE if candidate.precision is Precision.INT8 else SAME
        if drawn.shape == wanted.shape and np.abs(drawn.astype(np.float32) - wanted.astype(np.float32)).mean() <= limit:
            sessions[candidate.key] = session
    times: dict[str, list[float]] = {key: [] for key in sessions}
    for _ in range(ROUNDS):
        for key, session in sessions.items():
            start = time.perf_counter()
            session.run([contract.output], {contract.input: batch})
            times[key].append(time.perf_counter() - start)
    return {key: statistics.median(taken) for key, taken in times.items()}


def open_candidate(model: Model, candidate: Candidate, threads: int) -> Session:
    """Open what ``candidate`` names. Raises whatever the runtime raises when it cannot."""
    variants = {variant.file: model.path_of(variant) for variant in model.manifest.variants}
    path = variants.get(candidate.file) or model.folder / candidate.file
    match candidate.engine:
        case Engine.CPU:
            session = open_session(path, Device.CPU, threads)
            return Session(session.run, session.inner, session.provider, None, candidate.precision)
        case Engine.OPENVINO:
            compiled = open_openvino(path, threads, exact=candidate.precision is Precision.FLOAT32)
            return Session(compiled.run, compiled, OPENVINO, None, compiled.precision)
        case Engine.CUDA:
            session = open_session(path, Device.CUDA, threads)
            if session.provider != CUDA:
                raise RuntimeError(session.fallback)
            return Session(session.run, session.inner, session.provider, None, candidate.precision)
        case Engine.CUDA_GRAPH:
            size = model.manifest.size
            bound = open_bound(path, (1, 3, size, size))
            return Session(bound.run, bound, CUDA, None, candidate.precision)


def _portrait(size: int) -> NDArray[np.uint8]:
    """Return something with light, shade and edges, (size, size, 3)."""
    y, x = np.mgrid[0:size, 0:size] / size
    face = ((x - 0.5) ** 2 / 0.09 + (y - 0.5) ** 2 / 0.16 < 1)[..., None]
    light = (0.4 + 0.5 * x + 0.1 * np.sin(40 * y))[..., None] * np.array([1.0, 0.8, 0.7])
    return np.asarray(np.where(face, light, 0.3 * y[..., None]) * 255, np.uint8)


def _key(model: Model, possible: tuple[Candidate, ...], threads: int) -> str:
    """Return what a choice holds for: these files, runtimes, processor and number of threads."""
    facts = [
        model.manifest.sha256,
        *(variant.sha256 for variant in model.manifest.variants),
        *(candidate.key for candidate in possible),
        *(f"{name} {version}" for name, version in installed_distributions().items()),
        f"openvino {installed_openvino()}",
        f"cuda {CUDA in built_in_providers()} {gpu_pack.installed()}",
        processor(),
        str(threads),
    ]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def processor() -> str:
    """Return the processor's name as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        lines = []
    # Virtual machines call different processors by one name; what they can do tells them apart.
    told = [line for line in lines if line.startswith(("model name", "flags"))][:2]
    return "\n".join(told) or platform.processor() or platform.machine()


def _read(memory: Path) -> dict[str, str]:
    try:
        found = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _remember(memory: Path, choices: dict[str, str]) -> None:
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        write_whole(memory, (json.dumps(choices, indent=1) + "\n").encode())
    except (OSError, OutputError):  # then it is measured again the next time
        return
