"""The row above the live picture: how it is looked at."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.views import LiveView
from desktop.widgets.buttons import IconButton
from desktop.widgets.segmented import Segment, SegmentedControl


class LiveViews(QWidget):
    """The views and the way to the full screen.

    chosen: carries the key of a :class:`LiveView`; full_screen_wanted: the button at the end.
    """

    chosen = Signal(str)
    full_screen_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the row."""
        super().__init__(parent)
        self.segments = SegmentedControl(
            self.tr("View"),
            (
                Segment(LiveView.FRAME, self.tr("Picture"), "frame", self.tr("The picture with every face drawn")),
                Segment(LiveView.PORTRAIT, self.tr("Portrait"), "portrait", self.tr("The largest face alone")),
                Segment(LiveView.SPLIT, self.tr("Split"), "split", self.tr("A line to drag between you and anime")),
                Segment(LiveView.SIDE_BY_SIDE, self.tr("Side by side"), "side", self.tr("You, and you as anime")),
                Segment(LiveView.ATTENTION, self.tr("Attention"), "attention", self.tr("Where the network looks")),
            ),
        )
        self.segments.chosen.connect(self.chosen)
        self.full_screen = IconButton(self.tr("Full screen (F11)"), "fullscreen", role="quiet")
        self.full_screen.clicked.connect(self.full_screen_wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.segments, 1)
        layout.addWidget(self.full_screen)
