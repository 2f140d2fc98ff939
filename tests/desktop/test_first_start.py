"""The page of the first start, the GPU pack's dialog and what the crash dialog tells."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core import gpu_pack, logs, paths
from core.cameras import Camera
from core.errors import SourceError
from core.live.frame import Frame
from core.settings import load_settings
from desktop import application
from desktop.dialogs.about import AboutDialog
from desktop.dialogs.defect import bug_report
from desktop.dialogs.gpu_pack import GpuPackDialog
from desktop.pages.welcome import WelcomePage
from tests.desktop.conftest import PATIENCE, Desk

WEBCAM = Camera("HD Webcam", 0, "V4L2")


class OneColour:
    """A camera that shows one colour."""

    name, live, torn = "a camera", True, 0

    def __init__(self, broken: bool = False) -> None:
        self.opened = self.closed = False
        self.broken = broken
        self._stopped = threading.Event()

    def open(self) -> None:
        self.opened = True
        if self.broken:
            raise SourceError("The camera is used by another program. Close that first.")

    def read(self) -> Frame:
        time.sleep(0.01)
        now = time.perf_counter()
        return Frame(np.full((48, 64, 3), (10, 200, 30), np.uint8), now, now)

    def close(self) -> None:
        self.closed = True

    def interrupt(self) -> None:
        self._stopped.set()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.resize(1180, 760)
    qtbot.addWidget(window)
    window.show()
    return window


def _page(window: QWidget, source: OneColour | None = None, cameras: tuple[Camera, ...] = (WEBCAM,)) -> WelcomePage:
    return WelcomePage(window, None, lambda: list(cameras), lambda _camera: source or OneColour())


def test_no_camera_is_opened_before_one_is_chosen(qtbot: QtBot, window: QWidget) -> None:
    source = OneColour()
    page = _page(window, source)
    qtbot.waitUntil(page.camera.isEnabled, timeout=PATIENCE)
    assert not source.opened
    with qtbot.waitSignal(page.camera_chosen) as chosen:
        page.camera.choose(WEBCAM.name)
    assert chosen.args == [WEBCAM]
    qtbot.waitUntil(lambda: not page.preview.image.isNull(), timeout=PATIENCE)
    assert page.preview.image.pixelColor(20, 20) == QColor(10, 200, 30)
    assert page.preview.grab().toImage().pixelColor(page.preview.rect().center()).green() > 150
    page.start_button.click()
    qtbot.waitUntil(lambda: source.closed, timeout=PATIENCE)


def test_closing_the_window_frees_the_camera(qtbot: QtBot, window: QWidget) -> None:
    source = OneColour()
    page = _page(window, source)
    qtbot.waitUntil(page.camera.isEnabled, timeout=PATIENCE)
    page.camera.choose(WEBCAM.name)
    qtbot.waitUntil(lambda: source.opened, timeout=PATIENCE)
    window.close()
    qtbot.waitUntil(lambda: source.closed, timeout=PATIENCE)


def test_a_camera_that_does_not_open_says_why(qtbot: QtBot, window: QWidget) -> None:
    page = _page(window, OneColour(broken=True))
    qtbot.waitUntil(page.camera.isEnabled, timeout=PATIENCE)
    page.camera.choose(WEBCAM.name)
    qtbot.waitUntil(lambda: "another program" in page.preview.sentence, timeout=PATIENCE)


def test_without_a_camera_it_says_so_and_goes_on(qtbot: QtBot, window: QWidget) -> None:
    page = _page(window, cameras=())
    qtbot.waitUntil(lambda: "No camera was found" in page.preview.sentence, timeout=PATIENCE)
    with qtbot.waitSignal(page.finished):
        QTest.keyClick(page.start_button, Qt.Key.Key_Return)
    assert not page.isVisible()


def test_the_page_covers_the_window_at_every_size(qtbot: QtBot, window: QWidget) -> None:
    page = _page(window)
    for size in (QSize(880, 560), QSize(1500, 900)):
        window.resize(size)
        qtbot.waitUntil(lambda size=size: page.size() == size, timeout=PATIENCE)  # type: ignore[misc]
    assert page.mapTo(window, page.start_button.rect().center()).x() < window.width()


def test_it_comes_once_and_its_choices_are_kept(
    qtbot: QtBot, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "config", lambda: tmp_path)
    settings = load_settings().settings
    assert not settings.app.first_run_done
    page = application.welcome(desk.window, settings, desk.window._live, desk.controller)
    page.camera_chosen.emit(WEBCAM)
    page.language.choose("zh_TW")
    assert page.language.text() == "繁體中文"
    page.start_button.click()
    kept = load_settings().settings
    assert kept.app.first_run_done
    assert kept.app.language == "zh_TW"
    assert (kept.live.camera_name, kept.live.camera_backend) == ("HD Webcam", "V4L2")
    assert desk.window._live.state.camera == "HD Webcam"


def test_a_bug_report_has_versions_provider_and_diary_and_no_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "logs", lambda: tmp_path)
    logs.begin()
    logs.note("a line of the diary")
    logs.end()
    told = bug_report(f'Traceback\n  File "/x/core/faces.py", line 1\nOSError: "{Path.home()}/secret name.jpg"')
    for words in ("Animirror", "PySide6", "Drawing on:", "core/faces.py", "a line of the diary"):
        assert words in told
    assert "secret name" not in told


def test_the_gpu_pack_can_be_added_where_the_program_takes_one(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = AboutDialog([])
    qtbot.addWidget(about)
    assert not about.gpu_button.isVisibleTo(about)
    pack = gpu_pack.Wanted("1.0", (gpu_pack.Wheel("cudnn.whl", "0" * 64),))
    monkeypatch.setattr(gpu_pack, "wanted", lambda: pack)
    monkeypatch.setattr(paths, "gpu_packs", lambda: tmp_path / "gpu")
    dialog = GpuPackDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.waitSignal(dialog.finished_adding, timeout=PATIENCE):
        dialog.add(tmp_path)
    assert "1 of its 1 files are missing" in dialog.state.text()
    (tmp_path / "cudnn.whl").write_bytes(b"something else")
    with qtbot.waitSignal(dialog.finished_adding, timeout=PATIENCE):
        dialog.add(tmp_path)
    assert "SHA-256 is not the published one" in dialog.state.text()
    assert not (tmp_path / "gpu").exists()
