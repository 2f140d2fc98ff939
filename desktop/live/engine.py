"""Does what the live page wishes, with the engine. This module is imported on the errands' thread only."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from core.cameras import Camera
from core.catalogue import Catalogue, Direction, Kind, Model
from core.errors import AnimirrorError
from core.live import (
    CameraWatch,
    Event,
    Fault,
    LiveSession,
    LiveSettings,
    ModelChanged,
    Notice,
    Result,
    Status,
    StatusChanged,
    live_model,
)
from core.live.microphone import missing as no_microphone
from core.runtime import CUDA, Device, built_in_providers
from desktop.live import messages as m
from desktop.live.frames import to_room
from desktop.live.outputs import Outputs
from desktop.live.parts import Parts
from desktop.live.state import LiveState
from desktop.work.messages import ModelEntry

_PHASES = {
    Status.OPENING: m.Phase.OPENING,
    Status.RUNNING: m.Phase.RUNNING,
    Status.LOST: m.Phase.LOST,
    Status.ENDED: m.Phase.ENDED,
}


class LiveEngine:
    """One live session at a time, brought to what is wished.

    ``prepare``, ``pursue``, ``snapshot`` and ``rest`` may take seconds and belong on the errands'
    thread; everything else answers at once. ``report`` and ``ready`` (there is a picture to take) are called from
    several threads.
    """

    def __init__(
        self, report: Callable[[m.Report], None], ready: Callable[[], None], parts: Parts | None = None
    ) -> None:
        self._report = report
        self._ready = ready
        self._parts = parts or Parts()
        self._outputs = Outputs(self._parts, report)
        self._catalogue: Catalogue | None = None
        self._settings = LiveSettings()
        self._session: LiveSession | None = None
        self._pursued: m.Wish | None = None
        self._stubborn: list[LiveSession] = []
        self._watch: CameraWatch | None = None
        self._resting = threading.Event()

    def prepare(self) -> None:
        """Find out what there is, and begin to watch for cameras."""
        self._resting.clear()
        # First, since that is what the page shows first.
        self._watch = CameraWatch(self._cameras, finder=self._parts.list_cameras)
        self._watch.start()
        if self._catalogue is None or not self._catalogue.models:
            self._catalogue = _drawing_anime(self._parts.find_models())
        models = sorted(self._catalogue.models.values(), key=lambda model: model.manifest.kind is not Kind.LIVE)
        devices = [Device.AUTO, Device.CPU]
        try:
            default = live_model(self._catalogue).manifest.id if models else None
            devices += [Device.CUDA] if CUDA in built_in_providers() else []
        except AnimirrorError as error:  # no usable ONNX Runtime
            self._report(m.Told(str(error), serious=True))
        self._report(
            m.Found(
                tuple(self._entry(model) for model in models),
                default,
                tuple(device.value for device in devices),
                self._outputs.no_virtual_camera,
                no_microphone() if self._parts.open_microphone is None else None,
                self._catalogue.problems,
            )
        )

    def rest(self) -> None:
        """Watch for cameras no longer; a session is ended by a wish."""
        self._resting.set()
        watch, self._watch = self._watch, None
        if watch is not None:
            # It ends by itself when its last look is over, and says nothing of it.
            watch.stop(0.0)

    def pursue(self, wish: m.Wish) -> None:
        """Bring things to where ``wish`` wants them, as far as they are elsewhere."""
        before, self._pursued = self._pursued, wish
        if self._session is not None and before is not None and (not wish.running or wish.start != before.start):
            self._stop(self._session)
            before = None
        if self._session is None and wish.running:
            try:
                self._start(wish)
            except AnimirrorError as error:
                self._report(m.Refused(str(error)))
                return
        elif self._session is not None and before is not None:
            self._change(self._session, before, wish)
        if self._session is not None:
            self._pursue_outputs(self._session, before, wish)

    def snapshot(self, result: Result, folder: Path) -> None:
        """Write a picture as it was shown, at its full size."""
        self._outputs.snapshot(result, folder)

    def apply(self, state: LiveState) -> None:
        """Show the next frame as ``state`` wants it."""
        self._settings = LiveSettings(
            state.view, state.intensity, state.steadiness, state.split, state.mirrored, state.largest_only
        )
        session = self._session
        if session is not None:
            session.settings = self._settings

    def take(self, room: QSize) -> tuple[QImage, Result] | None:
        """Return the latest picture, as large as it fits into ``room`` device pixels, if it was not taken yet."""
        session = self._session
        result = session.take() if session is not None else None
        return (to_room(result.pixels, room), result) if result is not None else None

    def painted(self, result: Result) -> None:
        """Say that ``result`` is on the screen now."""
        session = self._session
        if session is not None:
            session.painted(result)

    @property
    def recorded(self) -> float | None:
        """Seconds that were recorded so far, None where nothing is."""
        return self._outputs.recorded

    @property
    def figures(self) -> m.Figures | None:
        """The read-out, None where nothing is running."""
        session = self._session
        if session is None:
            return None
        readout = session.readout()
        stages = sorted((readout.stages or {}).items(), key=lambda item: -item[1].p50)
        return m.Figures(
            readout.fps,
            (readout.latency.p50, readout.latency.p95) if readout.latency else None,
            tuple((name, spread.p50, spread.p95) for name, spread in stages),
            readout.dropped,
            readout.torn,
            readout.faces,
            readout.size,
            readout.provider,
        )

    @property
    def free(self) -> bool:
        """Whether no driver hangs in what was stopped."""
        return not self._stubborn

    def _start(self, wish: m.Wish) -> None:
        source = self._parts.source(wish.source)
        session = LiveSession(
            source,
            self._model(wish.model),
            Device(wish.device),
            self._settings,
            self._ready,
            lambda event: self._hear(session, event),
            load=self._parts.load,
            load_detector=self._parts.load_detector,
        )
        self._session = session
        session.start()

    def _stop(self, session: LiveSession) -> None:
        self._session = None
        # It stops the outputs, too, while the camera is being freed.
        if not session.stop():
            self._stubborn.append(session)
        self._outputs.session_ended()

    def _change(self, session: LiveSession, before: m.Wish, wish: m.Wish) -> None:
        if (wish.source, wish.attempt) != (before.source, before.attempt):
            try:
                session.switch_source(self._parts.source(wish.source))
            except AnimirrorError as error:
                # What was shown before is not what is wished for.
                self._stop(session)
                self._report(m.Refused(str(error)))
                return
        if (wish.model, wish.device) != (before.model, before.device):
            try:
                session.switch_model(self._model(wish.model), Device(wish.device))
            except AnimirrorError as error:
                self._report(m.Told(str(error), serious=True))

    def _pursue_outputs(self, session: LiveSession, before: m.Wish | None, wish: m.Wish) -> None:
        was = (
            before
            if before is not None and before.running
            else dataclasses.replace(wish, recording=False, virtual_camera=False)
        )
        if wish.recording != was.recording:
            if wish.recording:
                self._outputs.record(session, wish.folder, wish.sound)
            else:
                self._outputs.stop_recording(session)
        if wish.virtual_camera != was.virtual_camera:
            if wish.virtual_camera:
                self._outputs.send(session)
            else:
                self._outputs.stop_sending(session)

    def _hear(self, session: LiveSession, event: Event) -> None:
        if session is not self._session:
            return
        match event:
            case StatusChanged(status, reason) if status in _PHASES:
                self._report(m.PhaseChanged(_PHASES[status], reason))
            case ModelChanged(model, provider):
                self._report(m.DrawingChanged(model, provider))
            case Notice(text):
                self._report(m.Told(text))
            case Fault(text):
                self._report(m.Told(text, serious=True))

    def _cameras(self, found: list[Camera]) -> None:
        if not self._resting.is_set():
            self._report(m.CamerasChanged(tuple(found)))

    def _model(self, identifier: str | None) -> Model:
        if self._catalogue is None or not self._catalogue.models:
            self._catalogue = _drawing_anime(self._parts.find_models())
        return live_model(self._catalogue, identifier if identifier in self._catalogue.models else None)

    def _entry(self, model: Model) -> m.LiveModel:
        manifest = model.manifest
        entry = ModelEntry(
            manifest.id, model.name(), manifest.style, manifest.licence, names=tuple(manifest.name.items())
        )
        return m.LiveModel(entry, manifest.kind is Kind.LIVE)


def _drawing_anime(catalogue: Catalogue) -> Catalogue:
    models = {key: model for key, model in catalogue.models.items() if model.manifest.direction is Direction.A2B}
    return Catalogue(models, catalogue.problems)
