"""Pictures in and out by drag and drop and by the clipboard."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QCoreApplication, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDrag, QImage, QPixmap
from PySide6.QtWidgets import QWidget

from desktop.dialogs.files import VIDEOS
from desktop.work.messages import Source

translate = QCoreApplication.translate

_REMOTE = {"http", "https", "ftp"}
_DRAGGED_SIDE = 128


@dataclass(frozen=True)
class Incoming:
    """What was dropped or pasted: pictures, and a sentence about what could not be taken."""

    sources: tuple[Source, ...]
    problem: str | None = None


def acceptable(mime: QMimeData) -> bool:
    """Say whether there is anything to take, or to explain."""
    return mime.hasUrls() or mime.hasImage()


def read(mime: QMimeData) -> Incoming:
    """Take the files, or else the picture, out of what was dropped or pasted. Nothing is ever downloaded."""
    urls = mime.urls() if mime.hasUrls() else []
    files = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
    if files:
        return Incoming(files)
    embedded = (_embedded(url) for url in urls if url.scheme() == "data")
    for image in (QImage(mime.imageData()) if mime.hasImage() else QImage(), *embedded):
        if not image.isNull():
            return Incoming((image,))
    if any(url.scheme() in _REMOTE for url in urls):
        return Incoming(
            (),
            translate("transfer", "That picture is on a web page. Save the picture first, then drop the file here."),
        )
    return Incoming(
        (), translate("transfer", "There is no picture in that. Copy a photo or a picture file, then paste it here.")
    )


def _embedded(url: QUrl) -> QImage:
    """Return the picture that a web page holds in the address itself, else a null image."""
    kind, _, content = url.toString(QUrl.ComponentFormattingOption.FullyEncoded).partition(",")
    if not kind.endswith(";base64"):
        return QImage()
    return QImage.fromData(QByteArray.fromBase64(QByteArray.fromPercentEncoding(QByteArray(content.encode()))))


def video(mime: QMimeData) -> Path | None:
    """Return the first file if it is a video by its name."""
    urls = mime.urls() if mime.hasUrls() else []
    path = Path(urls[0].toLocalFile()) if urls and urls[0].isLocalFile() else None
    return path if path is not None and path.suffix.lower().lstrip(".") in VIDEOS else None


def outgoing(path: Path, image: QImage) -> QMimeData:
    """Pack a file together with the picture in it, for programs that take one or the other."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    mime.setImageData(image)
    return mime


def drag_out(widget: QWidget, path: Path) -> Qt.DropAction:
    """Let the user drag a drawing out of the window; returns when it was dropped or given up."""
    image = QImage(str(path))
    drag = QDrag(widget)
    drag.setMimeData(outgoing(path, image))
    ratio = widget.devicePixelRatioF()
    side = round(_DRAGGED_SIDE * ratio)
    small = image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    pixmap = QPixmap.fromImage(small)
    pixmap.setDevicePixelRatio(ratio)
    drag.setPixmap(pixmap)
    drag.setHotSpot(QPoint(_DRAGGED_SIDE // 4, _DRAGGED_SIDE // 4))
    return drag.exec(Qt.DropAction.CopyAction)
