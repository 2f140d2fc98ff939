"""A small live picture of a camera, to see which one it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.cameras import Camera
from desktop.theme import RADIUS, current_tokens
from desktop.words.heard import heard

if TYPE_CHECKING:
    from core.live.sources import Source

_SIZE = QSize(320, 180)
_PAUSE = 0.06
"""Seconds between two pictures: enough to recognise oneself, and little work."""


class CameraPreview(QWidget):
    """Shows the camera that it is given, mirrored; a sentence where there is no picture.

    No camera is opened before one is given, and it is free again soon after ``stop``.
    """

    _taken = Signal(object, QImage)
    _failed = Signal(object, str)

    def __init__(self, make_source: Callable[[Camera], Source] | None = None, parent: QWidget | None = None) -> None:
        """Take how a camera is opened, for tests."""
        super().__init__(parent)
        self._make_source = make_source or _camera_source
        self._watched: _Watched | None = None
        self.image = QImage()
        self.sentence = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Picture of the camera"))
        self._taken.connect(self._show)
        self._failed.connect(self._tell)

    def show_camera(self, camera: Camera) -> None:
        """Show this camera from now on."""
        self.stop()
        self.say(self.tr("The camera is being opened …"))
        self._watched = _Watched(
            lambda: self._make_source(camera),
            lambda watched, image: self._taken.emit(watched, image),
            lambda watched, sentence: self._failed.emit(watched, sentence),
        )
        self._watched.start()

    def stop(self) -> None:
        """Free the camera."""
        watched, self._watched = self._watched, None
        if watched is not None:
            watched.stop()
        self.image = QImage()

    def say(self, sentence: str) -> None:
        """Show a sentence in the picture's place."""
        self.sentence, self.image = heard(sentence), QImage()
        self.setAccessibleDescription(self.sentence)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a small picture's size."""
        return _SIZE

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return _SIZE

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture, or the sentence."""
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        edge = QPainterPath()
        edge.addRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        painter.setClipPath(edge)
        painter.fillRect(self.rect(), QColor(tokens.sunken))
        if self.image.isNull():
            painter.setPen(QColor(tokens.muted))
            room = self.rect().adjusted(16, 8, -16, -8)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.sentence)
            return
        size = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(
            (self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height()
        )
        painter.drawImage(place, self.image)

    def _show(self, watched: object, image: QImage) -> None:
        if watched is self._watched:
            self.image, self.sentence = image, ""
            self.setAccessibleDescription("")
            self.update()

    def _tell(self, watched: object, sentence: str) -> None:
        if watched is self._watched:
            self.say(sentence)


class _Watched:
    """One camera and the thread that opens, reads and frees it."""

    def __init__(
        self,
        make_source: Callable[[], Source],
        taken: Callable[[_Watched, QImage], None],
        failed: Callable[[_Watched, str], None],
    ) -> None:
        self._make_source, self._taken, self._failed = make_source, taken, failed
        self._stopped = threading.Event()
        self._source: Source | None = None
        self._thread = threading.Thread(target=self._run, name="animirror-preview", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._source is not None:
            self._source.interrupt()

    def _run(self) -> None:
        # Imported here, on this thread: the window is not held up.
        from core.errors import AnimirrorError
        from core.live.sources import EndOfSource
        from desktop.live.frames import to_room

        source = self._make_source()
        self._source = source
        try:
            if self._stopped.is_set():
                return
            source.open()
            while not self._stopped.is_set():
                frame = source.read()
                self._taken(self, to_room(frame.pixels, _SIZE * 2).flipped(Qt.Orientation.Horizontal))
                time.sleep(_PAUSE)
        except AnimirrorError as error:
            if not self._stopped.is_set():
                self._failed(self, str(error))
        except (EndOfSource, RuntimeError):  # the latter where the page was finished with in the meantime
            pass
        finally:
            source.close()


def _camera_source(camera: Camera) -> Source:
    from core.live.camera import CameraSource

    return CameraSource(camera, size=(640, 480))
