"""The real window, with models that need no training."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QLocale, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.catalogue import load_catalogue
from core.faces import FaceDetector
from core.generator import Generator, Styled
from core.queue import Workshop
from core.runtime import Device
from desktop.photos.controller import PhotosController
from desktop.photos.gallery import Photo, Status
from desktop.queue.controller import QueueController
from desktop.theme import LIGHT, wear
from desktop.window import MainWindow
from desktop.words.language import ENGLISH, Language
from desktop.work.messages import Report
from desktop.work.studio import Studio
from desktop.work.worker import Worker
from tests.support.models import tiny_model
from tests.support.sources import OneFace

PATIENCE = 60_000
"""Milliseconds: the machines that run the tests may be busy with other things."""


@dataclass
class Desk:
    """A window that is open, and the ways to work with it."""

    qtbot: QtBot
    window: MainWindow
    controller: PhotosController
    worker: Worker
    crashes: list[str] = field(default_factory=list)

    def drop(self, mime: QMimeData) -> bool:
        """Drop on the middle of the window; return whether the window wanted it."""
        middle, copy = self.window.rect().center(), Qt.DropAction.CopyAction
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(middle, copy, mime, buttons, keys)
        QApplication.sendEvent(self.window, enter)
        if enter.isAccepted():
            QApplication.sendEvent(self.window, QDropEvent(QPointF(middle), copy, mime, buttons, keys))
        return enter.isAccepted()

    def drop_files(self, paths: Sequence[Path]) -> None:
        """Drop files and have them taken."""
        assert self.drop(files_mime(paths))

    def wait(self, condition: Callable[[], object]) -> None:
        """Let the window live until something is so."""
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)

    def wait_settled(self) -> None:
        """Let the window live until nothing waits to be drawn."""
        self.wait(lambda: all(not photo.status.pending for photo in self.photos))

    def draw(self, path: Path) -> Photo:
        """Drop one photo and wait for its drawing."""
        self.drop_files([path])
        self.wait_settled()
        assert self.current.status is Status.DONE, self.current.sentence
        return self.current

    def statuses(self) -> list[Status]:
        """Where the photos stand, in their order."""
        return [photo.status for photo in self.photos]

    @property
    def photos(self) -> tuple[Photo, ...]:
        return self.controller.gallery.photos

    @property
    def current(self) -> Photo:
        assert self.controller.current is not None
        return self.controller.current


OpenDesk = Callable[[Path], Desk]


def files_mime(paths: Sequence[Path]) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


# The real detector, loaded once and not for each test.
_one_detector = cache(FaceDetector)


def _make_studio(models: Path, report: Callable[[Report], None]) -> Studio:
    return Studio(report, lambda: load_catalogue([models]))


def _make_workshop(models: Path) -> Workshop:
    detector: Any = OneFace
    return Workshop(lambda: load_catalogue([models]), Device.CPU, load_detector=detector, load_moving=OneFace)


@pytest.fixture(autouse=True)
def english_again(qapp: QApplication) -> Iterator[None]:
    """Whatever a test chose, the next one begins in English."""
    yield
    Language(qapp, ENGLISH)
    QLocale.setDefault(QLocale.system())


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models: one that inverts the colours, and one that makes everything grey."""
    folder = tmp_path_factory.mktemp("models")
    tiny_model(folder, "a-negative", name={"en": "Negative"}, style="inverted")
    tiny_model(folder, "b-grey", gain=0.0, name={"en": "Grey"}, style="flat")
    return folder


@pytest.fixture(scope="session")
def slow_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that takes about a second a face and more on a busy machine."""
    folder = tmp_path_factory.mktemp("slow")
    tiny_model(folder, "slow", layers=12)
    return folder


class Gate:
    """Stands before every drawing: lets as many pass as it is told to, and holds the others.

    passed: how many were let pass so far.
    """

    def __init__(self) -> None:
        self.passed = 0
        self._passes = threading.Semaphore(0)
        self._run = Generator.run

    def let(self, count: int) -> None:
        """Let so many more drawings pass."""
        self._passes.release(count)

    def run(self, generator: Generator, crops: NDArray[np.uint8], attention: bool = True) -> Styled:
        """Draw, when it is time."""
        assert self._passes.acquire(timeout=PATIENCE / 1000)
        self.passed += 1
        return self._run(generator, crops, attention)


@pytest.fixture
def gate(open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Holds every drawing until it is let pass; open at the end."""
    gate = Gate()
    monkeypatch.setattr(
        Generator, "run", lambda generator, crops, attention=True: gate.run(generator, crops, attention)
    )
    yield gate
    gate.let(1000)


@pytest.fixture
def open_desk(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenDesk]:
    """Opens windows with the models of a folder, and closes them after the test."""
    monkeypatch.setattr("desktop.work.tools.FaceDetector", _one_detector)
    desks: list[Desk] = []
    qapp.setStyle("Fusion")
    wear(qapp, LIGHT)

    def open_one(folder: Path) -> Desk:
        worker = Worker(partial(_make_studio, folder))
        controller = PhotosController(worker)
        queue = QueueController(make_workshop=lambda: _make_workshop(folder))
        desk = Desk(qtbot, MainWindow(controller, queue=queue), controller, worker)
        controller.crashed.connect(desk.crashes.append)
        desks.append(desk)
        qtbot.addWidget(desk.window)
        desk.window.resize(1180, 760)
        with qtbot.waitExposed(desk.window):
            desk.window.show()
        return desk

    yield open_one
    for desk in desks:
        desk.window.close()
        assert desk.worker.wait(PATIENCE / 1000)
        assert desk.window.photos.queue.wait(PATIENCE / 1000)
        assert desk.crashes == []


@pytest.fixture
def desk(open_desk: OpenDesk, models: Path) -> Desk:
    """The window with two quick models."""
    return open_desk(models)


@pytest.fixture
def wall(tmp_path: Path) -> Path:
    """A picture without a face, wider than high."""
    path = tmp_path / "wall.png"
    Image.linear_gradient("L").resize((300, 200)).convert("RGB").save(path)
    return path


@pytest.fixture
def corrupt(tmp_path: Path) -> Path:
    """A file that begins like a JPEG and is none."""
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF and then nothing of use")
    return path
