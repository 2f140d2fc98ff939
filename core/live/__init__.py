"""The live path: a source's frames become painted pictures, with all threads and without a window.

    capture thread -> slot -> drawing thread -> slot -> painter
                                     `-> sinks (recording, virtual camera)

Each slot holds the latest item only, so nothing queues up and no stage waits for another. How a window uses it:

    class LivePage(QWidget):
        ready = Signal()          # both are emitted from the session's threads;
        said = Signal(object)     # Qt delivers them on the window's own

        def start(self, camera: Camera, model: Model) -> None:
            self.ready.connect(self.paint_latest)
            self.said.connect(self.tell)
            self.session = LiveSession(
                CameraSource(camera, size=(1280, 720)),   # or FileSource(path), NetworkSource("http://...")
                model,                                    # live_model(catalogue)
                settings=LiveSettings(view=LiveView.FRAME, mirror=True),
                ready=self.ready.emit,
                report=self.said.emit,
                load_detector=self.load_detector,         # once(load_detector), kept for later sessions
            )
            self.session.start()

        def paint_latest(self) -> None:
            result = self.session.take()                  # None where a later signal came first
            if result is not None:
                self.picture.show(result.pixels)          # RGB; copy into a QImage
                self.session.painted(result)              # once it is on the screen

        def tell(self, event: Event) -> None:
            match event:
                case StatusChanged(status, reason): ...   # opening, running, lost, ended, stopped
                case ModelChanged(model, provider): ...   # what really draws now
                case Notice(text) | Fault(text): ...      # sentences for the user

        def closeEvent(self, event: QCloseEvent) -> None:
            self.session.stop()                           # at most two seconds; the camera is free again

While it runs: ``session.settings = replace(session.settings, split=0.3)``, ``session.switch_model(model, device)``,
``session.switch_source(source)``, ``session.readout()`` (say, twice a second), ``session.add_sink(Recorder(path,
report))`` and, to end it, ``session.remove_sink(recorder)`` and ``recorder.stop()``; the same with ``VirtualCamera``.
``CameraWatch(changed)`` keeps the list of cameras up to date. For a recording with sound, open a ``Microphone(report)``
first, make the recorder with its ``rate``, and then ``microphone.start(recorder.add_sound)``.
"""

from core.live.camera import USUAL_RATES, USUAL_SIZES, CameraSource
from core.live.devices import CameraWatch
from core.live.events import Event, Fault, ModelChanged, Notice, Status, StatusChanged
from core.live.frame import Frame, LiveFace, Result
from core.live.loading import live_model, load_detector, load_generator, once
from core.live.microphone import Microphone
from core.live.network import NetworkSource
from core.live.recorder import Recorder, Recording
from core.live.session import LiveSession, Sink
from core.live.sources import FileSource, Source
from core.live.stats import Readout, Spread
from core.live.views import LiveSettings, LiveView
from core.live.virtual_camera import VirtualCamera

__all__ = [
    "USUAL_RATES",
    "USUAL_SIZES",
    "CameraSource",
    "CameraWatch",
    "Event",
    "Fault",
    "FileSource",
    "Frame",
    "LiveFace",
    "LiveSession",
    "LiveSettings",
    "LiveView",
    "Microphone",
    "ModelChanged",
    "NetworkSource",
    "Notice",
    "Readout",
    "Recorder",
    "Recording",
    "Result",
    "Sink",
    "Source",
    "Spread",
    "Status",
    "StatusChanged",
    "VirtualCamera",
    "live_model",
    "load_detector",
    "load_generator",
    "once",
]
