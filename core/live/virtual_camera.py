"""The result as a camera that other programs can use, through pyvirtualcam where it and a driver are installed."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import OutputError
from core.live.events import Fault, Report
from core.live.frame import Result
from core.live.slot import Slot
from core.live.views import fitted

_DRIVERS = {
    "win32": "Install OBS Studio (obsproject.com), which brings one, and start its virtual camera once.",
    "darwin": "Install OBS Studio 30 or newer (obsproject.com), which brings one, and start its virtual camera once.",
}
_LINUX = "Install v4l2loopback, then load it with: sudo modprobe v4l2loopback exclusive_caps=1 card_label=Animirror"
_NO_DRIVER = "No driver for a virtual camera was found."
_VIRTUAL = Path("/sys/devices/virtual/video4linux")
_STOP_SECONDS = 0.5


class Device(Protocol):
    """What is used of ``pyvirtualcam.Camera``."""

    device: str

    def send(self, frame: NDArray[np.uint8]) -> None:
        """Show (H, W, 3) RGB."""

    def close(self) -> None:
        """Free the device."""


Opener = Callable[[int, int, float], Device]


def missing() -> str | None:
    """Return a sentence that says why there can be no virtual camera here, or None where one may be tried."""
    if importlib.util.find_spec("pyvirtualcam") is None:
        if getattr(sys, "frozen", False):  # its licence keeps it out of the packaged application
            return (
                "This Animirror has no virtual camera of its own. Let OBS Studio capture its window and offer that as "
                "a camera, or start Animirror from its source."
            )
        return "The virtual camera needs the package pyvirtualcam. Install it with: pip install pyvirtualcam"
    # Elsewhere only the attempt tells; here a camera without hardware is listed as such.
    if sys.platform == "linux" and not any(_VIRTUAL.glob("video*")):
        return f"{_NO_DRIVER} {_LINUX}"
    return None


class VirtualCamera:
    """Sends results to a virtual camera from a thread of its own; a sink of a session.

    size: width and height of the camera's picture, which other programs expect not to change; results are fitted into
    it. Raises OutputError when no driver is found.
    """

    def __init__(self, size: tuple[int, int], report: Report, rate: float = 30.0, opener: Opener | None = None) -> None:
        reason = missing() if opener is None else None
        if reason:
            raise OutputError(reason)
        try:
            self._device = (opener or _open)(size[0], size[1], rate)
        except (RuntimeError, OSError, ValueError) as error:
            advice = _DRIVERS.get(sys.platform, _LINUX)
            raise OutputError(f"{_NO_DRIVER} {advice}") from error
        self.name = self._device.device
        self._size = size
        self._report = report
        self._results: Slot[Result] = Slot()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._send_all, name="animirror-virtual-camera", daemon=True)
        self._thread.start()

    def offer(self, result: Result) -> bool:
        """Show ``result``; replaces one that was not sent yet."""
        self._results.put(result)
        return not self._stopping.is_set()

    def stop(self) -> None:
        """Free the virtual camera."""
        self._stopping.set()
        self._results.close()
        self._thread.join(_STOP_SECONDS)

    def _send_all(self) -> None:
        try:
            while not self._stopping.is_set():
                result = self._results.take(0.5)
                if result is not None:
                    self._device.send(np.ascontiguousarray(fitted(result.pixels, self._size)))
        except (RuntimeError, OSError) as error:
            if not self._stopping.is_set():
                self._stopping.set()
                self._report(Fault(f"The virtual camera stopped ({error}). Switch it on again."))
        finally:
            self._device.close()


def _open(width: int, height: int, rate: float) -> Device:
    import pyvirtualcam

    device: Device = pyvirtualcam.Camera(width=width, height=height, fps=rate)
    return device
