"""A user without models, and an installation with nothing but the portrait that models are tried with."""

import shutil
from pathlib import Path

import pytest

from core import paths


@pytest.fixture(autouse=True)
def own_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's models, not there yet."""
    installation, own = tmp_path / "installation", tmp_path / "user" / "models"
    (installation / "models").mkdir(parents=True)
    shutil.copytree(paths.resources() / "samples", installation / "samples", ignore=shutil.ignore_patterns("*.py"))
    monkeypatch.setattr(paths, "resources", lambda: installation)
    monkeypatch.setattr(paths, "user_models", lambda: own)
    return own
