"""Which part of a picture is seen, and how large: the arithmetic of zooming and panning, without a widget."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF

_LARGEST = 8.0
"""Screen pixels a picture pixel."""

_CLOSE = 4.0
"""How much larger than fitted a picture can at least be shown, however few pixels it has."""


class Viewport:
    """A picture in a room of the screen; lengths are device-independent pixels, places in the picture shares of it."""

    def __init__(self) -> None:
        """See nothing yet."""
        self._picture = QSizeF()
        self._room = QRectF()
        self._ratio = 1.0
        self._scale: float | None = None
        self._centre = QPointF(0.5, 0.5)

    def set_picture(self, size: QSizeF) -> None:
        """Take the picture's size in its own pixels; another one is shown whole."""
        if size != self._picture:
            self._picture = QSizeF(size)
            self.fit()

    def set_room(self, room: QRectF, ratio: float) -> None:
        """Take the room, and the device pixels in one of its pixels."""
        self._room, self._ratio = QRectF(room), ratio
        if self._scale is not None:
            self._set_scale(self._scale)

    @property
    def fitted(self) -> bool:
        """Whether the whole picture is shown."""
        return self._scale is None

    @property
    def scale(self) -> float:
        """Pixels of the room to one of the picture."""
        return self._fitting() if self._scale is None else self._scale

    @property
    def percent(self) -> float:
        """Device pixels to a hundred of the picture's."""
        return 100.0 * self.scale * self._ratio

    @property
    def target(self) -> QRectF:
        """Where the whole picture lies; parts may be outside the room. On whole pixels."""
        if self._picture.isEmpty() or self._room.isEmpty():
            return QRectF()
        width, height = self._picture.width() * self.scale, self._picture.height() * self.scale
        left = self._place(self._room.left(), self._room.width(), width, self._centre.x())
        top = self._place(self._room.top(), self._room.height(), height, self._centre.y())
        return QRectF(round(left), round(top), max(1, round(width)), max(1, round(height)))

    @property
    def visible(self) -> QRectF:
        """The part of the picture that is seen, as shares of it."""
        target = self.target
        seen = target.intersected(self._room)
        if target.isEmpty() or seen.isEmpty():
            return QRectF()
        return QRectF(
            (seen.left() - target.left()) / target.width(),
            (seen.top() - target.top()) / target.height(),
            seen.width() / target.width(),
            seen.height() / target.height(),
        )

    def fit(self) -> None:
        """Show the whole picture."""
        self._scale = None
        self._centre = QPointF(0.5, 0.5)

    def show_actual(self, at: QPointF | None = None) -> None:
        """Show one pixel of the picture on one of the screen, keeping what is at ``at`` where it is."""
        self._zoom_to(1.0 / self._ratio, at)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Show the picture larger or smaller, keeping what is at ``at``, or in the middle, where it is."""
        self._zoom_to(self.scale * factor, at)

    def pan(self, moved: QPointF) -> None:
        """Move the picture by so many pixels."""
        if self._scale is not None:
            target = self.target
            self._move_to(target.topLeft() + moved)

    def _zoom_to(self, scale: float, at: QPointF | None) -> None:
        before = self.target
        if before.isEmpty():
            return
        at = at if at is not None and before.contains(at) else self._room.center()
        share = QPointF((at.x() - before.left()) / before.width(), (at.y() - before.top()) / before.height())
        self._set_scale(scale)
        if self._scale is not None:
            width, height = self._picture.width() * self._scale, self._picture.height() * self._scale
            self._move_to(QPointF(at.x() - share.x() * width, at.y() - share.y() * height))

    def _set_scale(self, scale: float) -> None:
        fitting, actual = self._fitting(), 1.0 / self._ratio
        scale = min(max(scale, min(fitting, actual)), max(_LARGEST * actual, _CLOSE * fitting))
        # Next to the fitting size nobody wants a pixel more or less.
        if abs(scale / fitting - 1.0) < 0.01:
            self.fit()
        else:
            self._scale = scale

    def _move_to(self, corner: QPointF) -> None:
        middle, size = self._room.center(), self._picture * self.scale
        x = self._clamped((middle.x() - corner.x()) / size.width(), self._room.width() / size.width())
        y = self._clamped((middle.y() - corner.y()) / size.height(), self._room.height() / size.height())
        self._centre = QPointF(x, y)

    def _place(self, start: float, room: float, length: float, centre: float) -> float:
        if length <= room:
            return start + (room - length) / 2
        return min(max(start + room / 2 - centre * length, start + room - length), start)

    def _clamped(self, centre: float, seen: float) -> float:
        return 0.5 if seen >= 1.0 else min(max(centre, seen / 2), 1.0 - seen / 2)

    def _fitting(self) -> float:
        if self._picture.isEmpty():
            return 1.0
        return min(self._room.width() / self._picture.width(), self._room.height() / self._picture.height()) or 1.0
