"""A divider that sweeps in over a new drawing."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPropertyAnimation
from PySide6.QtWidgets import QAbstractSlider, QStyle

_DURATION = 700


class Reveal(QPropertyAnimation):
    """Moves a slider from one value to another, where the system wants things to move."""

    def __init__(self, slider: QAbstractSlider, start: int, end: int) -> None:
        """Take the slider and where it goes."""
        super().__init__(slider, b"value", slider)
        self._slider = slider
        self.setDuration(_DURATION)
        self.setStartValue(start)
        self.setEndValue(end)
        self.setEasingCurve(QEasingCurve.Type.InOutCubic)

    def play(self) -> None:
        """Sweep, unless the style, which asks the system, wants nothing to move."""
        if self._slider.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self._slider) > 0:
            self.start()
