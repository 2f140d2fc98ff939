"""How a comparison is painted: the pictures and what lies over them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from desktop.icons import line_pixmap
from desktop.theme import current_tokens

CORNER = 12.0
"""Radius of the picture's corners."""

_HANDLE = 19.0
_PLACEHOLDER = 112
_SHADE = QColor(0, 0, 0, 150)
_WHITE = QColor(255, 255, 255)


class Mode(StrEnum):
    """How photo and drawing are shown."""

    SLIDER = "slider"
    SIDE = "side"
    RESULT = "result"


@dataclass(frozen=True)
class Pane:
    """A part of the widget, where in it the whole picture lies, and whether it shows the drawing."""

    room: QRectF
    target: QRectF
    drawing: bool


@dataclass
class Scene:
    """What a comparison shows.

    part: a piece of the picture at full size: where it is, as shares of the picture, in the photo and in the drawing.
    faces: where each is, as shares of the picture, and whether it was left out. hovered: the one below the pointer.
    to_photo: a photo was made of a drawing, not the other way round.
    """

    before: QImage = field(default_factory=QImage)
    after: QImage = field(default_factory=QImage)
    to_photo: bool = False
    mode: Mode = Mode.SLIDER
    holding: bool = False
    veiled: bool = False
    centre_marked: bool = False
    part: tuple[QRectF, QImage, QImage] | None = None
    faces: tuple[tuple[QRectF, bool], ...] = ()
    hovered: int | None = None
    _scaled: dict[int, QPixmap] = field(default_factory=dict)

    def take(self, before: QImage, after: QImage) -> None:
        """Show other pictures."""
        self.before, self.after, self.part = before, after, None
        wanted = {before.cacheKey(), after.cacheKey()}
        self._scaled = {key: pixmap for key, pixmap in self._scaled.items() if key in wanted}

    def pixmap(self, image: QImage, size: QSize) -> QPixmap:
        """Return the image at exactly this size in device pixels, more smoothly made than a painter would."""
        known = self._scaled.get(image.cacheKey())
        if known is None or known.size() != size:
            mode = Qt.TransformationMode.SmoothTransformation
            known = QPixmap.fromImage(image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, mode))
            self._scaled[image.cacheKey()] = known
        return known


def paint_scene(
    widget: QWidget, scene: Scene, panes: tuple[Pane, ...], split: float | None, names: tuple[str, str]
) -> None:
    """Paint all of it; ``split`` is the divider's place, ``names`` those of photo and drawing."""
    tokens = current_tokens()
    painter = QPainter(widget)
    if scene.before.isNull() or panes[0].target.isEmpty():
        placeholder(painter, QRectF(widget.rect()), tokens.border, widget.devicePixelRatioF())
        return
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    for pane in panes:
        seen = pane.target.intersected(pane.room)
        shape = QPainterPath()
        shape.addRoundedRect(seen, CORNER, CORNER)
        painter.setClipPath(shape)
        painter.fillRect(seen, QColor(tokens.sunken))
        drawing = pane.drawing and not scene.holding
        if not drawing or split is not None:
            _paint_picture(painter, scene, pane.target, drawing=False)
        if drawing:
            right = QRectF(seen)
            right.setLeft(seen.left() if split is None else split)
            painter.setClipRect(right, Qt.ClipOperation.IntersectClip)
            _paint_ground(painter, right, scene.after, QColor(tokens.sunken), QColor(tokens.pressed))
            _paint_picture(painter, scene, pane.target, drawing=True)
            painter.setClipPath(shape)
        if scene.centre_marked:
            centre_mark(painter, pane.target)
        if scene.veiled:
            painter.fillRect(seen, QColor(0, 0, 0, 70))
        _paint_faces(painter, scene, pane.target, QColor(tokens.accent))
        painter.setClipping(False)
        rim(painter, seen, QColor(tokens.border))
        if scene.after.isNull():
            continue
        if split is None:
            label(painter, seen, names[1] if drawing else names[0], at_left=not pane.drawing or len(panes) == 1)
        else:
            labels(painter, seen, split, *names)
            divider(painter, seen, split, QColor(tokens.accent), focused=widget.hasFocus())
    if widget.hasFocus() and split is None and not scene.after.isNull():
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.accent), 2))
        for pane in panes:
            seen = pane.target.intersected(pane.room)
            painter.drawRoundedRect(seen.adjusted(1, 1, -1, -1), CORNER, CORNER)


