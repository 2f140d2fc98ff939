"""Photos come by drop, by paste, by the dialog and by the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest

from desktop.dialogs import files
from desktop.photos.gallery import Status
from tests.desktop.conftest import Desk, files_mime


def test_an_empty_window_invites(desk: Desk) -> None:
    assert desk.window.photos.drop_area.isVisible()
    assert not desk.window.photos.stage.isVisible()


def test_the_example_is_drawn(desk: Desk) -> None:
    desk.window.photos.drop_area.example_button.click()
    desk.wait_settled()
    assert desk.statuses() == [Status.DONE]
    assert desk.window.photos.panel.facts.startswith("1 face · ")


def test_a_dropped_photo_is_drawn_beside_the_original(desk: Desk, portrait_photo: Path) -> None:
    photo = desk.draw(portrait_photo)
    view = desk.window.photos.stage.comparison
    assert view.isVisible()
    assert view.comparing
    assert photo.drawing is not None
    before, after = photo.drawing.before, photo.drawing.after
    middle = before.rect().center()
    shown, drawn = before.pixelColor(middle), after.pixelColor(middle)
    assert abs(shown.red() + drawn.red() - 255) <= 3, "the test's model inverts the colours"
    assert desk.window.photos.panel.facts.startswith("1 face · ")
    assert desk.window.photos.panel.facts.endswith(" · CPU")


def test_several_photos_are_drawn_in_their_order(desk: Desk, portrait_photo: Path, group_photo: Path) -> None:
    order: list[str] = []
    desk.controller.gallery.dataChanged.connect(
        lambda index: order.append(index.data()) if desk.controller.gallery.at(index).status is Status.DONE else None
    )
    desk.drop_files([group_photo, portrait_photo])
    desk.wait_settled()
    assert list(dict.fromkeys(order)) == ["t1.jpg", "astronaut.png"]
    assert desk.current.name == "t1.jpg"
    assert all(photo.thumbnail is not None for photo in desk.photos)


def test_a_photo_is_pasted_as_a_picture(desk: Desk, portrait_photo: Path) -> None:
    QGuiApplication.clipboard().setImage(QImage(str(portrait_photo)))
    desk.window.activateWindow()
    QTest.keyClick(desk.window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(desk.photos) == 1
    desk.wait_settled()
    assert desk.current.status is Status.DONE
    assert desk.current.drawing is not None
    assert desk.current.drawing.faces == 1


def test_a_photo_is_pasted_as_a_file(desk: Desk, group_photo: Path) -> None:
    QGuiApplication.clipboard().setMimeData(files_mime([group_photo]))
    desk.window.photos.drop_area.paste_button.click()
    desk.wait_settled()
    assert desk.current.source == group_photo
    assert desk.current.status is Status.DONE


def test_pasting_no_picture_says_so(desk: Desk) -> None:
    QGuiApplication.clipboard().setText("no picture at all")
    desk.window.photos.paste()
    assert "There is no picture in that" in desk.window.photos.banner.text
    assert desk.photos == ()


def test_photos_are_chosen_in_the_dialog(desk: Desk, portrait_photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ask_photos", lambda _parent, _folder: [portrait_photo])
    desk.window.photos.drop_area.open_button.click()
    desk.wait_settled()
    assert desk.current.status is Status.DONE


def test_closing_the_dialog_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ask_photos", lambda _parent, _folder: [])
    desk.window.photos.choose_photos()
    assert desk.photos == ()
    assert desk.window.photos.drop_area.isVisible()


def test_a_picture_on_a_web_page_is_not_downloaded(desk: Desk) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/face.jpg")])
    assert desk.drop(mime)
    assert desk.photos == ()
    assert desk.window.photos.banner.isVisible()
    assert "Save the picture first" in desk.window.photos.banner.text


def test_what_a_browser_drops_is_taken_if_it_carries_the_picture(desk: Desk, portrait_photo: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/face.jpg")])
    mime.setImageData(QImage(str(portrait_photo)))
    assert desk.drop(mime)
    desk.wait_settled()
    assert desk.current.status is Status.DONE


def test_text_is_not_wanted(desk: Desk) -> None:
    mime = QMimeData()
    mime.setText("a sentence")
    assert not desk.drop(mime)


def test_a_picture_without_a_face_offers_its_centre(desk: Desk, wall: Path) -> None:
    desk.drop_files([wall])
    desk.wait_settled()
    stage = desk.window.photos.stage
    assert desk.statuses() == [Status.NO_FACE]
    assert stage.banner.isVisible()
    assert stage.banner.text.startswith('No face was found in "wall.png".')
    assert not desk.window.photos.panel.save.isEnabled()
    button, by_hand = stage.banner.buttons
    assert by_hand.accessibleName() == "Crop by hand…"
    assert button.accessibleName() == "Use the centre of the picture"
    button.click()
    desk.wait_settled()
    assert desk.statuses() == [Status.DONE]
    assert not stage.banner.isVisible()
    assert desk.current.drawing is not None
    assert desk.current.drawing.centred
    assert desk.window.photos.panel.facts.startswith("Centre of the picture · ")
    assert "the centre of the picture was drawn" in desk.window.photos.panel.notes


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF and then nothing of use", "is damaged or cut off"),
        (b"", "is empty (0 bytes)"),
        (b"only words, whatever its name says", "is not a picture in a known format"),
    ],
)
def test_a_bad_file_gets_a_sentence_and_the_next_one_works(
    desk: Desk, tmp_path: Path, portrait_photo: Path, content: bytes, sentence: str
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(content)
    desk.drop_files([bad, portrait_photo])
    desk.wait_settled()
    assert [photo.status for photo in desk.photos] == [Status.FAILED, Status.DONE]
    assert desk.window.photos.stage.banner.isVisible()
    assert sentence in desk.window.photos.stage.banner.text


def test_a_missing_file_gets_a_sentence(desk: Desk, tmp_path: Path) -> None:
    desk.window.photos.open_photos([tmp_path / "gone.jpg"])
    desk.wait_settled()
    assert "There is no file" in desk.current.sentence


def test_a_name_with_markup_is_shown_as_it_is(desk: Desk, tmp_path: Path) -> None:
    bad = tmp_path / "<b>bold<b>.jpg"
    bad.write_bytes(b"nothing")
    desk.drop_files([bad])
    desk.wait_settled()
    assert "<b>bold<b>.jpg" in desk.window.photos.stage.banner.text
    assert "&lt;b&gt;bold" in desk.controller.gallery.index(0).data(Qt.ItemDataRole.ToolTipRole)


def test_an_empty_catalogue_is_told_in_a_sentence(open_desk: object, tmp_path: Path, portrait_photo: Path) -> None:
    assert callable(open_desk)
    desk: Desk = open_desk(tmp_path / "no models")
    desk.wait(lambda: desk.window.photos.banner.isVisible())
    assert desk.window.photos.banner.text.startswith("No model is installed")
    desk.drop_files([portrait_photo])
    desk.wait_settled()
    assert desk.current.status is Status.FAILED
    assert desk.current.sentence.startswith("No model is installed")
