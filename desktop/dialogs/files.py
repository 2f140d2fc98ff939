"""Ask for photos to open, and for a place to save a drawing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

translate = QCoreApplication.translate

# Qt's own Chinese lacks these words of its file dialog; what is named here comes among ours, which are asked first.
translate("QFileDialog", "&Look in:")
translate("QFileDialog", "Files of &type:")

VIDEOS = ("mp4", "mov", "mkv", "webm", "avi", "m4v")
"""Endings of videos."""

_USUAL = ("jpg", "jpeg", "png", "webp", "avif", "heic", "tif", "tiff", "gif", "bmp")


def pictures_folder() -> Path:
    """Return the user's folder for pictures, or the home folder where there is none."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))
    return folder if folder.is_dir() else Path.home()


def videos_folder() -> Path:
    """Return the user's folder for videos, or else the one for pictures."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MoviesLocation))
    return folder if folder.is_dir() else pictures_folder()


def ask_photos(parent: QWidget, folder: Path) -> list[Path]:
    """Let the user choose photos and videos; none where the dialog was closed."""
    patterns = " ".join(f"*.{suffix} *.{suffix.upper()}" for suffix in (*_USUAL, *VIDEOS))
    filters = ";;".join(
        (translate("files", "Pictures and videos ({0})").format(patterns), translate("files", "All files (*)"))
    )
    names, _ = QFileDialog.getOpenFileNames(parent, translate("files", "Choose photos or videos"), str(folder), filters)
    return [Path(name) for name in names]


def ask_folder(parent: QWidget, folder: Path) -> Path | None:
    """Let the user choose a folder whose pictures and videos are wanted; None where the dialog was closed."""
    name = QFileDialog.getExistingDirectory(parent, translate("files", "Choose a folder"), str(folder))
    return Path(name) if name else None


def ask_video(parent: QWidget, folder: Path) -> Path | None:
    """Let the user choose a video to be shown live; None where the dialog was closed."""
    patterns = " ".join(f"*.{suffix} *.{suffix.upper()}" for suffix in VIDEOS)
    filters = ";;".join((translate("files", "Videos ({0})").format(patterns), translate("files", "All files (*)")))
    name, _ = QFileDialog.getOpenFileName(parent, translate("files", "Choose a video"), str(folder), filters)
    return Path(name) if name else None


def ask_save_path(parent: QWidget, suggestion: Path) -> Path | None:
    """Let the user choose a file to save to, which the dialog asks about if it exists; None where it was closed."""
    dialog = QFileDialog(parent, translate("files", "Save the drawing"), str(suggestion.parent))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(["PNG (*.png)", "JPEG (*.jpg *.jpeg)", "WebP (*.webp)", translate("files", "All files (*)")])
    dialog.setDefaultSuffix("png")
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(_suffix(chosen)))
    dialog.selectFile(suggestion.name)
    if dialog.exec() != QFileDialog.DialogCode.Accepted or not dialog.selectedFiles():
        return None
    return Path(dialog.selectedFiles()[0])


def ask_network(parent: QWidget) -> Path | None:
    """Let the user choose a network's file; None where the dialog was closed."""
    downloads = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    filters = ";;".join((translate("files", "Networks (*.onnx)"), translate("files", "All files (*)")))
    name, _ = QFileDialog.getOpenFileName(parent, translate("files", "Choose the network"), downloads, filters)
    return Path(name) if name else None


def _suffix(name_filter: str) -> str:
    return {"JPEG": "jpg", "WebP": "webp"}.get(name_filter.split(" ")[0], "png")
