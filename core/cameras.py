"""Which cameras are connected. None is opened for that."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera by name; index and backend are what OpenCV opens it with and change when devices come and go."""

    name: str
    index: int
    backend: str


def connected() -> list[Camera]:
    """Return the cameras that this system lists, without doubles; an empty list where none can be listed."""
    # Imported here: cv2 takes a while, and most of the program does not need cameras.
    import cv2
    from cv2_enumerate_cameras import enumerate_cameras

    try:
        found = list(enumerate_cameras(cv2.CAP_ANY))
    except Exception:  # listing differs by system and driver; no camera is better than no program
        return []
    cameras: dict[tuple[str, str | None], Camera] = {}
    for info in found:
        camera = Camera(str(info.name), int(info.index), str(cv2.videoio_registry.getBackendName(info.backend)))
        cameras.setdefault((camera.name, getattr(info, "path", None)), camera)
    return list(cameras.values())
