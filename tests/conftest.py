"""What the tests of every package share: real pictures, and the data that only some machines have."""

import importlib.util
import os
from pathlib import Path

import pytest
from hypothesis import settings
from PIL import Image

from core import paths

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before the first Qt import, since there may be no screen

# Beside other workers, threads that wait for each other in sums only take turns; before numpy and torch are imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")

# Hypothesis fails an example that takes over 200 ms, which says how busy the machine is and nothing about the code.
settings.register_profile("animirror", deadline=None)
settings.load_profile("animirror")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if SHARED.is_dir():
        return
    absent = pytest.mark.skip(reason="needs the folder ../shared, which is not on this machine")
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(absent)


@pytest.fixture(autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes what the user of this machine has chosen or has under way."""
    home = tmp_path_factory.mktemp("home")
    for name in ("config", "state"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(home / name))
        monkeypatch.setattr(paths, name, lambda name=name: home / name)


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder ../shared; a test that asks for it is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs the folder ../shared, which is not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def group_photo() -> Path:
    """A JPEG, 1280x886, of six people's faces."""
    package = importlib.util.find_spec("insightface")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "data" / "images" / "t1.jpg"


@pytest.fixture(scope="session")
def portrait_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PNG, 512x512, of one person's face and shoulders."""
    import skimage.data

    path = tmp_path_factory.mktemp("pictures") / "astronaut.png"
    Image.fromarray(skimage.data.astronaut()).save(path)  # type: ignore[no-untyped-call]
    return path
