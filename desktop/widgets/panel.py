"""How the picture is drawn, what is known of the result, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.theme import GAP
from desktop.widgets.buttons import IconButton
from desktop.widgets.drag_button import DragButton
from desktop.widgets.look_controls import LookControls
from desktop.widgets.model_picker import ModelPicker
from desktop.words.heard import heard
from desktop.work.messages import Drawing, Look, ModelEntry, Touch

_WIDTH = 292


class ResultPanel(QFrame):
    """The card at the right.

    look_chosen: carries another look; touched: the photo's own choices, changed; sheet_wanted: show all styles;
    cropping: a crop is to be chosen by hand; uncropped: faces are to be looked for again.
    save_wanted, copy_wanted, drag_wanted: what the user wants done with the drawing; drag_explained: how is that done?
    """

    look_chosen = Signal(object)
    touched = Signal(object)
    sheet_wanted = Signal()
    cropping = Signal()
    uncropped = Signal()
    matting_wanted = Signal()
    save_wanted = Signal()
    copy_wanted = Signal()
    drag_wanted = Signal()
    drag_explained = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the panel, with nothing to save yet."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setFixedWidth(_WIDTH)
        self._look = Look(None, "portrait")
        self.models = ModelPicker()
        self.models.chosen.connect(lambda key: self.look_chosen.emit(replace(self._look, model=key)))
        self.sheet = IconButton(
            self.tr("See all styles"), "sheet", hint=self.tr("This photo in every style that is installed")
        )
        self.sheet.clicked.connect(self.sheet_wanted)
        self.controls = LookControls()
        self.controls.look_chosen.connect(self.look_chosen)
        self.controls.touched.connect(self.touched)
        self.controls.cropping.connect(self.cropping)
        self.controls.uncropped.connect(self.uncropped)
        self.controls.matting_wanted.connect(self.matting_wanted)
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
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.save, 1)
        row.addWidget(self.copy)
        layout.addLayout(row)
        layout.addWidget(self.drag)
        self.show_drawing(None)

    def show_drawing(self, drawing: Drawing | None, *, draggable: bool = False) -> None:
        """Tell the facts of a drawing and offer what can be done with it; None where there is none."""
        self.save.setEnabled(drawing is not None)
        self.copy.setEnabled(drawing is not None)
        self.drag.setEnabled(draggable)
        self._facts.setText(self._told(drawing) if drawing else "")
        self._size.setText(self.tr("{0} × {1} pixels").format(drawing.width, drawing.height) if drawing else "")
        self._notes.setText("\n".join(map(heard, drawing.notes)) if drawing else "")
        self._result.setVisible(drawing is not None)
        for label in (self._facts, self._size, self._notes):
            label.setVisible(bool(label.text()))

    def show_models(self, models: Sequence[ModelEntry]) -> None:
        """Offer these models."""
        self.models.show_models(models)
        self.sheet.setVisible(len(models) > 1)
        self.controls.show_models(models)

    def show_look(self, look: Look) -> None:
        """Show how it is drawn."""
        self._look = look
        if look.model is not None:
            self.models.choose(look.model)
        self.controls.show_look(look)

    def show_touch(self, drawing: Drawing | None, touch: Touch | None) -> None:
        """Show the photo's own choices; ``touch`` is None where there is no photo."""
        self.sheet.setEnabled(touch is not None)
        self.controls.show_photo(drawing, touch)

    @property
    def facts(self) -> str:
        """The line about faces, time and device."""
        return self._facts.text()

    @property
    def notes(self) -> str:
        """What else is to be known about the drawing."""
        return self._notes.text()

    def _told(self, drawing: Drawing) -> str:
        if drawing.by_hand and not drawing.centred:
            faces = self.tr("Crop by hand")
        elif drawing.centred:
            faces = self.tr("Centre of the picture")
        elif drawing.faces == 1:
            faces = self.tr("1 face")
        else:
            faces = self.tr("%n faces", "", drawing.faces)
        seconds = self.tr("{0} s").format(f"{max(drawing.seconds, 0.01):.{1 if drawing.seconds >= 0.1 else 2}f}")
        provider = drawing.provider.removesuffix("ExecutionProvider")
        device = {"CUDA": self.tr("GPU (CUDA)"), "Dml": self.tr("GPU (DirectML)")}.get(provider, provider)
        return " · ".join(part for part in (faces, seconds, device) if part)

    def _choices(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.setSpacing(GAP)
        style = self._label("heading")
        style.setText(self.tr("Style"))
        layout.addWidget(style)
        layout.addWidget(self.models)
        layout.addWidget(self.sheet)
        layout.addSpacing(GAP)
        layout.addWidget(self.controls)
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
