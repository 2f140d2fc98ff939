"""Choosing by hand what is drawn, where no face can be found: with the mouse, or with numbers."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.handcrop import LEAST_SIDE, HandCrop
from desktop.theme import GAP
from desktop.widgets.buttons import IconButton
from desktop.widgets.crop_canvas import CropCanvas


class CropEditor(QWidget):
    """A canvas, the crop in numbers, and what to do with it.

    chosen: carries the crop to be drawn. closed: nothing is to be changed.
    """

    chosen = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty editor."""
        super().__init__(parent)
        self._size = QSize(1, 1)
        self.canvas = CropCanvas()
        self.canvas.changed.connect(self._show_numbers)
        title = QLabel(self.tr("Crop by hand"))
        title.setProperty("role", "title")
        lead = QLabel(self.tr("Put the two dots on the eyes. Drag the square to move it, a corner to size it."))
        lead.setProperty("role", "muted")
        lead.setWordWrap(True)
        self.across = self._number(self.tr("Middle, from the left"), self.tr("x "))
        self.down = self._number(self.tr("Middle, from the top"), self.tr("y "))
        self.side = self._number(self.tr("Size"), self.tr("size "))
        self.angle = self._number(self.tr("Turn"), self.tr("turn "))
        self.side.setMinimum(LEAST_SIDE)
        self.angle.setRange(-180.0, 180.0)
        self.angle.setSuffix("°")
        self.centre = IconButton(self.tr("Centre"), "centre", hint=self.tr("The largest square in the middle"))
        self.centre.clicked.connect(self._centre)
        self.cancel = IconButton(self.tr("Cancel"), "close", hint=self.tr("Leave it as it was (Esc)"))
        self.cancel.clicked.connect(self.closed)
        self.draw = IconButton(self.tr("Draw this"), "drawing", role="primary")
        self.draw.clicked.connect(lambda: self.chosen.emit(self.canvas.crop))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(lead)
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addLayout(words, 1)
        head.addWidget(self.cancel)
        head.addWidget(self.draw)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        for field in self.fields:
            row.addWidget(field)
        row.addStretch()
        row.addWidget(self.centre)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(head)
        layout.addWidget(self.canvas, 1)
        layout.addLayout(row)

    @property
    def fields(self) -> tuple[QDoubleSpinBox, ...]:
        """The numbers."""
        return self.across, self.down, self.side, self.angle

    def begin(self, image: QImage, size: QSize, crop: HandCrop | None) -> None:
        """Show a photo of this ``size`` in pixels, and its present crop, or the centre."""
        self._size = size
        for field, largest in ((self.across, size.width()), (self.down, size.height())):
            field.setRange(0.0, largest)
        self.side.setMaximum(2.0 * max(size.width(), size.height()))
        for field in self.fields[:3]:
            field.setSingleStep(max(1.0, min(size.width(), size.height()) // 100))
        self.canvas.show_photo(image, size, crop or HandCrop.centred(size.width(), size.height()))
        self._show_numbers(self.canvas.crop)
        self.canvas.setFocus()

    def _centre(self) -> None:
        self.canvas.set_crop(HandCrop.centred(self._size.width(), self._size.height()))
        self._show_numbers(self.canvas.crop)

    def _show_numbers(self, crop: HandCrop) -> None:
        for field, value in zip(self.fields, (crop.x, crop.y, crop.side, crop.angle), strict=True):
            field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(False)

    def _take_numbers(self) -> None:
        x, y, side, angle = (field.value() for field in self.fields)
        self.canvas.set_crop(HandCrop(x, y, side, angle))

    def _number(self, name: str, prefix: str) -> QDoubleSpinBox:
        field = QDoubleSpinBox()
        field.setDecimals(1)
        field.setPrefix(prefix)
        field.setAccessibleName(name)
        field.setToolTip(name)
        field.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        field.setFixedWidth(104)
        field.valueChanged.connect(self._take_numbers)
        return field
