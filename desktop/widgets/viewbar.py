"""The row below the picture: how photo and drawing are compared, and how large they are shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.widgets.buttons import IconButton
from desktop.widgets.comparison import Mode
from desktop.widgets.segmented import Segment, SegmentedControl


class ViewBar(QWidget):
    """Shows what is chosen and tells what the user wants.

    mode_chosen: carries a value of :class:`Mode`. held: the photo is to be shown in the drawing's place, or no more.
    zoomed_in, zoomed_out, fitted, actual: another size.
    """

    mode_chosen = Signal(str)
    held = Signal(bool)
    zoomed_in = Signal()
    zoomed_out = Signal()
    fitted = Signal()
    actual = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the row."""
        super().__init__(parent)
        self.modes = SegmentedControl(
            self.tr("Comparison"),
            (
                Segment(Mode.SLIDER, self.tr("Slider"), "split", self.tr("One picture with a divider to drag")),
                Segment(Mode.SIDE, self.tr("Side by side"), "side", self.tr("Photo and drawing beside each other")),
                Segment(Mode.RESULT, self.tr("Drawing"), "drawing", self.tr("The drawing alone")),
            ),
        )
        self.modes.chosen.connect(self.mode_chosen)
        self.hold = IconButton(
            self.tr("Hold to see the photo"), "attention", role="quiet", hint=self.tr("Hold to see the photo (Space)")
        )
        self.hold.pressed.connect(lambda: self.held.emit(True))
        self.hold.released.connect(lambda: self.held.emit(False))
        self.smaller = IconButton(self.tr("Smaller"), "minus", role="quiet", hint=self.tr("Smaller (-)"))
        self.percent = IconButton("100 %", role="quiet", hint=self.tr("Show the drawing's own pixels, 100 % (1)"))
        self.percent.setMinimumWidth(self.percent.fontMetrics().horizontalAdvance("1000 %") + 20)
        self.larger = IconButton(self.tr("Larger"), "plus", role="quiet", hint=self.tr("Larger (+)"))
        self.fit = IconButton(self.tr("Show all"), "fit", role="quiet", hint=self.tr("Show all of it (0)"))
        self.smaller.clicked.connect(self.zoomed_out)
        self.larger.clicked.connect(self.zoomed_in)
        self.percent.clicked.connect(self.actual)
        self.fit.clicked.connect(self.fitted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.modes.setMinimumWidth(1)
        layout.addWidget(self.modes)
        layout.addStretch()
        for button in self.buttons:
            layout.addWidget(button, alignment=Qt.AlignmentFlag.AlignVCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the words out where there is no room for them."""
        super().resizeEvent(event)
        others = sum(button.sizeHint().width() + 2 for button in self.buttons)
        self.modes.set_narrow(self.modes.full_width + others > self.width())

    @property
    def buttons(self) -> tuple[IconButton, ...]:
        """The buttons besides the modes, from left to right."""
        return self.hold, self.smaller, self.percent, self.larger, self.fit

    def show_size(self, percent: float, *, fitted: bool) -> None:
        """Tell how large the picture is shown."""
        self.percent.setText(self.tr("{0} %").format(round(percent)))
        self.percent.setAccessibleName(self.tr("Size: {0} %").format(round(percent)))
        self.fit.setEnabled(not fitted)

    def show_comparing(self, comparing: bool) -> None:
        """Offer what needs a drawing only where there is one."""
        self.modes.setEnabled(comparing)
        self.hold.setEnabled(comparing)
