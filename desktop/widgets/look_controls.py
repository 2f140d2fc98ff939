"""How the drawing is to be seen, besides its style: view, strength, background, heatmap, and the faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.theme import GAP
from desktop.widgets.backgrounds import BackgroundButton
from desktop.widgets.buttons import IconButton
from desktop.widgets.faces import FaceChooser
from desktop.widgets.level import Level
from desktop.widgets.segmented import Segment, SegmentedControl
from desktop.widgets.switch import Switch
from desktop.work.messages import Drawing, Look, ModelEntry, Touch


class LookControls(QWidget):
    """Shows what is chosen and tells what the user wants; nothing here needs the model again.

    look_chosen: carries another look; touched: the photo's own choices, changed.
    cropping: a crop is to be chosen by hand; uncropped: faces are to be looked for again.
    matting_wanted: the network that backgrounds need is to be brought.
    """

    look_chosen = Signal(object)
    touched = Signal(object)
    cropping = Signal()
    uncropped = Signal()
    matting_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the controls of a first start."""
        super().__init__(parent)
        self._look = Look(None, "portrait")
        self._models: tuple[ModelEntry, ...] = ()
        self.views = SegmentedControl(
            self.tr("View"),
            (
                Segment("portrait", self.tr("Portrait"), "portrait", self.tr("One face, cut out and drawn")),
                Segment("frame", self.tr("Whole photo"), "frame", self.tr("The whole photo with every face drawn")),
            ),
        )
        self.views.chosen.connect(self._choose_view)
        self.intensity = Level(self.tr("Strength"), self.tr("the photo"), self.tr("all anime"), 1.0)
        self.intensity.changed.connect(lambda level: self._choose(replace(self._look, intensity=level)))
        self.background = BackgroundButton()
        self.background.background_chosen.connect(lambda how: self._choose(replace(self._look, background=how)))
        self.background.network_wanted.connect(self.matting_wanted)
        self.background_note = self._label("caption", "")
        self.background_note.hide()
        self.attention = Switch(
            self.tr("Show where it looked"), self.tr("A heatmap of what the model paid attention to: red is much")
        )
        self.attention.clicked.connect(lambda on: self._choose(replace(self._look, attention=on)))
        self.faces = FaceChooser()
        self.faces.touched.connect(self.touched)
        self.crop = IconButton(self.tr("Crop by hand…"), "crop", hint=self.tr("Choose yourself what is drawn"))
        self.crop.clicked.connect(self.cropping)
        self.uncrop = IconButton(
            self.tr("Look for faces"), "person", hint=self.tr("Forget the crop, and find the faces")
        )
        self.uncrop.clicked.connect(self.uncropped)
        self._faces_heading = self._label("heading", self.tr("Faces"))
        self._faces_lead = self._label("caption", "")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self._label("heading", self.tr("View")))
        layout.addWidget(self.views)
        layout.addSpacing(GAP)
        layout.addWidget(self._label("heading", self.tr("Look")))
        layout.addWidget(self.intensity)
        layout.addWidget(self._label("", self.tr("Background")))
        layout.addWidget(self.background)
        layout.addWidget(self.background_note)
        layout.addWidget(self.attention)
        layout.addSpacing(GAP)
        layout.addWidget(self._faces_heading)
        layout.addWidget(self._faces_lead)
        layout.addWidget(self.faces)
        layout.addWidget(self.crop)
        layout.addWidget(self.uncrop)

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """The controls in the order in which Tab goes through them."""
        first = (*self.views.buttons, self.intensity.slider, self.background, self.attention)
        return (*first, *self.faces.chips, self.crop, self.uncrop)

    def show_models(self, models: Sequence[ModelEntry]) -> None:
        """Know these models."""
        self._models = tuple(models)
        self.faces.show_models(models)

    def show_look(self, look: Look) -> None:
        """Show how pictures are drawn."""
        self._look = look
        self.views.choose(look.view)
        self.intensity.show_level(look.intensity)
        self.attention.setChecked(look.attention)
        model = next((entry for entry in self._models if entry.identifier == look.model), None)
        blind = model is not None and not model.attention
        self.attention.refuse(self.tr("This style does not tell where it looked.") if blind else None)
        self.background.show_background(look.background)

    def show_matting(self, missing: str | None) -> None:
        """Offer other backgrounds, or say what is ``missing`` for them."""
        self.background.show_missing(missing)
        self.background_note.setVisible(bool(missing))
        self.background_note.setText(self.tr("Other backgrounds need a small extra network.") if missing else "")

    def show_photo(self, drawing: Drawing | None, touch: Touch | None) -> None:
        """Show the faces of a photo and what was chosen for it; ``touch`` is None where there is no photo."""
        marks = drawing.marks if drawing is not None else ()
        portrait = self._look.view == "portrait"
        several = bool(marks) and not (portrait and len(marks) == 1)
        self.faces.show_faces(marks, touch or Touch(), portrait=portrait)
        for widget in (self.faces, self._faces_lead):
            widget.setVisible(several)
        self._faces_lead.setText(
            self.tr("Choose the one to show.") if portrait else self.tr("Leave one out, or give it another style.")
        )
        self._faces_heading.setText(self.tr("Faces") if marks else self.tr("Crop"))
        self.crop.setEnabled(touch is not None)
        self.uncrop.setVisible(touch is not None and touch.crop is not None)

    def _choose_view(self, key: str) -> None:
        self._choose(replace(self._look, view="portrait" if key == "portrait" else "frame"))

    def _choose(self, look: Look) -> None:
        self.look_chosen.emit(look)

    def _label(self, role: str, text: str) -> QLabel:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", role)
        label.setWordWrap(True)
        return label