def _paint_picture(painter: QPainter, scene: Scene, target: QRectF, *, drawing: bool) -> None:
    image = scene.after if drawing else scene.before
    ratio = painter.device().devicePixelRatioF()
    size = (target.size() * ratio).toSize()
    if size.width() <= image.width() or size.width() * size.height() < 4_000_000:
        painter.drawPixmap(target, scene.pixmap(image, size), QRectF(0, 0, size.width(), size.height()))
    else:
        painter.drawImage(target, image)
    if scene.part is not None:
        part, before, after = scene.part
        place = QRectF(
            target.left() + part.left() * target.width(),
            target.top() + part.top() * target.height(),
            part.width() * target.width(),
            part.height() * target.height(),
        )
        painter.drawImage(place, after if drawing else before)


def _paint_ground(painter: QPainter, area: QRectF, image: QImage, ground: QColor, other: QColor) -> None:
    """Paint what a picture lies on; one that can be seen through gets the usual chequers."""
    painter.fillRect(area, ground)
    if image.hasAlphaChannel():
        squares = QPixmap(24, 24)
        squares.fill(ground)
        with QPainter(squares) as inner:
            inner.fillRect(0, 0, 12, 12, other)
            inner.fillRect(12, 12, 12, 12, other)
        painter.drawTiledPixmap(area, squares)


def _paint_faces(painter: QPainter, scene: Scene, target: QRectF, accent: QColor) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for place, (box, left_out) in enumerate(scene.faces):
        if place != scene.hovered:
            continue
        shown = QRectF(
            target.left() + box.left() * target.width(),
            target.top() + box.top() * target.height(),
            box.width() * target.width(),
            box.height() * target.height(),
        )
        style = Qt.PenStyle.DashLine if left_out else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(0, 0, 0, 110), 5))
        painter.drawRoundedRect(shown, CORNER, CORNER)
        painter.setPen(QPen(_WHITE if left_out else accent, 2.5, style))
        painter.drawRoundedRect(shown, CORNER, CORNER)


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
    for text, at_left in ((left, True), (right, False)):
        pill = _pill(painter, target, text, at_left=at_left)
        free = split - 10 - pill.right() if at_left else pill.left() - split - 10
        if free >= 0:
            _paint_pill(painter, pill, text)


def label(painter: QPainter, target: QRectF, text: str, *, at_left: bool) -> None:
    """Name a picture."""
    _paint_pill(painter, _pill(painter, target, text, at_left=at_left), text)


def _pill(painter: QPainter, target: QRectF, text: str, *, at_left: bool) -> QRectF:
    metrics = QFontMetricsF(painter.font())
    width = metrics.horizontalAdvance(text) + 22
    x = target.left() + 12 if at_left else target.right() - 12 - width
    return QRectF(x, target.top() + 12, width, metrics.height() + 8)


def _paint_pill(painter: QPainter, pill: QRectF, text: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_SHADE)
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
    painter.setPen(_WHITE)
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


def divider(painter: QPainter, target: QRectF, split: float, accent: QColor, *, focused: bool) -> None:
    """Draw the line and its handle; with the keyboard's focus the handle wears the accent."""
    for ground, width in ((QColor(0, 0, 0, 60), 5.0), (_WHITE, 2.5)):
        painter.fillRect(QRectF(split - width / 2, target.top(), width, target.height()), ground)
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
