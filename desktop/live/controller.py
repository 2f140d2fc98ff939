"""Between the live page and the engine's room: what is wished for, how things stand, and what came back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from core.cameras import Camera
from core.views import LiveSource
from desktop.live import messages as m
from desktop.live.room import EngineRoom, MakeEngine
from desktop.live.state import LiveState
from desktop.notices import Notice, Tone

if TYPE_CHECKING:
    from core.live import Result


class LiveController(QObject):
    """Owns the page's state. No method waits but ``wait``.

    state_changed: carries the choices, to be shown and to be kept for the next start.
    found: carries what there is on this computer; cameras_changed: the cameras.
    phase_changed: the source stands elsewhere. drawing_changed: another model or provider draws, or none yet.
    recording_changed, virtual_camera_changed: it began or ended.
    ready: there is a picture to take. snapshot_saved, recording_saved: carry the path.
    noticed: carries a Notice; crashed: carries the traceback of a defect. ending: the window is being closed.
    """

    ending = Signal()
    state_changed = Signal(object)
    found_changed = Signal(object)
    cameras_changed = Signal(object)
    phase_changed = Signal()
    drawing_changed = Signal()
    recording_changed = Signal()
    virtual_camera_changed = Signal()
    ready = Signal()
    snapshot_saved = Signal(object)
    recording_saved = Signal(object)
    noticed = Signal(object)
    crashed = Signal(str)

    def __init__(
        self, state: LiveState | None = None, make_engine: MakeEngine | None = None, parent: QObject | None = None
    ) -> None:
        """Take the choices of last time, and what makes the engine's room on the errands' thread."""
        super().__init__(parent)
        self.state = state or LiveState()
        self.found: m.Found | None = None
        self.cameras: tuple[Camera, ...] | None = None
        self.phase, self.reason = m.Phase.OFF, ""
        self.drawing: m.DrawingChanged | None = None
        self.virtual_camera: m.VirtualCameraChanged = m.VirtualCameraChanged(None)
        self._wish = m.Wish(self.state.source)
        self._room = EngineRoom(make_engine, self)
        self._here = self._ended = False
        self._shown: Result | None = None
        self._room.reported.connect(self._hear)
        self._room.offered.connect(self._pass_on)

    @property
    def running(self) -> bool:
        """Whether a source is shown, or should be as soon as it gives pictures."""
        return self._wish.running

    @property
    def recording(self) -> bool:
        """Whether what is shown is being recorded."""
        return self._wish.recording

    @property
    def sending(self) -> bool:
        """Whether the virtual camera is switched on."""
        return self._wish.virtual_camera

    def enter(self) -> None:
        """The page is seen."""
        if not self._here and not self._ended:
            self._here = True
            self._room.prepare(lambda: self.state)

    def leave(self) -> None:
        """The page is left: everything is stopped, and the camera is free for others."""
        self.stop()
        if self._here:
            self._here = False
            self._room.rest()

    def end(self) -> None:
        """The window is closed."""
        if not self._ended:
            self.leave()
            self.ending.emit()
            self._ended = True
            self._room.end()

    def submit(self, errand: Callable[[], None]) -> None:
        """Run what would hold up the window."""
        self._room.submit(errand)

    def wait(self, seconds: float) -> bool:
        """Wait for the end of everything; answers whether it has come."""
        return self._room.wait(seconds)

    def start(self) -> None:
        """Show the chosen source."""
        if self._ended or not self._here or self.running:
            return
        if self.state.kind is LiveSource.CAMERA and self.camera:
            # By its name it is found again.
            self.change(camera=self.camera)
        self.drawing = None
        self._set_phase(m.Phase.OPENING)
        self._want(running=True, recording=False, start=self._wish.start + 1)

    def stop(self) -> None:
        """Stop and free the source."""
        if not self.running:
            return
        self._shown = None
        self._want(running=False, recording=False)
        self._set_phase(m.Phase.OFF)
        self.recording_changed.emit()

    def again(self) -> None:
        """Begin the source again, which has ended or was lost."""
        if self.running:
            self._set_phase(m.Phase.OPENING)
            self._want(attempt=self._wish.attempt + 1)
        else:
            self.start()

    def change(self, **choices: Any) -> None:
        """Take other choices, which take effect at once where something is running."""
        self.adopt(replace(self.state, **choices))

    def adopt(self, state: LiveState) -> None:
        """Take other choices, all of them."""
        if state == self.state:
            return
        self.state = state
        if self._room.engine is not None:
            self._room.engine.apply(state)
        if state.source != self._wish.source and self.running:
            self._set_phase(m.Phase.OPENING)
        self._want(source=state.source, model=state.model, device=state.device, sound=state.sound)
        self.state_changed.emit(state)

    def mirror(self, mirrored: bool) -> None:
        """Show the present source as a mirror would, or not."""
        self.adopt(self.state.with_mirror(mirrored))

    def record(self, recording: bool, folder: Path) -> None:
        """Begin to record what is shown into ``folder``, or finish a recording."""
        if recording != self.recording and self.running:
            self._want(recording=recording, folder=folder)
            self.recording_changed.emit()

    def send(self, sending: bool) -> None:
        """Give what is shown to other programs as a camera, or no longer."""
        if sending != self.sending:
            self._want(virtual_camera=sending)
            self.virtual_camera = m.VirtualCameraChanged(None)
            self.virtual_camera_changed.emit()

    def snapshot(self, folder: Path) -> bool:
        """Save what is shown into ``folder``; answers whether there is anything to save."""
        engine, shown = self._room.engine, self._shown
        if engine is None or shown is None:
            return False
        self._room.submit(lambda: engine.snapshot(shown, folder))
        return True

    def take(self, room: QSize) -> QImage | None:
        """Return the latest picture, as large as it fits into ``room`` device pixels; None where there is none."""
        taken = self._room.take(room) if self.running else None
        if taken is None:
            return None
        image, self._shown = taken
        return image

    def painted(self) -> None:
        """Say that what was last taken is on the screen now."""
        if self._room.engine is not None and self._shown is not None:
            self._room.engine.painted(self._shown)

    @property
    def figures(self) -> m.Figures | None:
        """The read-out, None where nothing is running."""
        return self._room.engine.figures if self._room.engine is not None and self.running else None

    @property
    def recorded(self) -> float | None:
        """Seconds that were recorded so far."""
        return self._room.engine.recorded if self._room.engine is not None and self.recording else None

    def _want(self, **changes: Any) -> None:
        wish = replace(self._wish, **changes)
        if wish != self._wish:
            self._wish = wish
            self._room.pursue(lambda: self._wish)

    def _pass_on(self) -> None:
        if self.running:
            self.ready.emit()
        else:
            self._room.pass_over()

    def _set_phase(self, phase: m.Phase, reason: str = "") -> None:
        self.phase, self.reason = phase, reason
        self.phase_changed.emit()

    def _hear(self, report: m.Report) -> None:
        match report:
            case m.Found():
                self._take_found(report)
            case m.CamerasChanged(cameras):
                self.cameras = cameras
                self.cameras_changed.emit(cameras)
            case m.PhaseChanged(phase, reason) if self.running:
                self._set_phase(phase, reason or "")
            case m.Refused(reason):
                if self.running:
                    self._want(running=False, recording=False)
                    self._set_phase(m.Phase.OFF, reason)
                    self.recording_changed.emit()
            case m.DrawingChanged():
                self.drawing = report
                self.drawing_changed.emit()
            case m.Told(text, serious):
                self.noticed.emit(Notice(Tone.ERROR if serious else Tone.WARNING, text))
            case m.SnapshotSaved(path):
                self.snapshot_saved.emit(path)
            case m.RecordingStarted():
                self.recording_changed.emit()
            case m.RecordingEnded(path):
                self._recording_ended(path)
            case m.VirtualCameraChanged():
                self.virtual_camera = report
                if report.reason is not None:
                    self._want(virtual_camera=False)
                self.virtual_camera_changed.emit()
            case m.Crashed(details):
                self.crashed.emit(details)

    def _recording_ended(self, path: Path | None) -> None:
        if path is not None:
            self.recording_saved.emit(path)
        else:
            self._want(recording=False)
        self.recording_changed.emit()

    def _take_found(self, found: m.Found) -> None:
        self.found = found
        known = {model.entry.identifier for model in found.models}
        if self.state.device not in found.devices:
            self.change(device="auto")
        if self.state.model is not None and self.state.model not in known:
            self.change(model=None)
        self.found_changed.emit(found)
        if found.problems:
            self.noticed.emit(Notice(Tone.WARNING, " ".join(found.problems)))

    @property
    def model(self) -> str | None:
        """The id of the chosen model, None until it is known which there are."""
        return self.state.model or (self.found.default if self.found is not None else None)

    @property
    def camera(self) -> str:
        """The name of the camera that is or would be shown, empty where there is none."""
        names = [camera.name for camera in self.cameras or ()]
        if self.running or self.state.camera in names:
            return self.state.camera or (names[0] if names else "")
        return names[0] if names else ""

    def choose_camera(self, name: str) -> None:
        """Show the camera of this name."""
        self.change(kind=LiveSource.CAMERA, camera=name)
