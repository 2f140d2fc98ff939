"""``python -m export bench``: how much faster one ONNX file runs than another, measured in turns in one run.

Times on a machine that does other things mean little by themselves; two files that take turns meet the same
interruptions. Each round gives one ratio, and the median of the rounds is the answer. Processor time is measured
besides the time on the clock, because other programs do not add to it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cores import usable_cores
from core.errors import ModelError
from core.openvino_session import OpenVINOSession, installed_openvino
from core.runtime import Device, Session, installed_distributions, open_session

PURPOSE = "Measure ONNX files against the first one, in turns, on the processor."
RUNTIMES = ("onnxruntime", "openvino")


@dataclass(frozen=True)
class Timing:
    """What a file takes for one picture.

    milliseconds: median on the clock; quartiles: a quarter of the runs took at most the first, three quarters at most
    the second. cpu_milliseconds: median of processor time, of all threads together. times_faster, cpu_times_faster:
    than the first file, median of the rounds' ratios. difference: largest one to what the first file draws.
    """

    file: str
    runtime: str
    milliseconds: float
    quartiles: tuple[float, float]
    cpu_milliseconds: float
    times_faster: float
    cpu_times_faster: float
    difference: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="ONNX files of one signature")
    parser.add_argument("--runtimes", choices=RUNTIMES, nargs="+", default=["onnxruntime"], help="default: onnxruntime")
    parser.add_argument("--rounds", type=int, default=15, help="runs of each, taking turns (default: 15)")
    parser.add_argument("--threads", type=int, default=usable_cores(), help="default: the usable cores")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Measure and print. Raises ModelError."""
    timings = measure(options.files, options.runtimes, options.rounds, options.threads)
    setting = {"threads": options.threads, "rounds": options.rounds, **installed_distributions()}
    if "openvino" in options.runtimes:
        setting["openvino"] = installed_openvino()
    if options.json:
        print(json.dumps({**setting, "files": [asdict(timing) for timing in timings]}, indent=2))
        return 0
    print(f"{'ms':>8} {'quartiles':>15} {'cpu ms':>8} {'faster':>7} {'by cpu':>7} {'differs':>8}  file")
    for timing in timings:
        low, high = timing.quartiles
        print(
            f"{timing.milliseconds:8.1f} {f'{low:.0f} to {high:.0f}':>15} {timing.cpu_milliseconds:8.1f} "
            f"{timing.times_faster:6.2f}x {timing.cpu_times_faster:6.2f}x {timing.difference:8.1e}  "
            f"{timing.file} ({timing.runtime})"
        )
    print("  ".join(f"{key} {value}" for key, value in setting.items()))
    return 0


def measure(files: Sequence[Path], runtimes: Sequence[str], rounds: int, threads: int) -> list[Timing]:
    """Return the timing of every file on every runtime, the first being what the others are compared with.

    They are fed one picture of noise. Raises ModelError for a file that does not run, or takes or gives other things
    than the first one.
    """
    sessions = [(file, runtime, _open(file, runtime, threads)) for file in files for runtime in runtimes]
    feed = _noise(sessions[0][2])
    wanted: NDArray[Any] | None = None
    differences = []
    for file, _, session in sessions:
        try:
            drawn = session.run(None, feed)[0]  # also the warm-up
        except Exception as error:
            raise ModelError(f"{file.name} does not take what {files[0].name} takes: {error}") from error
        wanted = drawn if wanted is None else wanted
        if drawn.shape != wanted.shape:
            raise ModelError(f"{file.name} does not give what {files[0].name} gives.")
        differences.append(float(np.abs(drawn.astype(np.float64) - wanted).max()))
    clock: list[list[float]] = [[] for _ in sessions]
    cpu: list[list[float]] = [[] for _ in sessions]
    for _ in range(rounds):
        for place, (_, _, session) in enumerate(sessions):
            start, used = time.perf_counter(), time.process_time()
            session.run(None, feed)
            clock[place].append((time.perf_counter() - start) * 1e3)
            cpu[place].append((time.process_time() - used) * 1e3)
    return [
        Timing(
            file=str(file),
            runtime=runtime,
            milliseconds=statistics.median(clock[place]),
            quartiles=_quartiles(clock[place]),
            cpu_milliseconds=statistics.median(cpu[place]),
            times_faster=_ratio(clock[0], clock[place]),
            cpu_times_faster=_ratio(cpu[0], cpu[place]),
            difference=differences[place],
        )
        for place, (file, runtime, _) in enumerate(sessions)
    ]


def _open(file: Path, runtime: str, threads: int) -> Session:
    if runtime == "onnxruntime":
        return open_session(file, Device.CPU, threads)
    if installed_openvino() is None:
        raise ModelError('OpenVINO is not installed. Install it with: pip install "animirror[openvino]"')
    session = OpenVINOSession(file, threads, exact=True)
    return Session(session.run, session, runtime, None)


def _noise(session: Session) -> dict[str, NDArray[np.float32]]:
    value = session.inner.get_inputs()[0]
    shape = [side if isinstance(side, int) else 1 for side in value.shape]
    return {value.name: np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)}


def _ratio(first: Sequence[float], other: Sequence[float]) -> float:
    return statistics.median(before / max(after, 1e-6) for before, after in zip(first, other, strict=True))


def _quartiles(times: Sequence[float]) -> tuple[float, float]:
    low, _, high = statistics.quantiles(times, n=4) if len(times) > 1 else (times[0],) * 3
    return low, high
