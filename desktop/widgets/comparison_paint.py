"""What is painted over the pictures in a comparison."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from desktop.icons import line_pixmap

CORNER = 12.0
"""Radius of the picture's corners."""

_HANDLE = 19.0
_PLACEHOLDER = 112
_SHADE = QColor(0, 0, 0, 150)
_WHITE = QColor(255, 255, 255)


def fitted(picture: QSize, room: QRectF) -> QRectF:
    """Return the largest rectangle of the picture's shape in the middle of ``room``, on whole pixels."""
    if picture.isEmpty():
        return QRectF()
    scale = min(room.width() / picture.width(), room.height() / picture.height())
    width, height = round(picture.width() * scale), round(picture.height() * scale)
    left = round(room.left() + (room.width() - width) / 2)
    top = round(room.top() + (room.height() - height) / 2)
    return QRectF(left, top, width, height)


def placeholder(painter: QPainter, room: QRectF, colour: str, ratio: float) -> None:
    """Draw something where a picture would be."""
    left = room.center().x() - _PLACEHOLDER / 2
    painter.drawPixmap(
        QPointF(left, room.center().y() - _PLACEHOLDER), line_pixmap("frame", colour, _PLACEHOLDER, ratio)
    )


def rim(painter: QPainter, target: QRectF, colour: QColor) -> None:
    """Draw a hairline around the picture, which may be as white as what it lies on."""
    painter.setPen(QPen(colour, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(target.adjusted(0.5, 0.5, -0.5, -0.5), CORNER, CORNER)


def labels(painter: QPainter, target: QRectF, split: float, left: str, right: str) -> None:
    """Name both sides, where there is room beside the divider."""
    metrics = QFontMetricsF(painter.font())
    top, height = target.top() + 12, metrics.height() + 8
    for text, at_left in ((left, True), (right, False)):
        width = metrics.horizontalAdvance(text) + 22
        x = target.left() + 12 if at_left else target.right() - 12 - width
        free = split - 10 - x - width if at_left else x - split - 10
        if free < 0:
            continue
        pill = QRectF(x, top, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_SHADE)
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setPen(_WHITE)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


def divider(painter: QPainter, target: QRectF, split: float, accent: QColor, *, focused: bool) -> None:
    """Draw the line and its handle; with the keyboard's focus the handle wears the accent."""
    painter.setPen(QPen(QColor(0, 0, 0, 60), 5))
    painter.drawLine(QPointF(split, target.top()), QPointF(split, target.bottom()))
    painter.setPen(QPen(_WHITE, 2.5))
    painter.drawLine(QPointF(split, target.top()), QPointF(split, target.bottom()))
    centre = QPointF(split, target.center().y())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 45))
    painter.drawEllipse(centre + QPointF(0, 1.5), _HANDLE + 2.5, _HANDLE + 2.5)
    painter.setPen(QPen(accent, 3) if focused else Qt.PenStyle.NoPen)
    painter.setBrush(_WHITE)
    painter.drawEllipse(centre, _HANDLE, _HANDLE)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(accent if focused else QColor("#3a3644"), 2.4)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    for side in (-1, 1):
        tip, back = side * 10.5, side * 6.0
        arrow = [QPointF(back, -4.5), QPointF(tip, 0), QPointF(back, 4.5)]
        painter.drawPolyline(QPolygonF([centre + point for point in arrow]))


def centre_mark(painter: QPainter, target: QRectF) -> None:
    """Darken all but the largest centred square."""
    side = min(target.width(), target.height())
    square = QRectF(target.center().x() - side / 2, target.center().y() - side / 2, side, side)
    outside = QPainterPath()
    outside.addRect(target)
    inside = QPainterPath()
    inside.addRect(square)
    painter.fillPath(outside.subtracted(inside), QColor(0, 0, 0, 120))
    painter.setPen(QPen(_WHITE, 2, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(square.adjusted(3, 3, -3, -3), CORNER - 2, CORNER - 2)
