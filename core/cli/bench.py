"""``animirror bench``: how fast live pictures, or with ``--folder`` photos, are drawn here, stage by stage."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from core.card import write_on_card
from core.catalogue import Model, load_catalogue, load_model_folder
from core.cli.bench_folder import measure_folder
from core.cli.bench_report import Report, Tally
from core.cli.bench_steadiness import SteadinessReport, measure_steadiness
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

#: Seconds after the first drawn frame that do not count: caches fill, the detection interval settles.
_WARM_UP = 1.0
#: Seconds to wait for a drawn face, and for which is measured on where there were too few pictures.
_PATIENCE, _LONGER = 60.0, 60.0
#: Fewer pictures tell nothing: of 20, one is slower than "19 in 20". A slow model is measured for longer.
_FEWEST = 20
#: Seconds after the first third from which a rise of the memory can be told.
_LEAST_SETTLED = 20
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
    parser.add_argument("--card", action="store_true", help="write the steadiness into the model's manifest")
    parser.add_argument(
        "--faces", type=whole(1, 16), default=1, metavar="N", help="faces in the default source (default: 1)"
    )
    parser.add_argument(
        "--seconds", type=real(1, 86_400), default=10.0, metavar="N", help="how long to measure (default: 10)"
    )
    parser.add_argument("--view", type=LiveView, choices=list(LiveView), default=LiveView.FRAME, help="default: frame")
    parser.add_argument("--device", type=Device, choices=list(Device), default=Device.AUTO, help="default: auto")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Measure, then print; raises AnimirrorError when nothing could be drawn."""
    if options.folder is not None:
        return _run_folder(options)
    report = _measure_steadiness(options) if options.steadiness else measure(options)
    print(json.dumps(_rounded(asdict(report)), ensure_ascii=False) if options.json else report.table())
    return 0


def _measure_steadiness(options: argparse.Namespace) -> SteadinessReport:
    model = _model(options.model)
    report = measure_steadiness(model, options.device)
    if options.card:
        write_on_card(model.folder, "steadiness", report.card())
    return report


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
    fast, camera = Tally(), Tally()
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
            _watch(session, _WARM_UP, Tally(), process)
            before = session.readout().dropped
            seen = _watch(session, options.seconds / 2, tally, process, _FEWEST)
            memory += seen
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
        growth=_growth(seen),
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


def _watch(session: LiveSession, seconds: float, tally: Tally, process: psutil.Process, fewest: int = 0) -> list[float]:
    """Take results for so many seconds, and until there are so many, as a painter would.

    Returns the memory of every second.
    """
    begun = time.perf_counter()
    memory = [_resident(process)]
    while (now := time.perf_counter()) - begun < seconds or (tally.frames < fewest and now - begun < seconds + _LONGER):
        result = session.take(0.2)
        if result is not None:
            session.painted(result)
            tally.add(result, time.perf_counter())
        if now - begun > len(memory):
            memory.append(_resident(process))
    tally.seconds = time.perf_counter() - begun
    return [*memory, _resident(process)]


def _growth(memory: list[float]) -> float | None:
    """Return the rise in MiB a minute of a straight line through the memory of every second, None for a short time.

    The first third does not count: pools and caches fill.
    """
    settled = memory[len(memory) // 3 : -1]
    if len(settled) < _LEAST_SETTLED:
        return None
    return 60.0 * float(np.polyfit(np.arange(len(settled)), settled, 1)[0])


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
