"""Every style on one sheet, and crops by hand, with real mouse and keyboard events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from core.alignment import TEMPLATE
from core.handcrop import HandCrop
from desktop.photos.gallery import Status
from desktop.widgets.crop_editor import CropEditor
from desktop.work import messages as m
from tests.desktop.conftest import Desk, Gate, OpenDesk
from tests.support.models import tiny_model


@pytest.fixture(scope="module")
def three_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A negative, a grey one, and one that paints photos from drawings."""
    folder = tmp_path_factory.mktemp("three")
    tiny_model(folder, "a-negative", name={"en": "Negative"}, style="inverted")
    tiny_model(folder, "b-grey", gain=0.0, name={"en": "Grey"}, style="flat")
    tiny_model(folder, "c-photo", gain=1.0, name={"en": "To photo"}, style="photo", direction="B2A")
    return folder


@pytest.fixture
def three(open_desk: OpenDesk, three_models: Path) -> Desk:
    return open_desk(three_models)


def test_the_sheet_shows_the_photo_in_every_style_and_a_click_chooses(three: Desk, portrait_photo: Path) -> None:
    three.draw(portrait_photo)
    three.window.photos.panel.sheet.click()
    sheet = three.window.photos.stage.sheet
    assert sheet.isVisible()
    assert list(sheet.tiles) == ["a-negative", "b-grey", "c-photo"]
    assert sheet.tiles["a-negative"].isChecked()
    three.wait(lambda: all(tile.drawn for tile in sheet.tiles.values()))
    assert sheet.state == "Choose one"
    grey = sheet.tiles["b-grey"]._image
    assert abs(grey.pixelColor(grey.rect().center()).red() - 128) <= 2
    QTest.mouseClick(sheet.tiles["b-grey"], Qt.MouseButton.LeftButton)
    three.wait_settled()
    assert not sheet.isVisible()
    assert three.current.drawing is not None
    assert three.current.drawing.look.model == "b-grey"


def test_a_photo_made_of_a_drawing_is_named_so(three: Desk, portrait_photo: Path) -> None:
    three.draw(portrait_photo)
    photos = three.window.photos
    assert photos.stage.comparison.names == ("Photo", "Anime")
    photos.panel.models.cards["c-photo"].click()
    three.wait_settled()
    assert photos.stage.comparison.names == ("Anime", "Photo")
    photos.panel.models.cards["a-negative"].click()
    three.wait_settled()
    assert photos.stage.comparison.names == ("Photo", "Anime")


def test_the_sheet_is_walked_with_the_keyboard(three: Desk, portrait_photo: Path) -> None:
    three.draw(portrait_photo)
    three.window.activateWindow()
    three.window.photos.panel.sheet.click()
    tiles = three.window.photos.stage.sheet.tiles
    three.wait(tiles["a-negative"].hasFocus)
    QTest.keyClick(tiles["a-negative"], Qt.Key.Key_Right)
    assert tiles["b-grey"].hasFocus()
    QTest.keyClick(tiles["b-grey"], Qt.Key.Key_Return)
    three.wait_settled()
    assert three.controller.look.model == "b-grey"


def test_escape_leaves_the_sheet_and_stops_it(gate: Gate, three: Desk, portrait_photo: Path) -> None:
    desk = three
    gate.let(1)
    desk.draw(portrait_photo)
    drawing = desk.current.drawing
    samples: list[m.Report] = []
    desk.worker.reported.connect(lambda report: samples.append(report) if isinstance(report, m.Sampled) else None)
    desk.window.photos.panel.sheet.click()
    gate.let(1)
    desk.wait(lambda: samples)
    QTest.keyClick(desk.window, Qt.Key.Key_Escape)
    gate.let(9)
    assert not desk.window.photos.stage.aside
    desk.wait(lambda: desk.worker._current is None)
    assert len(samples) < 3
    assert desk.current.status is Status.DONE
    assert desk.current.drawing is drawing


def test_stop_says_what_was_left_out(gate: Gate, three: Desk, portrait_photo: Path) -> None:
    desk = three
    gate.let(1)
    desk.draw(portrait_photo)
    desk.window.photos.panel.sheet.click()
    sheet = desk.window.photos.stage.sheet
    sheet.stop.click()
    assert not sheet.stop.isVisible()
    assert any("Stopped" in tile.note for tile in sheet.tiles.values())


def test_a_drawing_becomes_a_photo_from_its_centre(three: Desk, wall: Path) -> None:
    three.controller.choose_model("c-photo")
    photo = three.draw(wall)
    assert photo.drawing is not None
    assert photo.drawing.centred
    assert "another part can be chosen by hand" in three.window.photos.panel.notes


def _open_crop(desk: Desk, picture: Path) -> CropEditor:
    desk.controller.choose_model("c-photo")
    desk.draw(picture)
    QTest.mouseClick(desk.window.photos.panel.controls.crop, Qt.MouseButton.LeftButton)
    editor = desk.window.photos.stage.editor
    assert editor is not None
    assert editor.isVisible()
    return editor


