"""A screen of its own (Xvfb), and hands that move its mouse, press its keys (xdotool) and look at it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageGrab

TOOLS = ("Xvfb", "xdotool")
SIZE = (1280, 800)


class CheckError(Exception):
    """The application does not do what it should; the text says what."""


def missing_tools() -> list[str]:
    """Return the tools that this system lacks."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def wait_for(what: str, condition: Callable[[], object], seconds: float, pause: float = 0.25) -> None:
    """Wait until ``condition`` holds; raises CheckError that names ``what`` where it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise CheckError(f"Waited {seconds:.0f} s in vain for {what}.")
        time.sleep(pause)


class Screen:
    """An X server without a window manager; as a context manager it ends with its block."""

    def __init__(self, pictures: Path) -> None:
        """Take the folder for screenshots."""
        self._pictures = pictures
        self.display = ""
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the server at a number that is free."""
        reading, writing = os.pipe()
        size = f"{SIZE[0]}x{SIZE[1]}x24"
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp", "-ac", "-noreset"]
        self._server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as number:
            self.display = f":{number.readline().strip()}"
        self._pictures.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        """Look a last time where something went wrong, and end the server."""
        if error is not None:
            self.picture("failure")
        if self._server is not None:
            self._server.terminate()
            self._server.wait()

    def windows(self, title: str) -> list[str]:
        """Return the ids of the visible windows whose title holds ``title``."""
        return self._xdotool("search", "--onlyvisible", "--name", title, check=False).split()

    def focus(self, title: str) -> None:
        """Give the keyboard to a window, as a window manager would."""
        self._xdotool("windowfocus", "--sync", self.windows(title)[-1])

    def press(self, *keys: str) -> None:
        """Press keys one after the other, such as "ctrl+o"."""
        self._xdotool("key", "--delay", "80", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self._xdotool("type", "--delay", "40", text)

    def click(self, x: int, y: int) -> None:
        """Move the mouse there and click."""
        self._xdotool("mousemove", "--sync", str(x), str(y))
        time.sleep(0.2)
        self._xdotool("click", "1")

    def look(self) -> NDArray[np.uint8]:
        """Return what the screen shows, (H, W, 3) uint8."""
        return np.asarray(ImageGrab.grab(xdisplay=self.display).convert("RGB"), dtype=np.uint8)

    def picture(self, name: str) -> Path:
        """Save a screenshot."""
        path = self._pictures / f"{name}.png"
        Image.fromarray(self.look()).save(path)
        return path

    def press_and_see(self, *keys: str, seconds: float = 60.0) -> NDArray[np.uint8]:
        """Press keys, wait until something changes and then until nothing moves, and return what the screen shows."""
        before = self.settled()
        self.press(*keys)
        wait_for(f"something to happen after {keys}", lambda: not np.array_equal(self.look(), before), seconds)
        return self.settled()

    def settled(self, seconds: float = 30.0) -> NDArray[np.uint8]:
        """Wait until nothing on the screen moves for a second, and return what it shows."""
        last, since = self.look(), time.monotonic()
        end = since + seconds
        while time.monotonic() - since < 1.0 and time.monotonic() < end:
            time.sleep(0.25)
            now = self.look()
            if not np.array_equal(now, last):
                last, since = now, time.monotonic()
        return last

    def _xdotool(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["xdotool", *arguments], env={**os.environ, "DISPLAY": self.display}, capture_output=True, text=True
        )
        if check and done.returncode != 0:
            raise CheckError(f"xdotool {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout


def links(
    seen: NDArray[np.uint8], colour: tuple[int, int, int], within: tuple[int, int, int, int]
) -> list[tuple[int, int]]:
    """Return the middles (x, y) of the words in ``colour``, left to right, in the row that has most of that colour.

    That is how a person finds a link, too; positions written down here would be wrong with the next change of layout.
    within: left, top, right and bottom of the part of the screen that is looked at.
    """
    left, top, right, bottom = within
    near = np.abs(seen.astype(np.int16) - np.array(colour)).max(axis=2) < 48
    outside = np.ones_like(near)
    outside[top:bottom, left:right] = False
    near &= ~outside
    rows = np.convolve(near.sum(axis=1), np.ones(12), mode="same")
    if not rows.any():
        return []
    row = int(rows.argmax())
    columns = np.flatnonzero(near[max(0, row - 8) : row + 8].any(axis=0))
    words = np.split(columns, np.flatnonzero(np.diff(columns) > 12) + 1)
    return [(int((word[0] + word[-1]) // 2), row) for word in words if len(word) > 8]
