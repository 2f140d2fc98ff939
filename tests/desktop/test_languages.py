"""The real window in two languages, switched while it is open."""

from __future__ import annotations

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
from desktop.words.language import spoken
from tests.desktop.conftest import Desk
from tests.support.videos import picture
from tests.support.words import cut_off, is_chinese, texts

SAME = {"Animirror", "GPU (CUDA)", "English", "PNG", "100 %"}
"""What is the same in every language."""


def speak(desk: Desk, tag: str) -> None:
    """Choose a language as the menu does, and wait until the window speaks it."""
    before = desk.window.photos
    desk.window.language.choose(tag)
    desk.wait(lambda: desk.window.photos is not before)
    assert spoken() == tag


def english(window: QWidget, *names: str) -> set[str]:
    """What on the screen has no word of Chinese."""
    return {text for text in texts(window) if not is_chinese(text) and not text.startswith(tuple({*SAME, *names}))}


def there_and_back(desk: Desk, *names: str) -> None:
    """Switch to Chinese and back; nothing is left in the wrong language, nothing cut off, and all is as it was."""
    before, height = texts(desk.window), desk.window.photos.height()
    assert cut_off(desk.window) == []
    assert not any(map(is_chinese, before - {"繁體中文"}))
    speak(desk, "zh_TW")
    QApplication.processEvents()
    assert english(desk.window, *names) == set()
    assert cut_off(desk.window) == []
    assert desk.window.photos.height() == height
    speak(desk, "en")
    QApplication.processEvents()
    assert texts(desk.window) == before


def test_the_empty_window_is_switched(desk: Desk) -> None:
    desk.wait(lambda: desk.controller.models)
    there_and_back(desk)


def test_a_photo_and_its_drawing_stay(desk: Desk, portrait_photo: Path) -> None:
    desk.draw(portrait_photo)
    desk.wait(lambda: desk.current.exported)
    drawing = desk.current.drawing
    there_and_back(desk, "Negative", "Grey", "inverted", "flat", "1 張")
    assert desk.current.drawing is drawing
    assert desk.window.photos.stage.comparison.comparing


def test_what_core_said_of_a_photo_is_said_again(desk: Desk, corrupt: Path, wall: Path) -> None:
    desk.drop_files([wall])
    desk.wait_settled()
    assert desk.window.photos.stage.banner.text.startswith("No face was found in")
    speak(desk, "zh_TW")
    assert desk.window.photos.stage.banner.text.startswith('在 "wall.png" 中找不到臉。')
    assert [is_chinese(button.text()) for button in desk.window.photos.stage.banner.buttons] == [True, True]
    desk.drop_files([corrupt])
    desk.wait_settled()
    assert desk.window.photos.stage.banner.text == '"broken.jpg" 已損壞或不完整；請重新複製或下載。'


def test_the_list_and_its_question_stay(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "album"
    folder.mkdir()
    for number, name in enumerate(("a.png", "b.png", "a a-negative.png")):
        Image.fromarray(picture(number, (320, 240))).save(folder / name)
    queue = desk.window.photos.queue
    desk.drop_files([folder])
    desk.wait(lambda: len(queue.entries.entries) == 2)
    desk.wait(lambda: desk.window.photos.list.panel.go.accessibleName() == "Convert 2 files")
    desk.wait(lambda: desk.window.photos.list.words.text())
    names = (str(folder), "a.png", "b.png", "Negative", "Grey", "inverted", "flat")
    there_and_back(desk, *names)
    desk.window.photos.list.panel.go.click()
    desk.wait(lambda: desk.window.photos.banner.buttons)
    speak(desk, "zh_TW")
    banner = desk.window.photos.banner
    assert banner.text == "已經有名為「a a-negative.png」的結果了。"
    assert desk.window.photos.list.isVisible()
    banner.buttons[0].click()
    desk.wait(lambda: all(not entry.open for entry in queue.entries.entries))
    assert (folder / "b a-negative.png").is_file()


def test_the_first_page_is_switched_and_keeps_its_camera(desk: Desk) -> None:
    page = WelcomePage(desk.window, "en", lambda: [Camera("Webcam", 0, "")])
    page.language_chosen.connect(desk.window.language.choose)
    desk.wait(page.camera.isEnabled)
    page.camera.choose("none")
    before = texts(page)
    page.language.choose("zh_TW")
    desk.wait(lambda: is_chinese(page.start_button.text()))
    assert english(page) == set()
    assert cut_off(page) == []
    assert page.preview.sentence == "不使用攝影機。"
    assert desk.window.childAt(desk.window.rect().center()) is not desk.window.photos, "it still covers the window"
    page.language.choose("en")
    desk.wait(lambda: not is_chinese(page.start_button.text()))
    assert texts(page) == before
    page.start_button.click()


@pytest.mark.parametrize("tag", ["en", "zh_TW"])
def test_the_dialogs_speak_and_have_room(desk: Desk, tag: str) -> None:
    if tag != "en":
        speak(desk, tag)
    for dialog in (
        AboutDialog((), desk.window),
        AddressDialog("", desk.window),
        DefectDialog("Traceback: none", desk.window),
        GpuPackDialog(desk.window),
        ResultsDialog(Settings().photos, "ink", desk.window),
    ):
        dialog.show()
        QApplication.processEvents()
        assert cut_off(dialog) == []
        if tag == "zh_TW":
            assert english(dialog, "http://", "PNG") == set()
        dialog.close()


def test_the_menu_switches_and_keeps_the_focus(desk: Desk) -> None:
    button = desk.window._languages
    button.setFocus()
    button.click()
    actions = button.menu_of_languages.actions()
    assert [action.text() for action in actions] == ["As the system", "English", "繁體中文"]
    button.menu_of_languages.close()
    before = desk.window.photos
    actions[2].trigger()
    desk.wait(lambda: desk.window.photos is not before)
    assert desk.window._languages.accessibleName() == "語言"
    assert desk.window._languages.hasFocus() or not desk.window.isActiveWindow()
