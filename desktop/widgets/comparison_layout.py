"""Where photo, drawing, divider and faces lie in a comparison."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt

from desktop.widgets.comparison_paint import Mode as Mode
from desktop.widgets.comparison_paint import Pane, Scene

_GAP = 10


def room_of(whole: QRectF, scene: Scene) -> QRectF:
    """Return the room of one picture: all, or the left half where there are two."""
    if not _two(scene):
        return whole
    return QRectF(whole.left(), whole.top(), (whole.width() - _GAP) / 2, whole.height())


def panes_of(whole: QRectF, target: QRectF, scene: Scene) -> tuple[Pane, ...]:
    """Return what is painted where; ``target`` is the picture's place in the first."""
    room = room_of(whole, scene)
    if not _two(scene):
        return (Pane(room, target, drawing=not scene.after.isNull()),)
    aside = room.width() + _GAP
    right = Pane(room.translated(aside, 0), target.translated(aside, 0), drawing=True)
    return Pane(room, target, drawing=False), right


def home_of(whole: QRectF, position: QPointF, scene: Scene) -> QPointF:
    """Return the place in the first picture that is the same as one in the second."""
    room = room_of(whole, scene)
    second = _two(scene) and position.x() > room.right()
    return QPointF(position.x() - room.width() - _GAP, position.y()) if second else position


def face_at(scene: Scene, target: QRectF, position: QPointF) -> int | None:
    """Return the face at a place in the first picture; of faces that overlap the smaller, which lies deeper."""
    if target.isEmpty():
        return None
    share = QPointF((position.x() - target.left()) / target.width(), (position.y() - target.top()) / target.height())
    return max((place for place, (box, _) in enumerate(scene.faces) if box.contains(share)), default=None)


def cursor_of(dragging: str, scene: Scene, near_divider: bool, inside: bool, fitted: bool) -> Qt.CursorShape:
    """Return the pointer that says what a press would do; ``inside`` is a picture with a divider."""
    if near_divider:
        return Qt.CursorShape.SplitHCursor
    if scene.hovered is not None and not dragging:
        return Qt.CursorShape.PointingHandCursor
    if not fitted:
        return Qt.CursorShape.ClosedHandCursor if dragging == "picture" else Qt.CursorShape.OpenHandCursor
    return Qt.CursorShape.SplitHCursor if inside else Qt.CursorShape.ArrowCursor


def _two(scene: Scene) -> bool:
    return scene.mode is Mode.SIDE and not scene.after.isNull()
