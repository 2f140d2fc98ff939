"""The program's diary: a few small files on this computer that a user may copy into a bug report. Nothing is sent.

It holds no pictures and no names: what is written goes through :func:`core.privacy.without_names` first.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import logging.handlers
import platform
from pathlib import Path
from typing import TextIO

from core import __version__, paths
from core.privacy import without_names

NAME = "animirror"
FILE = "animirror.log"
CRASH = "crash.txt"
_BYTES, _OLDER_FILES = 400_000, 3
_crash: TextIO | None = None


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_names(super().format(record))


class _Quiet(logging.handlers.RotatingFileHandler):
    """A full disk is told where it matters, and not for a diary."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        pass


def begin(folder: Path | None = None) -> logging.Logger:
    """Open the diary in ``folder``, the usual one where None, and note what started; return its logger.

    Where it cannot be written, nothing is noted and the program goes on.
    """
    logger = logging.getLogger(NAME)
    end()
    logger.setLevel(logging.INFO)
    logger.propagate = False
    folder = folder or paths.logs()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = _Quiet(
            folder / FILE, maxBytes=_BYTES, backupCount=_OLDER_FILES, encoding="utf-8", errors="backslashreplace"
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.info("Animirror %s, Python %s, %s", __version__, platform.python_version(), platform.platform())
    return logger


def watch_for_crashes(folder: Path | None = None) -> None:
    """Have Python's stack written down should a library or driver bring the program down; note what last time left.

    Such an end leaves no time to write into the diary itself. Where nothing can be written, nothing is watched.
    """
    global _crash
    path = (folder or paths.logs()) / CRASH
    stop_watching()
    with contextlib.suppress(OSError):
        if path.is_file() and (left := path.read_text(encoding="utf-8", errors="replace").strip()):
            note(f"Last time the program was brought down:\n{left}")
        _crash = path.open("w", encoding="utf-8")
        faulthandler.enable(_crash)


def stop_watching() -> None:
    """Undo :func:`watch_for_crashes`."""
    global _crash
    if _crash is not None:
        faulthandler.disable()
        _crash.close()
        _crash = None


def end() -> None:
    """Close the diary."""
    logger = logging.getLogger(NAME)
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def note(text: str) -> None:
    """Write a line or a traceback into the diary, if one is open."""
    logger = logging.getLogger(NAME)
    if logger.handlers:
        logger.info(text.rstrip())


def tail(lines: int = 40, folder: Path | None = None) -> str:
    """Return the last ``lines`` of the diary; empty where there is none."""
    try:
        text = ((folder or paths.logs()) / FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
