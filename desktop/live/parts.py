"""What the engine's room is made of, exchangeable in tests; and how a chosen source is made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core import cameras
from core.cameras import Camera
from core.catalogue import Catalogue, load_catalogue
from core.errors import SourceError
from core.live import CameraSource, FileSource, NetworkSource, Source, load_detector, load_generator, once
from core.live.camera import Opener as CameraOpener
from core.live.example import roomy_portrait
from core.live.loading import Load, LoadDetector
from core.live.microphone import Opener as MicrophoneOpener
from core.live.still import Motion, MovingStill, StillSource
from core.live.virtual_camera import Opener as VirtualCameraOpener
from core.views import LiveSource
from desktop.live.state import SourceChoice

_EXAMPLE_SIZE = (960, 540)
_EXAMPLE_MOTION = Motion(x=0.12, y=0.01, roll=2.0, yaw=14.0, size=0.03, speed=0.8)


@dataclass(frozen=True)
class Parts:
    """How cameras, models and devices are found and opened; None for the usual way."""

    find_models: Callable[[], Catalogue] = load_catalogue
    list_cameras: Callable[[], list[Camera]] = cameras.connected
    find_cameras: Callable[[str], list[Camera]] = cameras.named
    open_camera: CameraOpener | None = None
    load: Load = load_generator
    # Networks that are loaded again for every start would cost seconds.
    load_detector: LoadDetector = field(default_factory=lambda: once(load_detector))
    open_microphone: MicrophoneOpener | None = None
    open_virtual_camera: VirtualCameraOpener | None = None

    def source(self, choice: SourceChoice) -> Source:
        """Make the chosen source, without opening it. Raises SourceError where it cannot be one."""
        match choice.kind:
            case LiveSource.NETWORK:
                return NetworkSource(choice.name)
            case LiveSource.FILE:
                return FileSource(Path(choice.name))
            case LiveSource.EXAMPLE:
                return _example()
        return CameraSource(
            self._camera(choice.name),
            (choice.width, choice.height),
            choice.rate or None,
            self.find_cameras,
            self.open_camera,
        )

    def _camera(self, name: str) -> Camera:
        connected = self.list_cameras()
        if not name and not connected:
            raise SourceError(
                "No camera was found. Plug one in, use a phone as a network camera, or see whether the system's "
                "privacy settings hide it."
            )
        fitting = [camera for camera in connected if camera.name == name] if name else connected
        # One that is not connected is waited for under its name.
        return fitting[0] if fitting else Camera(name, -1, "")


def _example() -> Source:
    wide, times = roomy_portrait()
    still = MovingStill(wide, _EXAMPLE_SIZE, motion=_EXAMPLE_MOTION, fill=times * 0.95)
    return StillSource(still, rate=25.0)
