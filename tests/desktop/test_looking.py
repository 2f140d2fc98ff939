"""Comparing, choosing and leafing through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QListView, QWidget

from core.converter import Analysis, analyse
from desktop.photos.gallery import Status
from desktop.theme import DARK, LIGHT, wear
from desktop.widgets.comparison import ComparisonView
from desktop.work import messages as m
from tests.desktop.conftest import Desk


@pytest.fixture
def view(desk: Desk, portrait_photo: Path) -> ComparisonView:
    """The comparison of a finished drawing, its divider at rest in the middle."""
    desk.draw(portrait_photo)
    comparison = desk.window.photos.stage.comparison
    QTest.keyClick(comparison, Qt.Key.Key_Home)
    comparison.setValue(500)
    return comparison


def test_the_divider_sweeps_in_over_a_new_drawing(desk: Desk, portrait_photo: Path) -> None:
    values: list[int] = []
    desk.window.photos.stage.comparison.valueChanged.connect(values.append)
    desk.draw(portrait_photo)
    desk.wait(lambda: values and values[-1] == 500)
    assert max(values) > 800


def test_the_mouse_moves_the_divider(view: ComparisonView) -> None:
    target = view.target.toRect()
    quarter = QPoint(target.left() + target.width() // 4, target.center().y())
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=quarter)
    assert view.value() == pytest.approx(250, abs=5)
    QTest.mouseMove(view, QPoint(target.left() + target.width() * 3 // 4, target.center().y()))
    assert view.value() == pytest.approx(750, abs=5)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=target.center())
    QTest.mouseMove(view, quarter)
    assert view.value() == pytest.approx(750, abs=5)
    divider = QPoint(target.left() + target.width() * 3 // 4, target.center().y())
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=divider)
    assert view.value() == 500


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (Qt.Key.Key_Right, 520),
        (Qt.Key.Key_Left, 480),
        (Qt.Key.Key_PageUp, 600),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_End, 1000),
    ],
)
def test_keys_move_the_divider(view: ComparisonView, key: Qt.Key, value: int) -> None:
    QTest.keyClick(view, key)
    assert view.value() == value


def test_each_side_shows_its_picture(view: ComparisonView, desk: Desk) -> None:
    assert desk.current.drawing is not None
    before = desk.current.drawing.before
    target = view.target.toRect()

    def painted(x: float) -> QColor:
        place = QPoint(target.left() + round(target.width() * x), target.top() + target.height() * 3 // 4)
        return view.grab().toImage().pixelColor(place)

    def original(x: float) -> QColor:
        return before.pixelColor(round(before.width() * x), before.height() * 3 // 4)

    assert abs(painted(0.3).red() - original(0.3).red()) < 40
    assert abs(painted(0.7).red() + original(0.7).red() - 255) < 40
    view.setValue(1000)
    assert abs(painted(0.7).red() - original(0.7).red()) < 40


def test_another_view_uses_the_faces_that_were_found(
    desk: Desk, group_photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def counted(*arguments: Any, **named: Any) -> Analysis:
        calls.append("analyse")
        return analyse(*arguments, **named)

    monkeypatch.setattr("desktop.work.studio.analyse", counted)
    desk.draw(group_photo)
    desk.window.photos.panel.controls.views.button("frame").click()
    desk.wait_settled()
    drawing = desk.current.drawing
    assert drawing is not None
    assert (drawing.width, drawing.height, drawing.faces) == (1280, 886, 6)
    assert drawing.look.view == "frame"
    desk.window.photos.panel.models.cards["b-grey"].click()
    desk.wait_settled()
    assert calls == ["analyse"]
    assert desk.current.drawing is not None
    assert desk.current.drawing.look.model == "b-grey"


def test_models_are_offered_by_name_and_drawn_with(desk: Desk, portrait_photo: Path) -> None:
    desk.draw(portrait_photo)
    cards = desk.window.photos.panel.models.cards
    assert [card.entry.name for card in cards.values()] == ["Negative", "Grey"]
    assert cards["a-negative"].isChecked()
    cards["b-grey"].click()
    desk.wait_settled()
    drawing = desk.current.drawing
    assert drawing is not None
    colour = drawing.after.pixelColor(drawing.after.rect().center())
    assert max(abs(part - 128) for part in (colour.red(), colour.green(), colour.blue())) <= 2


def test_the_arrow_keys_choose_a_view(desk: Desk, portrait_photo: Path) -> None:
    desk.draw(portrait_photo)
    button = desk.window.photos.panel.controls.views.button("portrait")
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Right)
    assert desk.controller.look.view == "frame"


def test_a_photo_drawn_in_the_old_view_is_drawn_anew_when_it_is_shown(
    desk: Desk, portrait_photo: Path, group_photo: Path
) -> None:
    desk.drop_files([portrait_photo, group_photo])
    desk.wait_settled()
    desk.controller.choose_view("frame")
    desk.wait_settled()
    second = desk.photos[1]
    assert second.drawing is not None
    assert second.drawing.look == m.Look("a-negative", "portrait")
    strip = desk.window.photos.strip
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Down)
    assert desk.current is second
    desk.wait_settled()
    assert second.drawing.look == m.Look("a-negative", "frame")


def test_delete_takes_a_photo_out_of_the_list(desk: Desk, portrait_photo: Path, group_photo: Path) -> None:
    desk.drop_files([portrait_photo, group_photo])
    desk.wait_settled()
    strip = desk.window.photos.strip
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Delete)
    assert [photo.name for photo in desk.photos] == ["t1.jpg"]
    assert desk.current.name == "t1.jpg"
    QTest.keyClick(strip, Qt.Key.Key_Delete)
    assert desk.photos == ()
    assert desk.window.photos.drop_area.isVisible()
    assert portrait_photo.exists()
    assert group_photo.exists()


def test_pictures_let_go_come_back_when_they_are_looked_at(
    desk: Desk, portrait_photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.photos.controller._KEPT", 2)
    desk.drop_files([portrait_photo] * 4)
    desk.wait_settled()
    assert [photo.drawing is not None for photo in desk.photos].count(True) <= 3
    forgotten = next(photo for photo in desk.photos if photo.drawing is None)
    assert forgotten.status is Status.DONE
    desk.controller.select(forgotten)
    desk.wait(lambda: forgotten.drawing is not None)
    assert desk.window.photos.stage.comparison.comparing


def test_everything_can_be_reached_with_tab_and_has_a_name(desk: Desk, wall: Path) -> None:
    desk.drop_files([wall])
    desk.wait_settled()
    reached: list[QWidget] = []
    widget: QWidget = desk.window.photos.add_button
    while widget not in reached:
        reached.append(widget)
        following = widget.nextInFocusChain()
        assert following is not None
        widget = following
    controls = [
        control
        for kind in (QAbstractButton, QListView, ComparisonView)
        for control in desk.window.findChildren(kind)
        if control.isVisible()
    ]
    assert len(controls) > 9
    for control in controls:
        assert control.accessibleName(), control
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control.accessibleName()
        assert control in reached, control.accessibleName()


def test_tab_goes_from_the_style_through_the_look_to_saving(desk: Desk, portrait_photo: Path) -> None:
    desk.draw(portrait_photo)
    panel = desk.window.photos.panel
    desk.window.activateWindow()
    card = panel.models.cards["a-negative"]
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Tab)
    assert panel.sheet.hasFocus()
    controls = panel.controls
    stops = (controls.views.button("portrait"), controls.intensity.slider, controls.background, controls.attention)
    before: QWidget = panel.sheet
    for stop in (*stops, controls.crop, panel.save):
        QTest.keyClick(before, Qt.Key.Key_Tab)
        assert stop.hasFocus(), stop.accessibleName()
        before = stop


def _relative_luminance(colour: str) -> float:
    def linear(part: float) -> float:
        return float(part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(part) for part in QColor(colour).getRgbF()[:3])  # type: ignore[index]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read_on_every_ground(tokens: object) -> None:
    assert tokens in (LIGHT, DARK)
    theme = LIGHT if tokens is LIGHT else DARK
    pairs = [
        *((theme.text, ground) for ground in (theme.window, theme.surface, theme.sunken, theme.hover, theme.soft)),
        *((theme.muted, ground) for ground in (theme.window, theme.surface, theme.sunken, theme.soft)),
        *((theme.on_accent, ground) for ground in (theme.accent, theme.accent_hover, theme.accent_pressed)),
        *((line, theme.surface) for line in (theme.success, theme.warning, theme.danger, theme.accent)),
    ]
    for text, ground in pairs:
        bright, dim = sorted((_relative_luminance(text), _relative_luminance(ground)), reverse=True)
        assert (bright + 0.05) / (dim + 0.05) >= 4.5, (text, ground)


def test_the_window_changes_with_the_theme(desk: Desk, qapp: object) -> None:
    from PySide6.QtWidgets import QApplication

    assert isinstance(qapp, QApplication)
    bar: Callable[[], QColor] = lambda: desk.window.grab().toImage().pixelColor(300, 20)  # noqa: E731
    assert bar().lightness() > 200
    wear(qapp, DARK)
    assert bar().lightness() < 60
