"""Pictures between numpy and Qt. Only QImage crosses threads, and each owns its bytes."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageReader

from core.errors import quoted

SCREEN_SIDE = 2560
"""Longest side of what is shown; a result that is saved or copied keeps its own."""

SMALL_SIDE = 1024
"""A portrait has only 256 pixels a side; it is enlarged to this, more smoothly than a window would do it."""

THUMBNAIL_SIDE = 192

SAMPLE_SIDE = 640
"""Longest side of a picture on the sheet of all styles."""


def to_qimage(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None = None) -> QImage:
    """Copy ``pixels`` (H, W, 3) RGB and ``alpha`` (H, W) into an image that owns its bytes."""
    height, width = pixels.shape[:2]
    if alpha is None:
        flat = np.ascontiguousarray(pixels)
        return QImage(flat.data, width, height, flat.strides[0], QImage.Format.Format_RGB888).copy()
    flat = np.dstack((pixels, alpha))
    return QImage(flat.data, width, height, flat.strides[0], QImage.Format.Format_RGBA8888).copy()


def to_screen(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None = None, longest: int = SCREEN_SIDE) -> QImage:
    """Do the same at most ``longest`` pixels a side, averaged down."""
    height, width = pixels.shape[:2]
    shrink = longest / max(height, width)
    if shrink < 1.0:
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        if alpha is not None:
            alpha = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return to_qimage(pixels, alpha)


def from_qimage(image: QImage) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Return the pixels (H, W, 3) in sRGB and, where something is not opaque, the alpha (H, W) of an image."""
    if image.colorSpace().isValid():
        image = image.convertedToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    rgba = rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4)
    alpha = rgba[:, :, 3].copy()
    return np.ascontiguousarray(rgba[:, :, :3]), None if alpha.min() == 255 else alpha


def thumbnail(image: QImage) -> QImage:
    """Return a small copy."""
    return image.scaled(
        QSize(THUMBNAIL_SIDE, THUMBNAIL_SIDE),
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )


def read_small(path: Path) -> QImage:
    """Return a small copy of the picture in a file as far as Qt can read it, else a null image."""
    if not os.path.isfile(path):  # noqa: PTH113 (a pipe or a device would never end; pathlib raises for odd names)
        return QImage()
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    side = QSize(THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    if size.isValid() and min(size.width(), size.height()) > THUMBNAIL_SIDE:
        # Lets JPEG be decoded at an eighth of its size.
        reader.setScaledSize(size.scaled(side, Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    return reader.read()


def whole_part(part: QRectF, width: int, height: int) -> tuple[slice, slice, QRectF]:
    """Return the rows and columns of a width x height picture that hold ``part``, shares of it, and those as shares."""
    left, right = max(0, int(part.left() * width)), min(width, int(part.right() * width) + 1)
    top, bottom = max(0, int(part.top() * height)), min(height, int(part.bottom() * height) + 1)
    exact = QRectF(left / width, top / height, (right - left) / width, (bottom - top) / height)
    return slice(top, bottom), slice(left, right), exact


def too_large(source: Path | QImage) -> str:
    """Return the sentence for a picture that the memory does not hold."""
    name = quoted(source.name) if isinstance(source, Path) else "The pasted picture"
    return f"{name} is too large for the memory that is left; close other programs, or use a smaller copy of it."
