"""Whether a window can be shown here, found out before Qt is asked: where it cannot, Qt ends the whole program."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

from core.errors import quoted

_INSTEAD = "Convert on the command line instead: animirror convert PHOTO --out FOLDER"

#: Set by the Linux wheels of cv2 that bring a Qt 5 of their own.
_QT_PATHS = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


_WITH_SERVER = {"xcb", "wayland", "wayland-egl", "wayland-brcm", ""}
_WITHOUT_SERVER = {"offscreen", "minimal", "minimalegl", "vnc", "eglfs", "linuxfb", "vkkhrdisplay"}


def forget_foreign_qt(environment: MutableMapping[str, str] = os.environ) -> None:
    """Drop the variables that point Qt at the plugins and fonts inside cv2, with which no window opens."""
    for name in _QT_PATHS:
        if "cv2" in Path(environment.get(name, "")).parts:
            del environment[name]


def problem() -> str | None:
    """Say in one line why no window can be shown and what to do, or return None where one can."""
    if not sys.platform.startswith("linux"):
        return None
    platform = os.environ.get("QT_QPA_PLATFORM", "xcb").split(":")[0].split(";")[0]
    if platform in _WITHOUT_SERVER:
        return None
    if platform not in _WITH_SERVER:
        return f"Qt has no platform {quoted(platform)}, which QT_QPA_PLATFORM asks for. {_INSTEAD}"
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if not wayland and not x11:
        return f"There is no display here. {_INSTEAD}"
    if wayland and _wayland_answers(wayland):
        return None
    if not x11 or not _x11_answers():
        return f"The display {x11 or wayland} does not answer. {_INSTEAD}"
    missing = _missing_library("libqxcb.so")
    if missing is not None:
        return f"The window needs {missing}; install it with your system's package manager. {_INSTEAD}"
    return None


def _x11_answers() -> bool:
    """Connect as Qt will, with the same library, address and authority."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # nothing to ask with; the missing library is told later
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not failed


def _wayland_answers(name: str) -> bool:
    # Asked without its socket, the library writes a line of its own to the terminal.
    if not (Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / name).is_socket():
        return False
    if _missing_library("libqwayland.so") is not None:
        return False
    try:
        wayland = ctypes.CDLL("libwayland-client.so.0")
    except OSError:
        return False
    wayland.wl_display_connect.restype = ctypes.c_void_p
    wayland.wl_display_disconnect.argtypes = [ctypes.c_void_p]
    connection = wayland.wl_display_connect(None)
    if connection:
        wayland.wl_display_disconnect(connection)
    return bool(connection)


def _missing_library(plugin: str) -> str | None:
    """Name the system library that keeps one of Qt's platform plugins from loading, if any."""
    package = importlib.util.find_spec("PySide6")
    for folder in (package.submodule_search_locations or []) if package else []:
        file = Path(folder) / "Qt" / "plugins" / "platforms" / plugin
        if not file.is_file():
            continue
        try:
            ctypes.CDLL(str(file))
        except OSError as error:
            # PyInstaller puts an error of its own around the one that names the library.
            return str(error.__cause__ or error).split(":")[0]
    return None
