"""The real window on its live page, with webcams that can be unplugged and models that need no training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.catalogue import load_catalogue
from desktop.live import messages as m
from desktop.live.controller import LiveController
from desktop.live.engine import LiveEngine
from desktop.live.parts import Parts
from desktop.live.state import LiveState
from desktop.pages.live import LivePage
from desktop.photos.controller import PhotosController
from desktop.theme import LIGHT, wear
from desktop.window import MainWindow
from desktop.work.worker import Worker
from tests.support.live import load, own_threads
from tests.support.models import tiny_model
from tests.support.sources import OneFace
from tests.support.webcams import Webcams

PATIENCE = 60_000
"""Milliseconds: the machines that run the tests may be busy with other things."""


@dataclass
class LiveDesk:
    """A window that shows its live page, and the ways to work with it."""

    qtbot: QtBot
    window: MainWindow
    controller: LiveController
    webcams: Webcams
    folder: Path
    phases: list[m.Phase] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)

    @property
    def page(self) -> LivePage:
        return self.window.live

    def wait(self, condition: Callable[[], object]) -> None:
        """Let the window live until something is so."""
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)

    def wait_phase(self, phase: m.Phase) -> None:
        self.wait(lambda: self.controller.phase is phase)

    def start(self) -> None:
        """Press the large button, and wait for pictures that the model draws on."""
        self.wait(lambda: self.controller.cameras is not None and self.controller.found is not None)
        self.page.stage.welcome.start_button.click()
        self.wait_drawn()
        self.wait(self.page.panel.record.isEnabled)

    def wait_drawn(self) -> None:
        self.wait(lambda: self.controller.drawing is not None and self.faces > 0)

    @property
    def faces(self) -> int:
        figures = self.controller.figures
        return figures.faces if figures is not None else 0

    @property
    def shown(self) -> NDArray[np.uint8]:
        """The picture on the screen, (H, W, 3) RGB."""
        image = self.page.stage.picture.image
        assert not image.isNull()
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
        return np.asarray(rows[:, : image.width(), 2::-1].copy(), dtype=np.uint8)

    @property
    def centre(self) -> NDArray[np.float64]:
        """The colour in the middle of the picture, where the face is."""
        height, width = self.shown.shape[:2]
        middle = self.shown[height // 2 - 2 : height // 2 + 2, width // 2 - 2 : width // 2 + 2]
        return np.asarray(middle.mean(axis=(0, 1)), dtype=np.float64)

    def wait_recorded(self) -> None:
        """Wait until a recording is said to be saved, and is whole."""
        self.wait(lambda: self.page.banner.text.startswith("Saved"))
        self.wait(lambda: "animirror-record" not in own_threads())

    def wait_centre(self, colour: Any, atol: float) -> None:
        """Wait until the middle of the picture has that colour, give or take ``atol`` grey levels."""
        self.wait(lambda: np.allclose(self.centre, colour, rtol=0, atol=atol))

    def wait_fresh(self) -> None:
        """Wait for a picture that was taken after now."""
        seen = [self.page.stage.picture.image.cacheKey()]
        for _ in range(3):
            self.wait(lambda: self.page.stage.picture.image.cacheKey() not in seen)
            seen.append(self.page.stage.picture.image.cacheKey())

    @property
    def told(self) -> str:
        """What is told over the picture and over the page."""
        return f"{self.page.stage.banner.text} {self.page.banner.text}"


OpenLive = Callable[..., LiveDesk]


def _no_work(report: Any) -> Any:
    """The photos' page has nothing to do."""
    return Mock()


@pytest.fixture(scope="session")
def live_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model for photos, and two for live pictures: one inverts the colours, one makes everything grey."""
    folder = tmp_path_factory.mktemp("live-models")
    tiny_model(folder, "a-photo", name={"en": "Photo"}, style="for photos")
    tiny_model(folder, "b-negative", name={"en": "Negative"}, style="inverted", kind="live")
    tiny_model(folder, "c-grey", gain=0.0, name={"en": "Grey"}, style="flat", kind="live")
    tiny_model(folder, "d-back", name={"en": "Backwards"}, direction="B2A", kind="live")
    return folder


@pytest.fixture
def open_live(
    qtbot: QtBot, qapp: QApplication, live_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenLive]:
    """Opens windows on their live page, and closes them after the test."""
    folder = tmp_path / "pictures"
    monkeypatch.setattr("desktop.dialogs.files.pictures_folder", lambda: folder)
    monkeypatch.setattr("desktop.dialogs.files.videos_folder", lambda: folder)
    qapp.setStyle("Fusion")
    wear(qapp, LIGHT)
    desks: list[LiveDesk] = []

    def open_one(*names: str, state: LiveState | None = None, **parts: Any) -> LiveDesk:
        webcams = Webcams(*names)
        settings = {
            "find_models": lambda: load_catalogue([live_models]),
            "list_cameras": webcams.listed,
            "find_cameras": webcams.named,
            "open_camera": webcams.open,
            "load": load,
            "load_detector": OneFace,
            **parts,
        }
        live = LiveController(
            state or LiveState(steadiness=0.0),
            lambda report, ready: LiveEngine(report, ready, Parts(**settings)),
        )
        worker = Worker(_no_work)
        window = MainWindow(PhotosController(worker), live)
        desk = LiveDesk(qtbot, window, live, webcams, folder)
        live.crashed.connect(desk.crashes.append)
        live.phase_changed.connect(lambda: desk.phases.append(live.phase))
        desks.append(desk)
        qtbot.addWidget(window)
        window.resize(1180, 760)
        with qtbot.waitExposed(window):
            window.show()
        window.show_page("live")
        return desk

    yield open_one
    for desk in desks:
        desk.webcams.hanging = False
        desk.window.close()
        assert desk.controller.wait(PATIENCE / 1000)
        assert desk.crashes == []
        desk.wait(lambda: not [name for name in own_threads() if name != "animirror-worker"])
        assert desk.webcams.in_use == 0


@pytest.fixture
def desk(open_live: OpenLive) -> LiveDesk:
    """The window with one webcam."""
    return open_live("Webcam")
