"""The keyboard reaches every control, a screen reader has a name for each, and all of it fits at every scaling."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication, QWidget

from core.cameras import Camera
from core.settings import Settings
from desktop.dialogs.about import AboutDialog
from desktop.dialogs.address import AddressDialog
from desktop.dialogs.defect import DefectDialog
from desktop.dialogs.gpu_pack import GpuPackDialog
from desktop.dialogs.results import ResultsDialog
from desktop.pages.welcome import WelcomePage
from tests.conftest import ROOT
from tests.desktop.conftest import Desk
from tests.support.videos import picture
from tests.support.words import reached_by_tab, wanting_focus


def check(window: QWidget) -> None:
    """Every control has a name, and Tab comes to it."""
    QApplication.processEvents()
    nameless = [widget for widget in wanting_focus(window) if not widget.accessibleName()]
    assert nameless == []
    reached = reached_by_tab(window)
    wanting = wanting_focus(window)
    missed = [f"{type(widget).__name__} {widget.accessibleName()}" for widget in wanting if widget not in reached]
    assert missed == []
    assert all(widget.isVisible() for widget in reached)


def test_the_empty_window(desk: Desk) -> None:
    desk.wait(lambda: desk.controller.models)
    check(desk.window)


def test_a_drawn_photo(desk: Desk, portrait_photo: Path) -> None:
    desk.draw(portrait_photo)
    desk.wait(lambda: desk.current.exported)
    check(desk.window)
    desk.window.photos.panel.sheet.click()
    check(desk.window)
    desk.window.photos.panel.controls.crop.click()
    check(desk.window)


def test_a_photo_without_a_face(desk: Desk, wall: Path) -> None:
    desk.drop_files([wall])
    desk.wait_settled()
    check(desk.window)


def test_the_list(desk: Desk, tmp_path: Path) -> None:
    for number in range(2):
        Image.fromarray(picture(number, (320, 240))).save(tmp_path / f"{number}.png")
    desk.drop_files([tmp_path])
    desk.wait(lambda: len(desk.window.photos.queue.entries.entries) == 2)
    check(desk.window)


def test_the_live_page(desk: Desk) -> None:
    desk.window.show_page("live")
    check(desk.window)


def test_the_first_page(desk: Desk) -> None:
    page = WelcomePage(desk.window, "en", lambda: [Camera("Webcam", 0, "")])
    desk.wait(page.camera.isEnabled)
    check(page)
    page.start_button.click()


def test_the_dialogs(desk: Desk) -> None:
    for dialog in (
        AboutDialog((), desk.window),
        AddressDialog("http://192.168.1.20:8080/video", desk.window),
        DefectDialog("Traceback: none", desk.window),
        GpuPackDialog(desk.window),
        ResultsDialog(Settings().photos, "ink", desk.window),
    ):
        dialog.show()
        check(dialog)
        assert dialog.windowTitle()
        dialog.close()


_SCALED = """if True:
    import json, sys
    from pathlib import Path
    from PySide6.QtWidgets import QApplication, QPushButton
    from desktop.application import make_application
    from desktop.live.controller import LiveController
    from desktop.pages.welcome import WelcomePage
    from desktop.photos.controller import PhotosController
    from desktop.window import MainWindow
    from desktop.words.language import Language
    from desktop.work.messages import Look, ModelEntry
    from desktop.work.worker import Worker
    from tests.support.words import cut_off

    application = make_application(sys.argv[:1])
    language = Language(application, "en")
    controller = PhotosController(Worker(lambda report: None))
    controller.start = lambda: None
    controller.models = (ModelEntry("ink", "Ink portrait", "line art", ""), ModelEntry("live", "Ink", "line art", ""))
    window = MainWindow(controller, language=language)
    window.photos.queue.start = lambda: None
    found = {"ratio": window.devicePixelRatioF()}
    window.resize(window.minimumSize())
    window.show()

    def settle():
        for _ in range(6):
            application.processEvents()

    for tag in ("en", "zh_TW"):
        language.choose(tag)
        for page, name in ((window.photos._workspace, "photo"), (window.photos.drop_area, "empty"), (None, "live")):
            settle()
            if page is None:
                window.show_page("live")
            else:
                window.show_page("photos")
                page = {"photo": window.photos._workspace, "empty": window.photos.drop_area}[name]
                window.photos._stack.setCurrentWidget(page)
            settle()
            found[f"{tag} {name}"] = cut_off(window)
            for button in window.findChildren(QPushButton):
                if not button.icon().isNull():
                    drawn = button.icon().pixmap(button.iconSize(), found["ratio"]).width() / button.iconSize().width()
                    found.setdefault("icons ratios", set()).add(round(drawn, 1))
            icons = [label.pixmap() for label in window.findChildren(type(window._bar.layout().itemAt(0).widget()))]
            found[f"{tag} {name} ratios"] = sorted({icon.devicePixelRatio() for icon in icons if not icon.isNull()})
        welcome = WelcomePage(window, tag, lambda: [])
        settle()
        found[f"{tag} welcome"] = cut_off(welcome)
        welcome._finish()
    found["icons ratios"] = sorted(found["icons ratios"])
    print(json.dumps(found))
    sys.stdout.flush()
    import os
    os._exit(0)
"""


@pytest.mark.parametrize("scale", ["1", "1.5", "2", "3"])
def test_nothing_is_cut_off_or_coarse_in_the_smallest_window_at_any_scaling(scale: str) -> None:
    environment = {**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", _SCALED], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.pop("ratio") == float(scale)
    ratios = {key: found.pop(key) for key in [*found] if key.endswith("ratios")}
    assert all(values == [float(scale)] for values in ratios.values()), ratios
    assert {key: texts for key, texts in found.items() if texts} == {}
