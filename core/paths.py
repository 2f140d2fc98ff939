"""Where the program keeps and finds its files. Nothing is ever written inside the installation."""

from __future__ import annotations

import atexit
import functools
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

APP = "animirror"


def resources() -> Path:
    """Folder of what ships with the program: models, icons, texts."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).resolve().parent.parent
    return root / "resources"


def _own(kind: Callable[..., Path]) -> Path:
    try:
        return kind(APP, appauthor=False)
    except RuntimeError:
        return _homeless() / kind.__name__


@functools.cache
def _homeless() -> Path:
    """Return a folder that lasts as long as the program, for a user without a home (a service, some containers)."""
    folder = tempfile.TemporaryDirectory(prefix=f"{APP}-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return Path(folder.name)


def user_models() -> Path:
    """Folder of the models that the user added."""
    return _own(platformdirs.user_data_path) / "models"


def cache() -> Path:
    """Folder of what can be made again at any time."""
    return _own(platformdirs.user_cache_path)


def insightface_home() -> Path:
    """Folder where insightface keeps the packs that a user downloaded with it."""
    try:
        return Path.home() / ".insightface"
    except RuntimeError:
        return _homeless() / ".insightface"


def config() -> Path:
    """Folder of what the user has chosen."""
    return _own(platformdirs.user_config_path)


def state() -> Path:
    """Folder of what is under way and has to outlive a crash."""
    return _own(platformdirs.user_state_path)


def logs() -> Path:
    """Folder of the program's diary, see :mod:`core.logs`."""
    return _own(platformdirs.user_log_path)


def gpu_packs() -> Path:
    """Folder of what lets the packaged program use a graphics card, see :mod:`core.gpu_pack`."""
    return _own(platformdirs.user_data_path) / "gpu"


def licences() -> Path | None:
    """List of everything inside the packaged program with its licences; None where it runs from source."""
    index = resources().parent / "licences" / "index.txt"
    return index if index.is_file() else None
