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
    # Imported here: cv2 takes a while, and most of the program does not need cameras.
    import cv2
    from cv2_enumerate_cameras import enumerate_cameras

    cameras: dict[tuple[str, str | None], Camera] = {}
    for backend in _BACKENDS.get(sys.platform, ()):
        try:
            found = list(enumerate_cameras(getattr(cv2, f"CAP_{backend}")))
        except Exception:  # listing differs by system and driver; no camera is better than no program
            continue
        # Each backend numbers the cameras in its own way, so an index means something only together with its backend.
        names = {name for name, _ in cameras}
        for info in found:
            if info.name not in names:
                camera = Camera(str(info.name), int(info.index), backend)
                cameras.setdefault((camera.name, getattr(info, "path", None)), camera)
    return list(cameras.values())
