"""Which cameras are connected. None is opened for that."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import MappingProxyType

#: OpenCV's backends that can open what they list, the best first; on Windows MSMF takes many seconds to open a camera.
_BACKENDS = MappingProxyType({"win32": ("DSHOW", "MSMF"), "darwin": ("AVFOUNDATION",), "linux": ("V4L2",)})


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera by name; index and backend (OpenCV's "V4L2") open it and change when devices come and go."""

    name: str
    index: int
    backend: str


def connected() -> list[Camera]:
    """Return the cameras that this system lists, without doubles; an empty list where none can be listed."""
    cameras: list[Camera] = []
    for backend in _BACKENDS.get(sys.platform, ()):
        # A second backend lists the same cameras again, under the same names.
        known = {camera.name for camera in cameras}
        cameras += [camera for camera in _listed(backend) if camera.name not in known]
    return cameras


def named(name: str) -> list[Camera]:
    """Return every way to open the cameras of that name, the best first; empty where none is connected."""
    found = [camera for backend in _BACKENDS.get(sys.platform, ()) for camera in _listed(backend)]
    return [camera for camera in found if camera.name == name]


def _listed(backend: str) -> list[Camera]:
    # Imported here: cv2 takes a while, and most of the program does not need cameras.
    import cv2
    from cv2_enumerate_cameras import enumerate_cameras

    try:
        found = list(enumerate_cameras(getattr(cv2, f"CAP_{backend}")))
    except Exception:  # listing differs by system and driver; no camera is better than no program
        return []
    # One device may have several entries, all with one path.
    cameras: dict[tuple[str, object], Camera] = {}
    for info in found:
        key = (str(info.name), getattr(info, "path", None) or info.index)
        # Each backend numbers the cameras in its own way, so an index means something only together with its backend.
        cameras.setdefault(key, Camera(str(info.name), int(info.index), backend))
    return list(cameras.values())
