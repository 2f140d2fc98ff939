"""``animirror bench``: how fast live pictures, or with ``--folder`` photos, are drawn here, stage by stage."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from core.catalogue import Model, load_catalogue, load_model_folder
from core.cli.bench_folder import measure_folder
from core.cli.bench_steadiness import measure_steadiness
from core.cli.numbers import real, whole
from core.cores import usable_cores
from core.errors import AnimirrorError, SourceError
from core.live.events import Event, Fault, Notice, Status, StatusChanged
from core.live.example import portrait
from core.live.frame import Result
from core.live.loading import live_model, load_detector, load_generator, once
from core.live.session import LiveSession
from core.live.sources import FileSource, Source
from core.live.stats import Spread
from core.live.still import MovingStill, StillSource
from core.live.views import LiveSettings, LiveView
from core.runtime import Device
from core.views import View

#: Stages that the rest is compared with; ``wait`` is none, but time in a slot.
_HEAVY = ("decode", "detect", "generate", "wait")
#: Seconds after the first drawn frame that do not count: caches fill, the detection interval settles.
_WARM_UP = 1.0
_PATIENCE = 60.0
#: Fewer pictures tell nothing: of 20, one is slower than "19 in 20". A slow model is measured for longer.
_FEWEST = 20
_FRAME = (1280, 720)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--model", metavar="ID", help="a model, or a model's folder (default: one for live pictures)")
    parser.add_argument(
        "--source", type=Path, metavar="FILE", help="a video of faces (default: a computed face that moves)"
    )
    parser.add_argument("--folder", type=Path, metavar="DIR", help="measure the conversion of the photos in it instead")
    parser.add_argument(
        "--steadiness",
        action="store_true",
        help="measure how much less a drawn face flickers at each place of the slider",
    )
    parser.add_argument(
        "--faces", type=whole(1, 16), default=1, metavar="N", help="faces in the default source (default: 1)"
    )
    parser.add_argument(
        "--seconds", type=real(1, 86_400), default=10.0, metavar="N", help="how long to measure (default: 10)"
    )
    parser.add_argument("--view", type=LiveView, choices=list(LiveView), default=LiveView.FRAME, help="default: frame")
    parser.add_argument("--device", type=Device, choices=list(Device), default=Device.AUTO, help="default: auto")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


@dataclass
class _Tally:
    """What is counted for each result, in how many seconds."""

    frames: int = 0
    seconds: float = 0.0
    faces: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    rest: list[float] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=dict)

    @property
    def fps(self) -> float:
        """Frames a second."""
        return self.frames / self.seconds if self.seconds else 0.0

    def add(self, result: Result, at: float) -> None:
        self.frames += 1
        self.faces[len(result.faces)] += 1
        self.latencies.append(1000 * (at - result.frame.captured))
        self.rest.append(sum(spent for stage, spent in result.milliseconds.items() if stage not in _HEAVY))
        for stage, spent in result.milliseconds.items():
            self.stages.setdefault(stage, []).append(spent)


@dataclass(frozen=True)
class Report:
    """The documented JSON object. Times in milliseconds where no other unit is named; memory is resident MiB.

    First the source is drawn as fast as it can be: fps and stages are of that. Then it plays at its own speed as a
    camera does: latency (capture to paint), camera_fps and dropped are of that.
    seconds, frames: how long was measured and how many pictures, of both. rest: everything except decoding, the
    detector and the generator. first_drawn: seconds from the session's start, and
    from the process' start, to the first drawn frame.
    """

    model: str
    provider: str
    fallback: list[str]
    cores: int
    source: str
    size: tuple[int, int]
    faces: int
    view: str
    seconds: float
    frames: int
    fps: float
    stages: dict[str, Spread]
    rest: Spread | None
    latency: Spread | None
    camera_fps: float
    dropped: int
    first_drawn: dict[str, float]
    memory: dict[str, float]

    def table(self) -> str:
        """Return what is printed."""

        def line(name: str, spread: Spread | None) -> str:
            return f"  {name:<10}{spread.p50:8.1f}{spread.p95:8.1f}" if spread else f"  {name:<10}       -       -"

        width, height = self.size
        return "\n".join(
            [
                *self.fallback,
                f"model     {self.model} on {self.provider}, {self.cores} cores",
                f"source    {self.source}, {width}x{height}, {self.faces} face(s), view {self.view}",
                f"measured  {self.frames} pictures in {self.seconds:.1f} s",
                f"speed     {self.fps:.1f} frames a second as fast as it can; as a camera {self.camera_fps:.1f}, "
                f"{self.dropped} dropped",
                f"start     first drawn frame after {self.first_drawn['session']:.1f} s, "
                f"{self.first_drawn['process']:.1f} s after the process began",
                "memory    " + ", ".join(f"{name} {mebibytes:.0f} MiB" for name, mebibytes in self.memory.items()),
                "milliseconds    p50     p95",
                line("latency", self.latency),
                *(line(name, spread) for name, spread in self.stages.items()),
                line("rest", self.rest),
                "rest: everything except decoding, the detector and the generator; wait: a frame's time in the slot",
            ]
        )


def run(options: argparse.Namespace) -> int:
    """Measure, then print; raises AnimirrorError when nothing could be drawn."""
    if options.folder is not None:
        return _run_folder(options)
    report = measure_steadiness(_model(options.model), options.device) if options.steadiness else measure(options)
    print(json.dumps(_rounded(asdict(report)), ensure_ascii=False) if options.json else report.table())
    return 0


def _run_folder(options: argparse.Namespace) -> int:
    view = View.PORTRAIT if options.view is LiveView.PORTRAIT else View.FRAME
    model = _model(options.model) if options.model else load_catalogue().get()
    report = measure_folder(options.folder, model, options.device, view)
    print(json.dumps(_rounded(asdict(report)), ensure_ascii=False) if options.json else report.table())
    return 0


def measure(options: argparse.Namespace) -> Report:
    """Draw for ``options.seconds`` and return the figures; raises AnimirrorError."""
    model = _model(options.model)
    settings = LiveSettings(view=options.view)
    load, detector = once(load_generator), once(load_detector)
    process = psutil.Process()
    memory: list[float] = []
    fast, camera = _Tally(), _Tally()
    for tally, paced in ((fast, False), (camera, True)):
        source = _source(options, paced)
        events: list[Event] = []
        session = LiveSession(
            source,
            model,
            options.device,
            settings,
            report=events.append,
            keep_all=not paced,
            load=load,
            load_detector=detector,
        )
        started = time.perf_counter()
        session.start()
        try:
            first = _first_drawn(session, events)
            if tally is fast:
                since = {"session": time.perf_counter() - started, "process": time.time() - process.create_time()}
                fallback = [event.text for event in events if isinstance(event, Notice)]
            _watch(session, _WARM_UP, _Tally(), process)
            before = session.readout().dropped
            memory += _watch(session, options.seconds / 2, tally, process, _FEWEST)
            _raise_faults(events)
            if tally.frames < _FEWEST:
                raise AnimirrorError(
                    f"Only {tally.frames} pictures came in {tally.seconds:.0f} s, which are too few to measure. Use a "
                    "source that goes on, or a quicker model."
                )
            dropped = session.readout().dropped - before
        finally:
            session.stop()
        _raise_faults(events)
    return Report(
        model=model.manifest.id,
        provider=str(first.provider),
        fallback=fallback,
        cores=usable_cores(),
        source=source.name,
        size=first.frame.size,
        faces=fast.faces.most_common(1)[0][0] if fast.faces else 0,
        view=str(options.view),
        seconds=fast.seconds + camera.seconds,
        frames=fast.frames + camera.frames,
        fps=fast.fps,
        stages={name: spread for name, spent in sorted(fast.stages.items()) if (spread := Spread.of(spent))},
        rest=Spread.of(fast.rest),
        latency=Spread.of(camera.latencies),
        camera_fps=camera.fps,
        dropped=dropped,
        first_drawn=since,
        memory={"start": memory[0], "end": memory[-1], "peak": max(memory)},
    )


def _model(identifier: str | None) -> Model:
    if identifier is not None and Path(identifier).is_dir():
        return load_model_folder(Path(identifier))
    return live_model(load_catalogue(), identifier)


def _source(options: argparse.Namespace, paced: bool) -> Source:
    if options.source is not None:
        return FileSource(options.source, paced=paced)
    fill = 1.0 if options.faces == 1 else min(0.75, 1.7 / options.faces)
    return StillSource(MovingStill(portrait(), _FRAME, options.faces, fill=fill), paced=paced)


def _first_drawn(session: LiveSession, problems: list[Event]) -> Result:
    patience = time.monotonic() + _PATIENCE
    while time.monotonic() < patience:
        result = session.take(0.2)
        _raise_faults(problems)
        if result is not None and result.faces:
            return result
    raise AnimirrorError("No face was drawn within a minute. Use a source that shows a face.")


def _watch(
    session: LiveSession, seconds: float, tally: _Tally, process: psutil.Process, fewest: int = 0
) -> list[float]:
    """Take results for so many seconds, and until there are so many, as a painter would.

    Returns the memory of every second.
    """
    begun = time.perf_counter()
    memory = [_resident(process)]
    while (now := time.perf_counter()) - begun < seconds or (
        tally.frames < fewest and now - begun < seconds + _PATIENCE
    ):
        result = session.take(0.2)
        if result is not None:
            session.painted(result)
            tally.add(result, time.perf_counter())
        if now - begun > len(memory):
            memory.append(_resident(process))
    tally.seconds = time.perf_counter() - begun
    return [*memory, _resident(process)]


def _resident(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 2**20


def _raise_faults(events: Iterable[Event]) -> None:
    for event in list(events):
        if isinstance(event, Fault):
            raise AnimirrorError(event.text)
        if isinstance(event, StatusChanged) and event.status is Status.ENDED and event.reason:
            raise SourceError(event.reason)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 2)
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return value
