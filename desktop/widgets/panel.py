"""How the picture is drawn, what is known of the result, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.theme import GAP
from desktop.widgets.buttons import IconButton
from desktop.widgets.model_picker import ModelPicker
from desktop.widgets.segmented import Segment, SegmentedControl
from desktop.work.messages import Drawing

_WIDTH = 292


class DragButton(IconButton):
    """A handle that the drawing is dragged out by; a mere click asks for an explanation.

    drag_wanted: the pointer left with the button held.
    """

    drag_wanted = Signal()

    def __init__(self, text: str, icon_name: str, hint: str) -> None:
        """Make the handle."""
        super().__init__(text, icon_name, hint=hint)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._pressed_at: QPoint | None = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where."""
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin the drag once the pointer has really moved."""
        if self._pressed_at is not None:
            moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
            if moved >= QApplication.startDragDistance():
                self._pressed_at = None
                self.setDown(False)
                self.drag_wanted.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take it for a click if nothing was dragged."""
        self._pressed_at = None
        super().mouseReleaseEvent(event)


class ResultPanel(QFrame):
    """The card at the right.

    model_chosen: carries a model's id; view_chosen: ``portrait`` or ``frame``.
    save_wanted, copy_wanted, drag_wanted: what the user wants done with the drawing; drag_explained: how is that done?
    """

    model_chosen = Signal(str)
    view_chosen = Signal(str)
    save_wanted = Signal()
    copy_wanted = Signal()
    drag_wanted = Signal()
    drag_explained = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the panel, with nothing to save yet."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setFixedWidth(_WIDTH)
        self.models = ModelPicker()
        self.models.chosen.connect(self.model_chosen)
        self.views = SegmentedControl(
            self.tr("View"),
            (
                Segment("portrait", self.tr("Portrait"), "portrait", self.tr("The largest face, cut out and drawn")),
                Segment("frame", self.tr("Whole photo"), "frame", self.tr("The whole photo with every face drawn")),
            ),
        )
        self.views.chosen.connect(self.view_chosen)
        self._make_actions()
        self._result = self._label("heading")
        self._result.setText(self.tr("Result"))
        self._facts = self._label("")
        self._size = self._label("caption")
        self._notes = self._label("caption")

        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._choices())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GAP, 2 * GAP + 2, 2 * GAP, 2 * GAP)
        layout.setSpacing(GAP)
        layout.addWidget(scroll, 1)
        for button in (self.save, self.copy, self.drag):
            layout.addWidget(button)
        self.show_drawing(None)

    def show_drawing(self, drawing: Drawing | None, *, draggable: bool = False) -> None:
        """Tell the facts of a drawing and offer what can be done with it; None where there is none."""
        self.save.setEnabled(drawing is not None)
        self.copy.setEnabled(drawing is not None)
        self.drag.setEnabled(draggable)
        self._facts.setText(self._told(drawing) if drawing else "")
        self._size.setText(self.tr("{0} × {1} pixels").format(drawing.width, drawing.height) if drawing else "")
        self._notes.setText("\n".join(drawing.notes) if drawing else "")
        self._result.setVisible(drawing is not None)
        for label in (self._facts, self._size, self._notes):
            label.setVisible(bool(label.text()))

    @property
    def facts(self) -> str:
        """The line about faces, time and device."""
        return self._facts.text()

    @property
    def notes(self) -> str:
        """What else is to be known about the drawing."""
        return self._notes.text()

    def _told(self, drawing: Drawing) -> str:
        if drawing.centred:
            faces = self.tr("Centre of the picture")
        elif drawing.faces == 1:
            faces = self.tr("1 face")
        else:
            faces = self.tr("%n faces", "", drawing.faces)
        seconds = self.tr("{0} s").format(f"{max(drawing.seconds, 0.01):.{1 if drawing.seconds >= 0.1 else 2}f}")
        provider = drawing.provider.removesuffix("ExecutionProvider")
        device = {"CUDA": self.tr("GPU (CUDA)"), "Dml": self.tr("GPU (DirectML)")}.get(provider, provider)
        return f"{faces} · {seconds} · {device}"

    def _choices(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        style = self._label("heading")
        style.setText(self.tr("Style"))
        view = self._label("heading")
        view.setText(self.tr("View"))
        layout.addWidget(style)
        layout.addWidget(self.models)
        layout.addSpacing(GAP)
        layout.addWidget(view)
        layout.addWidget(self.views)
        layout.addSpacing(GAP)
        layout.addWidget(self._result)
        layout.addWidget(self._facts)
        layout.addWidget(self._size)
        layout.addWidget(self._notes)
        layout.addStretch()
        return body

    def _make_actions(self) -> None:
        def keys(standard: QKeySequence.StandardKey) -> str:
            return QKeySequence(standard).toString(QKeySequence.SequenceFormat.NativeText)

        self.save = IconButton(
            self.tr("Save…"),
            "save",
            role="primary",
            hint=self.tr("Save the drawing as a file ({0})").format(keys(QKeySequence.StandardKey.Save)),
        )
        self.copy = IconButton(
            self.tr("Copy"),
            "copy",
            hint=self.tr("Copy the drawing, to paste it elsewhere ({0})").format(keys(QKeySequence.StandardKey.Copy)),
        )
        self.drag = DragButton(
            self.tr("Drag to another program"),
            "drag",
            self.tr("Drag this onto a chat, a folder or another program; or drag the picture itself with Ctrl held"),
        )
        self.save.clicked.connect(self.save_wanted)
        self.copy.clicked.connect(self.copy_wanted)
        self.drag.drag_wanted.connect(self.drag_wanted)
        self.drag.clicked.connect(self.drag_explained)

    def _label(self, role: str) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", role)
        label.setWordWrap(True)
        return label