def _drag(editor: CropEditor, start: QPointF, end: QPointF) -> None:
    QTest.mousePress(editor.canvas, Qt.MouseButton.LeftButton, pos=start.toPoint())
    QTest.mouseMove(editor.canvas, end.toPoint())
    QTest.mouseRelease(editor.canvas, Qt.MouseButton.LeftButton, pos=end.toPoint())


def test_the_eyes_are_put_where_they_are(three: Desk, portrait_photo: Path) -> None:
    editor = _open_crop(three, portrait_photo)
    canvas = editor.canvas
    wanted = (170.0, 130.0), (250.0, 100.0)
    _drag(editor, canvas.eyes[1], canvas.place_of(*wanted[1]))
    _drag(editor, canvas.eyes[0], canvas.place_of(*wanted[0]))
    np.testing.assert_allclose(canvas.crop.landmarks[:2], wanted, atol=2.0)
    assert editor.angle.value() == pytest.approx(canvas.crop.angle, abs=0.1)
    editor.draw.click()
    three.wait_settled()
    drawing = three.current.drawing
    assert drawing is not None
    assert drawing.by_hand
    assert three.window.photos.panel.facts.startswith("Crop by hand · ")
    # The model keeps colours: what lies at an eye in the crop is what lay at it in the photo.
    with_eyes = (TEMPLATE[0] * drawing.before.width()).round().astype(int)
    assert three.current.preview is not None
    expected = three.current.preview.pixelColor(170, 130)
    assert abs(drawing.before.pixelColor(*with_eyes).red() - expected.red()) < 40


def test_the_square_is_moved_and_sized_with_the_mouse(three: Desk, portrait_photo: Path) -> None:
    editor = _open_crop(three, portrait_photo)
    canvas = editor.canvas
    canvas.set_crop(HandCrop(200, 200, 100))
    scale = canvas.target.width() / 512
    start = canvas.place_of(200, 230)
    _drag(editor, start, start + QPointF(50, 20) * scale)
    assert (canvas.crop.x, canvas.crop.y) == pytest.approx((250, 220), abs=2)
    corner = canvas.corners[2]
    _drag(editor, corner, corner + QPointF(50, 50) * scale)
    assert canvas.crop.side == pytest.approx(200, abs=4)
    assert (canvas.crop.x, canvas.crop.y) == pytest.approx((250, 220), abs=2)
    assert editor.side.value() == pytest.approx(canvas.crop.side, abs=0.1)


def test_numbers_and_keys_do_all_that_the_mouse_does(three: Desk, portrait_photo: Path) -> None:
    editor = _open_crop(three, portrait_photo)
    for field, number in zip(editor.fields, ("200", "180", "150", "10"), strict=True):
        assert field.lineEdit().width() > 60, "the number can be read"
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, number)
        QTest.keyClick(field, Qt.Key.Key_Return)
    crop = editor.canvas.crop
    assert (crop.x, crop.y, crop.side, crop.angle) == pytest.approx((200, 180, 150, 10))
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Plus, Qt.Key.Key_Comma):
        QTest.keyClick(editor.canvas, key)
    crop = editor.canvas.crop
    assert (crop.x, crop.side, crop.angle) == pytest.approx((197, 153, 8))
    editor.centre.click()
    assert editor.canvas.crop == HandCrop.centred(512, 512)


def test_escape_leaves_the_crop_as_it_was_and_faces_can_be_found_again(three: Desk, portrait_photo: Path) -> None:
    editor = _open_crop(three, portrait_photo)
    QTest.keyClick(three.window, Qt.Key.Key_Escape)
    assert not editor.isVisible()
    assert three.current.touch.crop is None
    three.controller.choose_model("a-negative")
    three.controller.touch(m.Touch(crop=HandCrop(200, 200, 100)))
    three.wait_settled()
    assert three.current.drawing is not None
    assert three.current.drawing.faces == 0
    three.window.photos.panel.controls.uncrop.click()
    three.wait_settled()
    assert three.current.drawing.faces == 1


def test_a_picture_without_a_face_offers_a_crop_by_hand(desk: Desk, wall: Path) -> None:
    desk.drop_files([wall])
    desk.wait_settled()
    _, by_hand = desk.window.photos.stage.banner.buttons
    QTest.mouseClick(by_hand, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    editor = desk.window.photos.stage.editor
    assert editor is not None
    editor.draw.click()
    desk.wait_settled()
    assert desk.current.status is Status.DONE


def test_photos_that_follow_each_other_quickly_are_all_drawn(
    desk: Desk, portrait_photo: Path, group_photo: Path
) -> None:
    desk.drop_files([portrait_photo, group_photo, portrait_photo])
    desk.wait_settled()
    desk.controller.choose_model("b-grey")
    for photo in (*desk.photos[1:], desk.photos[0]):
        desk.controller.select(photo)
    desk.wait_settled()
    models = {photo.drawing.look.model for photo in desk.photos if photo.drawing}
    assert models == {"b-grey"}
