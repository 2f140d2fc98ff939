"""What the tests of videos share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.generator import Generator
from core.runtime import Device
from core.video import MovingDrawer
from core.views import View
from core.writing import Destination
from tests.support.models import tiny_model
from tests.support.sources import OneFace

MakeDrawer = Callable[..., MovingDrawer]


@pytest.fixture(scope="package")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[float, Generator]:
    """Generators that invert (-1) and that keep (1) what they are shown."""
    folder = tmp_path_factory.mktemp("models")
    return {
        gain: Generator(tiny_model(folder, name, gain=gain), Device.CPU, threads=1)
        for gain, name in ((-1.0, "negative"), (1.0, "same"))
    }


@pytest.fixture
def make_drawer(models: dict[float, Generator]) -> MakeDrawer:
    def make(gain: float = 1.0, view: View = View.FRAME, intensity: float = 1.0) -> MovingDrawer:
        return MovingDrawer(OneFace(), models[gain], view, intensity=intensity, steadiness=0.0)

    return make


@pytest.fixture
def results(tmp_path: Path) -> Destination:
    return Destination(tmp_path / "results", "result")


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    return tmp_path / "workshop"
