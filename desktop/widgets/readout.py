"""The figures over the live picture: a line of them, or all."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.live.messages import Figures

translate = QCoreApplication.translate

_MARGIN = 11
_GROUND = QColor(12, 11, 16, 190)
_TEXT = QColor(255, 255, 255)
_MUTED = QColor(255, 255, 255, 165)


def provider_name(provider: str | None) -> str:
    """Return the name of an execution provider for the user, empty where there is none."""
    short = (provider or "").removesuffix("ExecutionProvider")
    return {"CUDA": translate("readout", "GPU (CUDA)"), "Dml": translate("readout", "GPU (DirectML)")}.get(short, short)


class ReadoutOverlay(QAbstractButton):
    """A small dark card; a click folds and unfolds it, which ``clicked`` tells.

    folded_changed: carries whether only the first line is shown now.
    """

    folded_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it, folded."""
        super().__init__(parent)
        self._lines: tuple[tuple[str, str], ...] = ()
        self._head = ""
        self._folded = True
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(self.tr("Click to see where the time goes"))
        self.clicked.connect(lambda: self.folded_changed.emit(not self._folded))
        self.hide()

    @property
    def text(self) -> str:  # type: ignore[override]
        """Everything that is shown."""
        return "\n".join((self._head, *(f"{name} {value}" for name, value in self._lines if not self._folded)))

    def set_folded(self, folded: bool) -> None:
        """Show one line, or all."""
        self._folded = folded
        self._fit()

    def show_figures(self, figures: Figures, provider: str) -> None:
        """Show figures; ``provider`` is the name of what really draws, empty while nothing does."""
        parts = []
        if figures.fps > 0.0 or figures.latency is not None:
            parts.append(self.tr("{0} fps").format(f"{figures.fps:.{0 if figures.fps >= 9.5 else 1}f}"))
        if figures.latency is not None:
            parts.append(self.tr("{0} ms").format(f"{figures.latency[0]:.0f}"))
        parts.append(provider or self.tr("no style yet"))
        self._head = "  ·  ".join(parts)
        self._lines = tuple(self._told(figures))
        self.setAccessibleName(self.text)
        self._fit()

    def sizeHint(self) -> QSize:
        """Return room for what is shown."""
        bold, usual = QFontMetrics(self._bold()), QFontMetrics(self._small())
        width = bold.horizontalAdvance(self._head)
        height = bold.height()
        if not self._folded:
            names, values = self._columns(usual)
            width = max(width, names + 18 + values)
            height += 7 + len(self._lines) * (usual.height() + 2)
        return QSize(width + 2 * _MARGIN, height + 14)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(_TEXT, 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(_GROUND)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
        painter.setFont(self._bold())
        painter.setPen(_TEXT)
        metrics = QFontMetrics(self._bold())
        painter.drawText(_MARGIN, 7 + metrics.ascent(), self._head)
        if self._folded:
            return
        painter.setFont(self._small())
        usual = QFontMetrics(self._small())
        names, _ = self._columns(usual)
        line = 7 + metrics.height() + 7 + usual.ascent()
        for name, value in self._lines:
            painter.setPen(_MUTED)
            painter.drawText(_MARGIN, line, name)
            painter.setPen(_TEXT)
            painter.drawText(_MARGIN + names + 18, line, value)
            line += usual.height() + 2

    def _told(self, figures: Figures) -> list[tuple[str, str]]:
        def spread(p50: float, p95: float) -> str:
            return self.tr("{0} ms, 19 in 20 below {1} ms").format(f"{p50:.1f}", f"{p95:.1f}")

        lines = []
        if figures.latency is not None:
            lines.append((self.tr("delay"), spread(*figures.latency)))
        words = {
            "decode": self.tr("decode"),
            "wait": self.tr("wait"),
            "track": self.tr("follow"),
            "detect": self.tr("find faces"),
            "align": self.tr("cut out"),
            "generate": self.tr("draw"),
            "steady": self.tr("steady"),
            "compose": self.tr("put back"),
        }
        lines += [(words.get(name, name), spread(p50, p95)) for name, p50, p95 in figures.stages]
        torn = self.tr(", {0} damaged").format(figures.torn) if figures.torn else ""
        lines.append((self.tr("left out"), self.tr("{0} pictures").format(figures.dropped) + torn))
        lines.append((self.tr("camera"), f"{figures.size[0]} × {figures.size[1]}"))
        return lines

    def _columns(self, metrics: QFontMetrics) -> tuple[int, int]:
        names = max((metrics.horizontalAdvance(name) for name, _ in self._lines), default=0)
        values = max((metrics.horizontalAdvance(value) for _, value in self._lines), default=0)
        return names, values

    def _fit(self) -> None:
        self.resize(self.sizeHint())
        self.update()

    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.95)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.88)
        return font
