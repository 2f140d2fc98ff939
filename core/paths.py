"""Where the program keeps and finds its files. Nothing is ever written inside the installation."""

from __future__ import annotations

import sys
from pathlib import Path

import platformdirs

APP = "animirror"


def resources() -> Path:
    """Folder of what ships with the program: models, icons, texts."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).resolve().parent.parent
    return root / "resources"


def user_models() -> Path:
    """Folder of the models that the user added."""
    return platformdirs.user_data_path(APP, appauthor=False) / "models"


def cache() -> Path:
    """Folder of what can be made again at any time."""
    return platformdirs.user_cache_path(APP, appauthor=False)


def insightface_home() -> Path:
    """Folder where insightface keeps the packs that a user downloaded with it."""
    return Path.home() / ".insightface"


def config() -> Path:
    """Folder of what the user has chosen."""
    return platformdirs.user_config_path(APP, appauthor=False)


def state() -> Path:
    """Folder of what is under way and has to outlive a crash."""
    return platformdirs.user_state_path(APP, appauthor=False)


def logs() -> Path:
    """Folder of the program's diary, see :mod:`core.logs`."""
    return platformdirs.user_log_path(APP, appauthor=False)


def gpu_packs() -> Path:
    """Folder of what lets the packaged program use a graphics card, see :mod:`core.gpu_pack`."""
    return platformdirs.user_data_path(APP, appauthor=False) / "gpu"


def licences() -> Path | None:
    """List of everything inside the packaged program with its licences; None where it runs from source."""
    index = resources().parent / "licences" / "index.txt"
    return index if index.is_file() else None
