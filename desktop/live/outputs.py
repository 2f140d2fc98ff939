"""Where live pictures go besides the screen: snapshots, recordings, the virtual camera. Runs on the errands' thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from core.errors import AnimirrorError, OutputError, quoted
from core.live import Event, Fault, LiveSession, Notice, Recorder, Result, VirtualCamera
from core.live.microphone import Microphone
from core.live.virtual_camera import missing
from core.naming import free_name
from core.saving import save_new_picture
from desktop.live import messages as m
from desktop.live.parts import Parts

VIRTUAL_CAMERA_SIZE = (1280, 720)
"""What meeting programs ask for."""

_USUAL_RATE = 30.0


class Outputs:
    """The outputs of one session at a time."""

    def __init__(self, parts: Parts, report: Callable[[m.Report], None]) -> None:
        self._parts = parts
        self._report = report
        self._recorder: Recorder | None = None
        self._microphone: Microphone | None = None
        self._camera: VirtualCamera | None = None
        self._broken = False

    @property
    def recorded(self) -> float | None:
        """Seconds that were recorded so far, None where nothing is."""
        recorder = self._recorder
        return recorder.recording.seconds if recorder is not None else None

    @property
    def no_virtual_camera(self) -> str | None:
        """Why there can be no virtual camera, None where it may be tried."""
        return missing() if self._parts.open_virtual_camera is None else None

    def snapshot(self, result: Result, folder: Path) -> None:
        """Write a picture as it was shown, at its full size."""
        try:
            _make(folder)
            self._report(m.SnapshotSaved(save_new_picture(folder, _stem(), ".png", result.pixels)))
        except AnimirrorError as error:
            self._report(m.Told(str(error), serious=True))

    def record(self, session: LiveSession, folder: Path, sound: bool) -> None:
        """Begin to record what ``session`` shows."""
        microphone = self._opened_microphone() if sound else None
        try:
            _make(folder)
            path = free_name(folder, _stem(), ".mp4")
            rate = session.readout().fps or _USUAL_RATE
            recorder = Recorder(path, self._recorder_said, rate, microphone.rate if microphone else None)
        except OutputError as error:
            if microphone is not None:
                microphone.stop()
            self._report(m.RecordingEnded(None))
            self._report(m.Told(str(error), serious=True))
            return
        self._recorder, self._microphone, self._broken = recorder, microphone, False
        session.add_sink(recorder)
        if microphone is not None:
            try:
                microphone.start(recorder.add_sound)
            except AnimirrorError as error:
                self._report(m.Told(f"{error} The recording has no sound."))
        self._report(m.RecordingStarted(path))

    def stop_recording(self, session: LiveSession) -> None:
        """Finish the recording."""
        recorder = self._recorder
        if recorder is not None:
            session.remove_sink(recorder)
            recorder.stop()
            self._recording_ended()

    def send(self, session: LiveSession) -> None:
        """Give what ``session`` shows to other programs."""
        try:
            camera = VirtualCamera(VIRTUAL_CAMERA_SIZE, self._camera_said, _USUAL_RATE, self._parts.open_virtual_camera)
        except OutputError as error:
            self._report(m.VirtualCameraChanged(None, str(error)))
            return
        self._camera = camera
        session.add_sink(camera)
        self._report(m.VirtualCameraChanged(camera.name))

    def stop_sending(self, session: LiveSession) -> None:
        """Free the virtual camera."""
        camera = self._camera
        if camera is not None:
            session.remove_sink(camera)
            camera.stop()
            self._sending_ended()

    def session_ended(self) -> None:
        """Let go of what the end of its session has stopped."""
        self._recording_ended()
        self._sending_ended()

    def _recording_ended(self) -> None:
        recorder, self._recorder = self._recorder, None
        microphone, self._microphone = self._microphone, None
        if microphone is not None:
            microphone.stop()
        if recorder is not None and not self._broken:
            self._report(m.RecordingEnded(recorder.path if recorder.recording.frames else None))

    def _sending_ended(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            self._report(m.VirtualCameraChanged(None))

    def _opened_microphone(self) -> Microphone | None:
        try:
            return Microphone(self._microphone_said, self._parts.open_microphone)
        except AnimirrorError as error:
            self._report(m.Told(f"{error} The recording has no sound."))
            return None

    def _microphone_said(self, event: Event) -> None:
        if isinstance(event, Notice):
            self._report(m.Told(event.text))

    def _recorder_said(self, event: Event) -> None:
        if isinstance(event, Fault):
            # The file is settled by now, and the sentence tells what can be played.
            self._broken = True
            # First its end: who reads the sentence must not see a recording that still runs.
            self._report(m.RecordingEnded(None))
            self._report(m.Told(event.text, serious=True))

    def _camera_said(self, event: Event) -> None:
        if isinstance(event, Fault):
            # It frees itself, and its end must not wipe out the reason.
            self._camera = None
            self._report(m.VirtualCameraChanged(None, event.text, again=True))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder {quoted(folder)} cannot be made ({error.strerror}). Choose another one for snapshots and "
            "recordings, or plug in the drive that it is on."
        ) from error


def _stem() -> str:
    return f"Animirror {datetime.now().astimezone():%Y-%m-%d %H.%M.%S}"
