"""The middle of the live page: the invitation, or the picture with what is laid over it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from desktop.live.messages import Phase
from desktop.notices import Action, Notice, Tone
from desktop.theme import GAP
from desktop.widgets.banner import Banner
from desktop.widgets.live_picture import LivePicture
from desktop.widgets.live_welcome import LiveWelcome
from desktop.widgets.progress import ProgressCard
from desktop.widgets.readout import ReadoutOverlay

_PATIENCE = 300
"""Milliseconds before it is told that something is waited for; what is quicker needs no words."""


class LiveStage(QFrame):
    """Shows where the source stands.

    again: the user wants to begin again; other: to choose another source; address: to change the network camera's
    address; stopped: to stop waiting.
    """

    again = Signal()
    other = Signal()
    address = Signal()
    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make a stage that invites."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self.welcome = LiveWelcome()
        self.picture = LivePicture()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(self.picture)
        self.progress = ProgressCard(self)
        self.progress.cancel.setToolTip("")
        self.progress.stopped.connect(self.stopped)
        self.banner = Banner(closable=False, parent=self)
        self.readout = ReadoutOverlay(self)
        self._full_screen = False
        self._waiting_for = ""
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._patience.timeout.connect(self._show_waiting)
        self._frame = QVBoxLayout(self)
        self._frame.addWidget(self._stack)
        self.set_full_screen(False)
        for overlay in (self.progress, self.banner, self.readout):
            overlay.installEventFilter(self)

    def show_phase(self, phase: Phase, reason: str, waiting_for: str, *, network: bool) -> None:
        """Show where the source stands.

        ``waiting_for`` is what the user waits for, empty where nothing; ``network``: the source is an address.
        """
        off = phase is Phase.OFF
        self._stack.setCurrentWidget(self.welcome if off else self.picture)
        if off:
            self.picture.show_image(None)
        self.picture.set_veiled(phase in {Phase.LOST, Phase.ENDED, Phase.OPENING})
        self.banner.show_notice(self._notice(phase, reason, network))
        if waiting_for != self._waiting_for:
            self._waiting_for = waiting_for
            self._patience.stop()
            if not waiting_for:
                self.progress.hide()
            elif self.progress.isVisible():
                self._show_waiting()
            else:
                self._patience.start()
        self._place()

    def set_full_screen(self, full_screen: bool) -> None:
        """Leave everything but the picture away."""
        self._full_screen = full_screen
        margin = 0 if full_screen else 2 * GAP
        self._frame.setContentsMargins(margin, margin, margin, margin)
        self.picture.set_full_screen(full_screen)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the overlays in their places."""
        super().resizeEvent(event)
        self.banner.fit()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Place an overlay when it appears or changes its size."""
        if event.type() in {QEvent.Type.Show, QEvent.Type.Resize}:
            self._place()
        return super().eventFilter(watched, event)

    def place_overlays(self) -> None:
        """Put the overlays where the picture is now."""
        self._place()

    def _show_waiting(self) -> None:
        self.progress.show_progress(self._waiting_for, None)
        self.progress.adjustSize()
        self.progress.show()
        self.progress.raise_()

    def _notice(self, phase: Phase, reason: str, network: bool) -> Notice | None:
        other = Action(self.tr("Choose another source"), self.other.emit)
        mend = Action(self.tr("Change the address"), self.address.emit) if network else other
        again = Action(self.tr("Try again"), self.again.emit, "retry")
        match phase:
            case Phase.LOST:
                return Notice(Tone.WARNING, reason or self.tr("The camera gives no pictures."), (mend,))
            case Phase.RUNNING if reason:
                return Notice(Tone.WARNING, reason, (other,))
            case Phase.ENDED if reason:
                return Notice(Tone.ERROR, reason, (again, other))
            case Phase.ENDED:
                return Notice(Tone.INFO, self.tr("The video is over."), (again, other))
            case Phase.OFF if reason:
                return Notice(Tone.ERROR, reason, (mend, again))
        return None

    def _place(self) -> None:
        bottom = self.height() - 4 * GAP
        for overlay in (self.progress, self.banner):
            overlay.move((self.width() - overlay.width()) // 2, bottom - overlay.height())
        # Over the picture's own corner, below the names of its halves.
        origin = self.picture.mapTo(self, self.picture.target.topLeft().toPoint())
        below = 34 if self.picture.named else 0
        self.readout.move(origin.x() + 12, origin.y() + 12 + below)
        self.readout.raise_()
