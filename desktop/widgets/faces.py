"""The faces that were found, to leave one out, to give it a style of its own, or to show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QMenu, QWidget

from desktop.theme import current_tokens
from desktop.widgets.tips import tip
from desktop.work.messages import FaceMark, ModelEntry, Touch

_SIDE = 44
_IN_A_ROW = 5
_CORNER = 10.0


class FaceChip(QAbstractButton):
    """A small picture of one face: ringed where it is shown, crossed out where it is left as it is."""

    def __init__(self, place: int, image: QImage, parent: QWidget | None = None) -> None:
        """Make the chip of the face at this place."""
        super().__init__(parent)
        self.place = place
        self._picture = QPixmap.fromImage(image)
        self._left_out = self._styled = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedSize(_SIDE, _SIDE)

    def show_state(self, *, shown: bool, left_out: bool, style: str | None) -> None:
        """Show whether the face is the one that is seen, is left out, or has a style of its own."""
        self._left_out, self._styled = left_out, style is not None
        self.setCheckable(shown)
        self.setChecked(shown)
        name = self.tr("Face {0}").format(self.place + 1)
        if left_out:
            name = self.tr("{0}, left as it is").format(name)
        elif style is not None:
            name = f"{name}, {style}"
        self.setAccessibleName(name)
        self.setToolTip(tip(name))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the face and its marks."""
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect()).adjusted(2.5, 2.5, -2.5, -2.5)
        shape = QPainterPath()
        shape.addRoundedRect(area, _CORNER, _CORNER)
        painter.setClipPath(shape)
        painter.setOpacity(0.4 if self._left_out else 1.0)
        painter.drawPixmap(area, self._picture, QRectF(self._picture.rect()))
        painter.setOpacity(1.0)
        if self._left_out:
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.drawLine(area.bottomLeft(), area.topRight())
        painter.setClipping(False)
        ring = self.isChecked() or self.hasFocus()
        colour = tokens.accent if ring else tokens.outline if self.underMouse() else tokens.border
        painter.setPen(QPen(QColor(colour), 2.2 if ring else 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(-1, -1, 1, 1), _CORNER + 1, _CORNER + 1)
        if self._styled and not self._left_out:
            painter.setPen(QPen(QColor(tokens.surface), 2))
            painter.setBrush(QColor(tokens.accent))
            painter.drawEllipse(QRectF(area.right() - 12, area.bottom() - 12, 12, 12))


class FaceChooser(QWidget):
    """Chips of all faces with a menu each.

    touched: carries the photo's own choices, changed.
    """

    touched = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._marks: tuple[FaceMark, ...] = ()
        self._touch = Touch()
        self._portrait = True
        self._models: tuple[ModelEntry, ...] = ()
        self._chips: list[FaceChip] = []
        self._menu = QMenu(self)
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._layout.setColumnStretch(_IN_A_ROW, 1)
        self.setAccessibleName(self.tr("Faces"))

    @property
    def chips(self) -> tuple[FaceChip, ...]:
        """The chips, the largest face first."""
        return tuple(self._chips)

    @property
    def menu(self) -> QMenu:
        """The menu that was opened last."""
        return self._menu

    def show_models(self, models: Sequence[ModelEntry]) -> None:
        """Offer these styles."""
        self._models = tuple(model for model in models if not model.to_photo)

    def show_faces(self, marks: tuple[FaceMark, ...], touch: Touch, *, portrait: bool) -> None:
        """Show the faces of a photo as they are chosen; a ``portrait`` shows one of them."""
        if marks != self._marks:
            for chip in self._chips:
                self._layout.removeWidget(chip)
                chip.hide()
                chip.deleteLater()
            self._chips = [self._make(place, mark) for place, mark in enumerate(marks)]
        self._marks, self._touch, self._portrait = marks, touch, portrait
        own, names = dict(touch.models), {model.identifier: model.shown_name for model in self._models}
        for chip in self._chips:
            chip.show_state(
                shown=portrait and chip.place == touch.face,
                left_out=not portrait and chip.place in touch.left_out,
                style=names.get(own.get(chip.place, "")),
            )

    def sizeHint(self) -> QSize:
        """Return room for the chips."""
        rows = -(-max(1, len(self._chips)) // _IN_A_ROW)
        return QSize(_IN_A_ROW * (_SIDE + 4), rows * (_SIDE + 4) - 4)

    def open_menu(self, place: int, at: QPoint) -> None:
        """Offer what can be done with a face, at a point of the screen."""
        self._menu.clear()
        if self._portrait:
            self._add(self.tr("Show this face"), self._touch.face == place, lambda: self._show(place))
        else:
            drawn = place not in self._touch.left_out
            self._add(self.tr("Draw this face"), drawn, lambda: self._leave_out(place))
        self._menu.addSeparator()
        group = QActionGroup(self._menu)
        own = dict(self._touch.models).get(place)
        names = [(entry.identifier, entry.shown_name) for entry in self._models]
        choices = [(None, self.tr("Style of the photo")), *names]
        for identifier, name in choices:
            action = self._add(name, own == identifier, lambda key=identifier: self._style(place, key))
            action.setEnabled(self._portrait or place not in self._touch.left_out)
            group.addAction(action)
        self._menu.popup(at)

    def _make(self, place: int, mark: FaceMark) -> FaceChip:
        chip = FaceChip(place, mark.image, self)
        chip.clicked.connect(lambda: self._click(chip))
        self._layout.addWidget(chip, place // _IN_A_ROW, place % _IN_A_ROW)
        chip.show()
        return chip

    def _click(self, chip: FaceChip) -> None:
        if self._portrait and chip.place != self._touch.face:
            self._show(chip.place)
        else:
            self.open_menu(chip.place, chip.mapToGlobal(QPoint(0, chip.height() + 3)))
        # Qt has toggled it; it shows what is so, and not what was clicked.
        chip.setChecked(self._portrait and chip.place == self._touch.face)

    def _add(self, text: str, checked: bool, act: object) -> QAction:
        assert callable(act)
        action = QAction(text.replace("&", "&&"), self._menu)
        action.setCheckable(True)
        action.setChecked(checked)
        action.triggered.connect(lambda _checked=False: act())
        self._menu.addAction(action)
        return action

    def _show(self, place: int) -> None:
        self.touched.emit(replace(self._touch, face=place))

    def _leave_out(self, place: int) -> None:
        self.touched.emit(replace(self._touch, left_out=self._touch.left_out ^ {place}))

    def _style(self, place: int, identifier: str | None) -> None:
        own = dict(self._touch.models)
        own.pop(place, None)
        if identifier is not None:
            own[place] = identifier
        self.touched.emit(replace(self._touch, models=tuple(sorted(own.items()))))
