"""Saving, copying and dragging a drawing out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from core.images import load_picture
from desktop import transfer
from desktop.dialogs import files
from desktop.notices import Tone
from tests.desktop.conftest import Desk

Dragged = list[Path]


def test_save_writes_the_whole_drawing(
    desk: Desk, group_photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suggested: list[Path] = []

    def ask(_parent: QWidget, suggestion: Path) -> Path:
        suggested.append(suggestion)
        return tmp_path / suggestion.name

    monkeypatch.setattr(files, "ask_save_path", ask)
    desk.controller.choose_view("frame")
    desk.draw(group_photo)
    desk.window.photos.panel.save.click()
    desk.wait(lambda: desk.window.photos.banner.text not in ("", "Saving…"))
    assert suggested[0].name == "t1 anime.png"
    assert desk.window.photos.banner.text == "Saved as “t1 anime.png”."
    saved = load_picture(tmp_path / "t1 anime.png").pixels
    original = load_picture(group_photo).pixels
    assert saved.shape == original.shape
    changed = np.abs(saved.astype(int) - original).max(axis=2) > 0
    assert 0.02 < changed.mean() < 0.6, "the faces, and nothing but the faces"


def test_a_place_that_cannot_be_written_gets_a_sentence(
    desk: Desk, portrait_photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.draw(portrait_photo)
    monkeypatch.setattr(files, "ask_save_path", lambda _parent, _suggestion: tmp_path / "gone" / "a.png")
    desk.window.photos.save()
    desk.wait(lambda: desk.window.photos.banner.text not in ("", "Saving…"))
    assert "could not be saved because there is no folder" in desk.window.photos.banner.text


def test_an_unknown_ending_gets_a_sentence(
    desk: Desk, portrait_photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.draw(portrait_photo)
    monkeypatch.setattr(files, "ask_save_path", lambda _parent, _suggestion: tmp_path / "a.docx")
    desk.window.photos.save()
    desk.wait(lambda: desk.window.photos.banner.text not in ("", "Saving…"))
    assert 'Pictures cannot be saved as ".docx" files' in desk.window.photos.banner.text
    assert list(tmp_path.glob("*.docx")) == []


def test_closing_the_save_dialog_saves_nothing(
    desk: Desk, portrait_photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.draw(portrait_photo)
    monkeypatch.setattr(files, "ask_save_path", lambda _parent, _suggestion: None)
    desk.window.photos.save()
    assert not desk.window.photos.banner.isVisible()


@pytest.mark.parametrize(("typed", "written"), [("picture", "picture.png"), ("picture.jpg", "picture.jpg")])
def test_the_save_dialog_adds_an_ending(desk: Desk, tmp_path: Path, typed: str, written: str) -> None:
    def accept() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        assert [Path(name).name for name in dialog.selectedFiles()] == ["t1 anime.png"]
        field = dialog.findChild(QLineEdit)
        assert isinstance(field, QLineEdit)
        field.setText(typed)
        dialog.accept()

    QTimer.singleShot(200, accept)
    assert files.ask_save_path(desk.window, tmp_path / "t1 anime.png") == tmp_path / written


def test_copy_puts_the_drawing_on_the_clipboard(desk: Desk, portrait_photo: Path) -> None:
    QGuiApplication.clipboard().clear()
    desk.draw(portrait_photo)
    QTest.keyClick(desk.window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    desk.wait(lambda: not QGuiApplication.clipboard().image().isNull())
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (256, 256)
    assert desk.window.photos.banner.text.startswith("Copied.")


@pytest.fixture
def dragged(monkeypatch: pytest.MonkeyPatch) -> Dragged:
    """What was dragged out, in place of a drag that waits for a hand."""
    out: Dragged = []

    def note(_widget: QWidget, path: Path) -> Qt.DropAction:
        out.append(path)
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(transfer, "drag_out", note)
    return out


def test_the_handle_drags_the_drawing_out(desk: Desk, portrait_photo: Path, dragged: Dragged) -> None:
    desk.draw(portrait_photo)
    handle = desk.window.photos.panel.drag
    desk.wait(handle.isEnabled)
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    QTest.mouseMove(handle, QPoint(60, 40))
    (path,) = dragged
    assert path.name == "astronaut anime.png"
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", (256, 256))


def test_a_click_on_the_handle_explains_it(desk: Desk, portrait_photo: Path, dragged: Dragged) -> None:
    desk.draw(portrait_photo)
    handle = desk.window.photos.panel.drag
    desk.wait(handle.isEnabled)
    handle.click()
    assert dragged == []
    assert "drag it onto a folder" in desk.window.photos.banner.text


def test_the_picture_is_dragged_out_with_ctrl(desk: Desk, portrait_photo: Path, dragged: Dragged) -> None:
    desk.draw(portrait_photo)
    desk.wait(desk.window.photos.panel.drag.isEnabled)
    view = desk.window.photos.stage.comparison
    middle, control = view.target.toRect().center(), Qt.KeyboardModifier.ControlModifier
    view.setValue(300)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, control, middle)
    QTest.mouseMove(view, middle + QPoint(40, 0))
    assert len(dragged) == 1
    assert view.value() == 300


def test_what_is_dragged_is_a_file_and_a_picture(tmp_path: Path) -> None:
    image = QImage(8, 4, QImage.Format.Format_RGB32)
    mime = transfer.outgoing(tmp_path / "a.png", image)
    assert [Path(url.toLocalFile()) for url in mime.urls()] == [tmp_path / "a.png"]
    assert mime.hasImage()


def test_temporary_files_go_away_with_the_window(desk: Desk, portrait_photo: Path) -> None:
    desk.draw(portrait_photo)
    desk.wait(lambda: desk.current.exported)
    path = desk.current.exported
    assert path is not None
    assert path.exists()
    desk.window.close()
    assert not path.exists()


def test_alpha_is_kept_in_the_whole_photo(
    desk: Desk, portrait_photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "clear.png", tmp_path / "out.png"
    with Image.open(portrait_photo) as picture:
        clear = picture.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    clear.save(source)
    monkeypatch.setattr(files, "ask_save_path", lambda _parent, _suggestion: target)
    desk.controller.choose_view("frame")
    desk.draw(source)
    desk.window.photos.save()
    desk.wait(lambda: desk.window.photos.banner.text.startswith("Saved"))
    with Image.open(target) as saved:
        assert saved.mode == "RGBA"
        assert saved.getchannel("A").tobytes() == clear.getchannel("A").tobytes()


def test_a_success_goes_away_and_a_failure_stays(desk: Desk) -> None:
    from desktop.notices import Notice

    banner = desk.window.photos.banner
    banner._timer.setInterval(50)
    banner.show_notice(Notice(Tone.SUCCESS, "Done."))
    desk.wait(lambda: not banner.isVisible())
    banner.show_notice(Notice(Tone.ERROR, "Not done."))
    QTest.qWait(150)
    assert banner.isVisible()
