"""Ends the program in good order where the system asks it to: at the end of a session, or ``kill``."""

from __future__ import annotations

import contextlib
import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtWidgets import QApplication


class Goodbye(QObject):
    """Closes the windows on SIGTERM, so that recordings are finished and the queue is kept; Windows has no such signal.

    Python runs its handlers only between two of its own steps, of which there may be none while Qt waits. The number of
    the signal is therefore written to a socket at once, and Qt is woken by that.
    """

    def __init__(self, application: QApplication) -> None:
        """Listen for as long as ``application`` lives; call it on the main thread."""
        super().__init__(application)
        self._reading, self._writing = socket.socketpair()
        self._reading.setblocking(False)
        self._writing.setblocking(False)
        self._notifier = QSocketNotifier(self._reading.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._heard)
        # Without a handler of Python's nothing is written; what is to be done is done in _heard.
        signal.signal(signal.SIGTERM, lambda _number, _frame: None)
        signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)

    def _heard(self) -> None:
        numbers = b""
        with contextlib.suppress(BlockingIOError):
            numbers = self._reading.recv(64)
        if signal.SIGTERM in numbers:
            QApplication.closeAllWindows()
            QApplication.quit()
