"""Zooming, comparing in other ways, strength and faces, with real mouse and keyboard events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core import background_packs
from core.generator import Generator, Styled
from core.views import Background
from desktop.photos.gallery import Status
from desktop.widgets.comparison import ComparisonView, Mode
from desktop.widgets.faces import FaceChooser
from desktop.work import messages as m
from tests.desktop.conftest import Desk, Gate


@pytest.fixture
def view(desk: Desk, portrait_photo: Path) -> ComparisonView:
    """The comparison of a finished drawing, its divider at rest in the middle."""
    desk.draw(portrait_photo)
    comparison = desk.window.photos.stage.comparison
    QTest.keyClick(comparison, Qt.Key.Key_Home)
    comparison.setValue(500)
    return comparison


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many faces the model was asked for, each time it was."""
    asked: list[int] = []
    run = Generator.run

    def counted(self: Generator, crops: np.ndarray, attention: bool = True) -> Styled:
        asked.append(len(crops))
        return run(self, crops, attention)

    monkeypatch.setattr(Generator, "run", counted)
    return asked


def wheel(view: ComparisonView, at: QPointF, steps: int) -> None:
    none, control = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    turned = QPoint(0, 120 * steps)
    glob = QPointF(view.mapToGlobal(at.toPoint()))
    event = QWheelEvent(at, glob, QPoint(), turned, none, control, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(view, event)


def share_at(view: ComparisonView, place: QPointF) -> tuple[float, float]:
    target = view.target
    return (place.x() - target.left()) / target.width(), (place.y() - target.top()) / target.height()


def test_the_wheel_zooms_about_the_pointer(view: ComparisonView) -> None:
    fitted = view.target
    at = QPointF(fitted.left() + fitted.width() * 0.3, fitted.top() + fitted.height() * 0.6)
    before = share_at(view, at)
    wheel(view, at, 3)
    assert view.target.width() == pytest.approx(fitted.width() * 1.25**3, rel=0.01)
    assert share_at(view, at) == pytest.approx(before, abs=0.01)
    wheel(view, at, -3)
    assert view.viewport.fitted
    assert view.target == fitted


def test_a_zoomed_picture_is_dragged_and_never_leaves_its_place(view: ComparisonView) -> None:
    middle = view.target.center()
    wheel(view, middle, 4)
    before = view.target
    start = QPoint(view.width() // 4, view.height() // 4)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, start + QPoint(60, 40))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 40))
    assert view.target.topLeft() - before.topLeft() == QPointF(60, 40)
    assert view.value() == 500, "the divider stays"
    for _ in range(8):
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(view, start + QPoint(400, 300))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(400, 300))
    assert view.target.topLeft() == QPointF(0, 0)


def test_a_double_click_shows_the_own_pixels_and_then_all(view: ComparisonView, desk: Desk) -> None:
    at = (view.target.center() + QPointF(80, 60)).toPoint()
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert view.viewport.percent == pytest.approx(100)
    assert desk.window.photos.stage.bar.percent.text() == "100 %"
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert view.viewport.fitted


@pytest.mark.parametrize(
    ("keys", "zoomed"), [([Qt.Key.Key_Plus] * 2, 1.25**2), ([Qt.Key.Key_Plus, Qt.Key.Key_Minus], 1.0)]
)
def test_keys_zoom(view: ComparisonView, keys: list[Qt.Key], zoomed: float) -> None:
    fitted = view.viewport.scale
    for key in keys:
        QTest.keyClick(view, key)
    assert view.viewport.scale == pytest.approx(fitted * zoomed, rel=0.01)
    QTest.keyClick(view, Qt.Key.Key_1)
    assert view.viewport.percent == pytest.approx(100)
    QTest.keyClick(view, Qt.Key.Key_0)
    assert view.viewport.fitted


def test_the_buttons_below_zoom(view: ComparisonView, desk: Desk) -> None:
    bar = desk.window.photos.stage.bar
    bar.larger.click()
    bar.larger.click()
    assert not view.viewport.fitted
    QTest.keyClick(view, Qt.Key.Key_Down)
    bar.fit.click()
    assert view.viewport.fitted
    assert not bar.fit.isEnabled()


def test_side_by_side_both_move_in_step(view: ComparisonView, desk: Desk) -> None:
    desk.window.photos.stage.bar.modes.button(Mode.SIDE).click()
    left, right = view._panes()
    assert left.room.right() < right.room.left()
    in_right = right.target.center() + QPointF(40, 30)
    before = share_at(view, in_right - (right.target.topLeft() - left.target.topLeft()))
    wheel(view, in_right, 4)
    left, right = view._panes()
    assert left.target.size() == right.target.size()
    aside = right.target.topLeft() - left.target.topLeft()
    assert share_at(view, in_right - aside) == pytest.approx(before, abs=0.01)
    image = view.grab().toImage()
    place = left.room.center().toPoint()
    photo, drawing = image.pixelColor(place), image.pixelColor((left.room.center() + aside).toPoint())
    assert abs(photo.red() + drawing.red() - 255) < 12, "the test's model inverts the colours"


def test_the_drawing_alone_and_the_photo_while_something_is_held(view: ComparisonView, desk: Desk) -> None:
    bar = desk.window.photos.stage.bar
    bar.modes.button(Mode.RESULT).click()
    place = (view.target.center() - QPointF(view.target.width() / 4, 0)).toPoint()

    def seen() -> QColor:
        return view.grab().toImage().pixelColor(place)

    drawing = seen()
    QTest.mousePress(bar.hold, Qt.MouseButton.LeftButton)
    assert abs(seen().red() + drawing.red() - 255) < 12
    QTest.mouseRelease(bar.hold, Qt.MouseButton.LeftButton)
    assert seen() == drawing
    QTest.keyPress(view, Qt.Key.Key_Space)
    assert abs(seen().red() + drawing.red() - 255) < 12
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert seen() == drawing


def test_strength_follows_the_slider_without_the_model(view: ComparisonView, desk: Desk, calls: list[int]) -> None:
    slider = desk.window.photos.panel.controls.intensity.slider
    slider.setFocus()
    before = desk.current.drawing
    assert before is not None
    middle = before.after.rect().center()
    for _ in range(10):
        QTest.keyClick(slider, Qt.Key.Key_Left)
    desk.wait_settled()
    drawing = desk.current.drawing
    assert drawing is not None
    assert drawing.look.intensity == pytest.approx(0.5)
    assert abs(drawing.after.pixelColor(middle).red() - 127) <= 2, "half of a picture and of its negative is grey"
    assert drawing.before.cacheKey() == before.before.cacheKey(), "the divider stays where it is"
    assert view.value() == 500
    assert calls == []


def test_strength_does_not_wait_for_other_photos(
    gate: Gate, desk: Desk, portrait_photo: Path, group_photo: Path
) -> None:
    gate.let(1)
    desk.draw(portrait_photo)
    desk.drop_files([group_photo] * 3)
    desk.controller.select(desk.photos[0])
    desk.wait(lambda: any(photo.stage is m.Stage.DRAWING for photo in desk.photos[1:]))
    slider = desk.window.photos.panel.controls.intensity.slider
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    halved = pytest.approx(0.5, abs=0.02)
    desk.wait(lambda: desk.current.drawing is not None and desk.current.drawing.look.intensity == halved)
    assert desk.current.status is Status.DONE
    assert any(photo.status.pending for photo in desk.photos[1:]), "the others are still on their way"


def test_late_answers_never_replace_newer_ones(view: ComparisonView, desk: Desk) -> None:
    photo = desk.current
    assert photo.drawing is not None
    old = m.Order(photo.number, photo.shown - 1, photo.source, photo.drawing.look, photo.drawing.touch)
    kept = photo.drawing
    desk.worker.reported.emit(m.Drawn(old, kept))
    QTest.qWait(50)
    assert photo.drawing is kept
    assert photo.shown > old.ticket


def test_attention_is_shown_as_a_heatmap_without_the_model(desk: Desk, view: ComparisonView, calls: list[int]) -> None:
    before = desk.current.drawing
    QTest.mouseClick(desk.window.photos.panel.controls.attention, Qt.MouseButton.LeftButton)
    desk.wait_settled()
    after = desk.current.drawing
    assert before is not None
    assert after is not None
    assert after.look.attention
    assert after.after != before.after
    assert calls == []


def frame(desk: Desk, group_photo: Path) -> FaceChooser:
    desk.controller.choose_view("frame")
    desk.draw(group_photo)
    return desk.window.photos.panel.controls.faces


def choose(faces: FaceChooser, text: str) -> None:
    """Choose in the open menu with the keyboard."""
    actions = [action for action in faces.menu.actions() if not action.isSeparator()]
    place = next(number for number, action in enumerate(actions) if action.text() == text)
    for _ in range(place + 1):
        QTest.keyClick(faces.menu, Qt.Key.Key_Down)
    QTest.keyClick(faces.menu, Qt.Key.Key_Return)


def nose(desk: Desk, place: int) -> tuple[int, int]:
    assert desk.current.drawing is not None
    drawing = desk.current.drawing
    middle = drawing.marks[place].box.center()
    return round(middle.x() * drawing.after.width()), round(middle.y() * drawing.after.height())


def level(image: QImage, place: tuple[int, int]) -> int:
    return image.pixelColor(*place).red()


def test_a_clicked_face_is_left_out(desk: Desk, group_photo: Path, calls: list[int]) -> None:
    faces = frame(desk, group_photo)
    calls.clear()
    view = desk.window.photos.stage.comparison
    view.setValue(0)
    drawing, target, place = desk.current.drawing, view.target, nose(desk, 1)
    assert drawing is not None
    scale = target.width() / drawing.after.width()
    at = QPoint(round(target.left() + place[0] * scale), round(target.top() + place[1] * scale))
    QTest.mouseMove(view, at)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    desk.wait(faces.menu.isVisible)
    choose(faces, "Draw this face")
    desk.wait_settled()
    drawing = desk.current.drawing
    assert drawing is not None
    assert drawing.touch.left_out == {1}
    assert level(drawing.after, place) == level(drawing.before, place)
    other = nose(desk, 0)
    assert abs(level(drawing.after, other) + level(drawing.before, other) - 255) < 30
    assert calls == []
    assert faces.chips[1].accessibleName() == "Face 2, left as it is"


def test_a_face_gets_a_style_of_its_own_by_keyboard(desk: Desk, group_photo: Path, calls: list[int]) -> None:
    faces = frame(desk, group_photo)
    calls.clear()
    chip = faces.chips[2]
    chip.setFocus()
    QTest.keyClick(chip, Qt.Key.Key_Space)
    desk.wait(faces.menu.isVisible)
    choose(faces, "Grey")
    desk.wait_settled()
    drawing = desk.current.drawing
    assert drawing is not None
    assert drawing.touch.models == ((2, "b-grey"),)
    assert abs(level(drawing.after, nose(desk, 2)) - 128) < 6
    assert abs(level(drawing.after, nose(desk, 0)) + level(drawing.before, nose(desk, 0)) - 255) < 30
    assert calls == [1], "only that face is drawn, with its own style"


def test_the_portrait_shows_the_face_that_is_chosen(desk: Desk, group_photo: Path) -> None:
    desk.draw(group_photo)
    faces = desk.window.photos.panel.controls.faces
    first = desk.current.drawing
    faces.chips[3].click()
    desk.wait_settled()
    drawing = desk.current.drawing
    assert first is not None
    assert drawing is not None
    assert drawing.before != first.before
    assert [chip.isChecked() for chip in faces.chips] == [False, False, False, True, False, False]


def test_backgrounds_wait_for_a_network_and_say_how_to_get_one(
    desk: Desk, portrait_photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background_packs, "usual_folders", lambda: ())
    desk.worker.submit(m.Adopt(portrait_photo), first=True)
    desk.draw(portrait_photo)
    desk.wait(lambda: desk.window.photos.banner.text)
    assert "is none of the networks" in desk.window.photos.banner.text
    background = desk.window.photos.panel.controls.background
    enabled = {choice.key: choice.enabled for choice in background.choices}
    assert enabled[Background.KEEP]
    assert not enabled[Background.BLUR]
    background.choose(background.choices[-1].key)
    assert "needs a small network that finds people" in desk.window.photos.banner.text


def test_a_white_background_is_made_with_the_network(
    desk: Desk, portrait_photo: Path, calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    class UpperHalf:
        """Takes the upper half of a picture for a person."""

        def __call__(self, pixels: np.ndarray, _side: int) -> np.ndarray:
            matte = np.zeros(pixels.shape[:2], np.uint8)
            matte[: len(matte) // 2] = 255
            return matte

    monkeypatch.setattr("desktop.work.tools.Tools.matting", lambda _self: UpperHalf())
    desk.draw(portrait_photo)
    desk.controller.matting_changed.emit(None)
    calls.clear()
    background = desk.window.photos.panel.controls.background
    for how in (Background.WHITE, Background.TRANSPARENT):
        background.choose(how)
        desk.wait_settled()
        drawing = desk.current.drawing
        assert drawing is not None
        width, height = drawing.after.width(), drawing.after.height()
        below = drawing.after.pixelColor(width // 2, height * 3 // 4)
        assert (below.alpha() == 0) if how is Background.TRANSPARENT else below == QColor("white")
        assert drawing.after.pixelColor(width // 2, height // 4).alpha() == 255
    assert calls == []


def test_full_size_pixels_come_where_a_large_photo_is_zoomed(desk: Desk, group_photo: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    with Image.open(group_photo) as picture:
        picture.resize((3840, 2658)).save(large)
    desk.controller.choose_view("frame")
    desk.draw(large)
    view = desk.window.photos.stage.comparison
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_1)
    desk.wait(lambda: view._scene.part)
    assert view._scene.part is not None
    part, before, after = view._scene.part
    assert before.size() == after.size()
    assert before.width() == pytest.approx(part.width() * 3840, abs=1)
    assert part.contains(view.viewport.visible)


def test_each_photo_keeps_its_own_faces(desk: Desk, group_photo: Path, portrait_photo: Path) -> None:
    frame(desk, group_photo)
    desk.controller.touch(m.Touch(left_out=frozenset({0, 1})))
    desk.wait_settled()
    desk.drop_files([portrait_photo])
    desk.wait_settled()
    assert desk.photos[1].touch == m.Touch()
    desk.controller.select(desk.photos[0])
    assert desk.current.drawing is not None
    assert desk.current.drawing.touch.left_out == {0, 1}


def test_a_model_without_attention_says_so(desk: Desk, view: ComparisonView, models: Path) -> None:
    panel = desk.window.photos.panel
    blind = [m.ModelEntry("a-negative", "Negative", "inverted", "", attention=False)]
    panel.show_models(blind)
    panel.show_look(desk.controller.look)
    assert not panel.controls.attention.isEnabled()
    assert "does not tell" in panel.controls.attention.toolTip()
