"""A live session: its threads, and what may be changed while they run."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from typing import Protocol

from core.catalogue import Model
from core.errors import AnimirrorError, ModelError, quoted
from core.generator import Generator
from core.live.capture import Capture
from core.live.events import Event, Fault, ModelChanged, Notice, Report, Status, StatusChanged
from core.live.frame import Frame, Result
from core.live.loading import Load, LoadDetector, load_detector, load_generator
from core.live.pipeline import Pipeline
from core.live.slot import Slot
from core.live.sources import Source
from core.live.stats import Meter, Readout
from core.live.tracker import Detector
from core.live.views import PLAIN_SIZE, LiveSettings, LiveView, render
from core.runtime import CPU, Device

#: Seconds in which every thread has ended after a stop.
STOP_SECONDS = 2.0
#: Frames in a row that a model may fail on before it is given up.
_MOST_FAILURES = 3
#: Seconds between two looks at what else there is to do, while no frame comes.
_IDLE = 0.1


class Sink(Protocol):
    """Takes results besides the painter, such as a recording."""

    def offer(self, result: Result) -> bool:
        """Take the result without making the caller wait; False ends the offers."""

    def stop(self) -> None:
        """Finish; nothing is offered afterwards."""


class LiveSession:
    """Draws a source's frames until it is stopped. See :mod:`core.live` for how a window uses it.

    Every method may be called from any thread, and only ``stop`` waits. ``ready`` (there is a result to take) and
    ``report`` are called from the session's own threads and must return at once.
    keep_all: draw every frame of the source instead of the latest one. load, load_detector: how models and the face
    detector are loaded, in a thread of their own.
    """

    def __init__(
        self,
        source: Source,
        model: Model,
        device: Device = Device.AUTO,
        settings: LiveSettings | None = None,
        ready: Callable[[], None] = lambda: None,
        report: Report = lambda _event: None,
        keep_all: bool = False,
        load: Load = load_generator,
        load_detector: LoadDetector = load_detector,
    ) -> None:
        #: Read once for each frame; assign a changed copy at any time.
        self.settings = settings or LiveSettings()
        self._ready = ready
        self._forward = report
        self._keep_all = keep_all
        self._load_generator = load
        self._load_detector = load_detector
        self._status = Status.OPENING
        self._meter = Meter()
        self._told_without_attention: Generator | None = None
        self._dropped_before = 0
        self._sinks: tuple[Sink, ...] = ()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._new_source = threading.Event()
        # Each slot is one hand-over from one thread to another.
        self._frames: Slot[Frame] = Slot()
        self._results: Slot[Result] = Slot()
        self._wishes: Slot[tuple[Model, Device]] = Slot()
        self._detectors: Slot[Detector] = Slot()
        self._generators: Slot[Generator] = Slot()
        self._wishes.put((model, device))
        self._capture = self._capture_of(source)
        self._drawing = threading.Thread(target=self._draw_all, name="animirror-draw", daemon=True)
        self._loading = threading.Thread(target=self._load_all, name="animirror-load", daemon=True)

    def start(self) -> None:
        """Open the source and load the model; until that is loaded, results show the frames as they are."""
        self._loading.start()
        self._drawing.start()
        self._capture.start()

    def stop(self, timeout: float = STOP_SECONDS) -> bool:
        """Free the source and end every thread and sink; answers whether all ended within ``timeout`` seconds.

        A thread that hangs in a camera's or graphics card's driver cannot be ended. It frees what it holds as soon as
        the driver answers, and does not keep the program from ending.
        """
        deadline = time.monotonic() + timeout
        with self._lock:
            self._stopping.set()
            capture = self._capture
            sinks, self._sinks = self._sinks, ()
        capture.stop()
        for slot in (self._frames, self._wishes):
            slot.close()
        for sink in sinks:
            sink.stop()
        ended = capture.join(deadline - time.monotonic())
        for thread in (self._drawing, self._loading):
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))
            ended = ended and not thread.is_alive()
        self._results.close()
        self._status = Status.STOPPED
        self._forward(StatusChanged(Status.STOPPED))
        return ended

    @property
    def status(self) -> Status:
        """Where the source stands."""
        return self._status

    def take(self, timeout: float = 0.0) -> Result | None:
        """Return the latest result if there is one that was not taken yet, waiting up to ``timeout`` seconds for it."""
        return self._results.take(timeout)

    def painted(self, result: Result) -> None:
        """Say that ``result`` is on the screen now, for the read-out's latency."""
        self._meter.painted(result, time.perf_counter())

    def readout(self) -> Readout:
        """Return the figures of the last seconds."""
        dropped = self._frames.dropped - self._dropped_before
        return self._meter.readout(time.perf_counter(), dropped, self._capture.source.torn)

    def switch_model(self, model: Model, device: Device = Device.AUTO) -> None:
        """Draw with ``model`` on ``device`` once it is loaded; what drew before goes on until then."""
        self._wishes.put((model, device))

    def switch_source(self, source: Source) -> None:
        """Show ``source`` instead; the one before is freed first, since both may be the same camera."""
        with self._lock:
            if self._stopping.is_set():
                return
            before = self._capture
            before.stop()
            self._capture = self._capture_of(source, before)
            self._dropped_before = self._frames.dropped
            self._new_source.set()
            self._meter.clear()
            self._capture.start()

    def add_sink(self, sink: Sink) -> None:
        """Offer every result to ``sink`` as well, until it is removed or wants no more."""
        with self._lock:
            if not self._stopping.is_set():
                self._sinks = (*self._sinks, sink)
                return
        sink.stop()

    def remove_sink(self, sink: Sink) -> None:
        """Offer nothing more to ``sink``; stopping it is left to the caller."""
        with self._lock:
            self._sinks = tuple(other for other in self._sinks if other is not sink)

    def _capture_of(self, source: Source, after: Capture | None = None) -> Capture:
        return Capture(source, self._frames, self._report, lambda: self.settings.mirror, self._keep_all, after)

    def _report(self, event: Event) -> None:
        if self._stopping.is_set():
            return
        if isinstance(event, StatusChanged):
            self._status = event.status
        self._forward(event)

    def _load_all(self) -> None:
        known = False
        while not self._stopping.is_set():
            wish = self._wishes.take(_IDLE * 5)
            if wish is None:
                continue
            try:
                if not known:
                    self._detectors.put(self._load_detector())
                    known = True
                self._generators.put(self._load_generator(*wish))
            except AnimirrorError as error:
                self._report(Fault(str(error)))
            except Exception as error:  # a defect: the thread has to live on for the next wish
                self._report(Fault(f"The model could not be loaded because of a defect in Animirror: {error!r}", error))

    def _draw_all(self) -> None:
        pipeline: Pipeline | None = None
        failures = 0
        while not self._stopping.is_set():
            pipeline = self._renewed(pipeline)
            frame = self._frames.take(_IDLE)
            self._capture.check()
            if frame is None:
                continue
            started = time.perf_counter()
            settings = self.settings
            self._tell_without_attention(pipeline, settings)
            try:
                result = pipeline.process(frame, settings) if pipeline else _plain(frame, settings)
                failures = 0
            except ModelError as error:
                failures += 1
                if pipeline is not None:
                    self._recover(pipeline, error, failures)
                continue
            except Exception as error:  # a defect: without this the picture would freeze without a word
                self._report(Fault(f"Drawing stopped because of a defect in Animirror: {error!r}", error))
                return
            self._publish(result, started)

    def _tell_without_attention(self, pipeline: Pipeline | None, settings: LiveSettings) -> None:
        """Say once, when the attention is to be seen, that the present model has none."""
        generator = pipeline.generator if pipeline else None
        if settings.view is not LiveView.ATTENTION:
            self._told_without_attention = None
        elif generator is not None and not generator.has_attention and self._told_without_attention is not generator:
            self._told_without_attention = generator
            name = quoted(generator.model.name())
            self._report(Notice(f"The model {name} does not say where it looks, so there is no attention to show."))

    def _renewed(self, pipeline: Pipeline | None) -> Pipeline | None:
        """Take in what was loaded meanwhile."""
        detector = self._detectors.take()
        if detector is not None:
            pipeline = Pipeline(detector)
        generator = self._generators.take() if pipeline else None
        if pipeline is not None and generator is not None:
            pipeline.generator = generator
            if generator.session.fallback:
                self._report(Notice(generator.session.fallback))
            # What went before was drawn by another model or not at all, and says nothing of this one.
            self._meter.clear()
            self._report(ModelChanged(generator.model.manifest.id, generator.session.provider))
        if self._new_source.is_set():
            self._new_source.clear()
            if pipeline is not None:
                pipeline.reset()
        return pipeline

    def _recover(self, pipeline: Pipeline, error: ModelError, failures: int) -> None:
        generator = pipeline.generator
        if generator is not None and generator.session.provider != CPU:
            self._draw_nothing(pipeline)
            self._report(Notice(f"{error} Drawing goes on without the graphics card, on the processor."))
            self._wishes.put((generator.model, Device.CPU))
        elif failures >= _MOST_FAILURES:
            self._draw_nothing(pipeline)
            self._report(Fault(f"{error} The picture is shown as it is; choose another model."))

    def _draw_nothing(self, pipeline: Pipeline) -> None:
        pipeline.generator = None
        self._report(ModelChanged(None, None))

    def _publish(self, result: Result, started: float) -> None:
        times = {"wait": 1000 * (started - result.frame.captured), **result.milliseconds}
        if result.frame.decoding is not None:
            times["decode"] = result.frame.decoding
        result = dataclasses.replace(result, milliseconds=times)
        self._meter.add(result, time.perf_counter())
        for sink in self._sinks:
            if not sink.offer(result):
                self.remove_sink(sink)
        self._results.put(result)
        self._ready()


def _plain(frame: Frame, settings: LiveSettings) -> Result:
    """Return the frame as it is, in the chosen view."""
    return Result(render(frame, (), PLAIN_SIZE, settings), frame, (), {}, None, None)
