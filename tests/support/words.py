"""What is written in a window, and whether there is room for it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QWidget

from desktop.widgets.choice import ChoiceButton
from desktop.widgets.model_picker import ModelCard
from desktop.widgets.readout import ReadoutOverlay
from desktop.widgets.switch import Switch


def shown(root: QWidget) -> list[QWidget]:
    """What is on the screen below ``root``, in no order."""
    return [widget for widget in (root, *root.findChildren(QWidget)) if widget.isVisible()]


def written_on(widget: QWidget) -> str:
    """What a label or button shows, also one that paints its words itself."""
    if isinstance(widget, ReadoutOverlay):
        return widget.text
    return widget.text() if isinstance(widget, QAbstractButton | QLabel) else ""


def texts(root: QWidget) -> set[str]:
    """Everything that is written below ``root``, or told about a control; only what has words."""
    found = set()
    for widget in shown(root):
        written = written_on(widget)
        found |= {written, widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()}
    return {text.strip("\N{NO-BREAK SPACE} ") for text in found if any(sign.isalpha() for sign in text)}


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def cut_off(root: QWidget) -> list[str]:
    """The texts below ``root`` that have less room than they need. Fields for names may shorten theirs with dots."""
    found = []
    for widget in shown(root):
        text = written_on(widget)
        if text and not _has_room(widget):
            found.append(f"{type(widget).__name__} {text!r} {widget.size().toTuple()}")
    return found


def _has_room(widget: QWidget) -> bool:
    size = widget.size()
    if isinstance(widget, QLabel):
        if widget.wordWrap():
            longest = max(map(widget.fontMetrics().horizontalAdvance, _pieces(widget.text())), default=0)
            return widget.heightForWidth(size.width()) <= size.height() + 1 and longest <= size.width()
        hint = widget.sizeHint()
        return hint.width() <= size.width() + 1 and hint.height() <= size.height() + 1
    if isinstance(widget, QPushButton):
        hint = widget.sizeHint()
        return hint.width() <= size.width() + 1 and hint.height() <= size.height() + 1
    if isinstance(widget, Switch):
        return widget.sizeHint().width() <= size.width()
    if isinstance(widget, ModelCard):
        room = size.width() - 54
        return widget.fontMetrics().horizontalAdvance(widget.entry.shown_style) <= room
    return not isinstance(widget, ChoiceButton) or size.width() >= widget.minimumSizeHint().width()


def _pieces(text: str) -> list[str]:
    """The parts of a text between which a line may break."""
    return [piece for word in text.split() for piece in ([*word] if is_chinese(word) else [word])]


def reached_by_tab(window: QWidget) -> set[QWidget]:
    """The controls that Tab goes through, from the first to where it began."""
    found: set[QWidget] = set()
    for _ in range(300):
        focus = window.focusWidget()
        if focus in found:
            break
        if focus is not None:
            found.add(focus)
        if not window.focusNextChild():
            break
    return found


def wanting_focus(root: QWidget) -> list[QWidget]:
    """The controls that the keyboard should reach: those that can be used now, of radio buttons the chosen ones."""
    found = []
    for widget in shown(root):
        usable = widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        group = widget.group() if isinstance(widget, QAbstractButton) else None
        chosen = group is None or not group.exclusive() or group.checkedButton() in {None, widget}
        parent = widget.parentWidget()
        inner = widget.focusProxy() is not None or (parent is not None and parent.focusProxy() is widget)
        if usable and chosen and not inner:
            found.append(widget)
    return found
