"""Our own SVG drawings as icons in the colours of the theme."""

from __future__ import annotations

from dataclasses import asdict

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from core import paths
from desktop.theme import Tokens

# An icon holds pictures for these ratios of device pixels; for others Qt scales the next larger one.
_RATIOS = (1.0, 1.5, 2.0, 3.0)


def icon(name: str, colour: str, size: int = 20, disabled: str | None = None) -> QIcon:
    """Return the drawing ``name`` of resources/icons with its lines in ``colour``.

    Args:
        name: The file's name without ``.svg``.
        colour: As ``#rrggbb``.
        size: Side in device-independent pixels.
        disabled: The colour on a disabled control; the style chooses one where None.
    """
    result = QIcon()
    for ratio in _RATIOS:
        result.addPixmap(line_pixmap(name, colour, size, ratio), QIcon.Mode.Normal)
        if disabled is not None:
            result.addPixmap(line_pixmap(name, disabled, size, ratio), QIcon.Mode.Disabled)
    return result


def line_pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    """Return one square picture of a line drawing; ``ratio`` is device pixels a device-independent pixel."""
    key = f"animirror/{name}/{colour}/{size}/{ratio}"
    pixmap = QPixmap()
    if not QPixmapCache.find(key, pixmap):
        pixmap = _render(_source(name).replace("currentColor", QColor(colour).name()), QSize(size, size), ratio)
        QPixmapCache.insert(key, pixmap)
    return pixmap


def illustration(name: str, tokens: Tokens, size: QSize, ratio: float) -> QPixmap:
    """Return a drawing whose colours are names of tokens in capitals, such as ``ACCENT``."""
    text = _source(name)
    for token, colour in asdict(tokens).items():
        text = text.replace(f'"{token.upper()}"', f'"{colour}"')
    return _render(text, size, ratio)


def logo(size: int, ratio: float = 1.0) -> QPixmap:
    """Return the program's mark, which keeps its colours in every theme."""
    return _render(_source("logo"), QSize(size, size), ratio)


def window_icon() -> QIcon:
    """Return the mark in the sizes that window managers ask for."""
    result = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        result.addPixmap(logo(size))
    return result


def _source(name: str) -> str:
    return (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def _render(svg: str, size: QSize, ratio: float) -> QPixmap:
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()
    return pixmap
