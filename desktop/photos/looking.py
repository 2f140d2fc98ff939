"""What belongs to looking at the shown photo: all styles at once, the crop by hand, close-ups, faces, backgrounds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRectF, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from desktop.dialogs import files
from desktop.notices import Action, Notice, Tone
from desktop.photos.controller import PhotosController
from desktop.photos.gallery import Photo
from desktop.widgets.panel import ResultPanel
from desktop.widgets.stage import PictureStage

if TYPE_CHECKING:
    from core.handcrop import HandCrop


class Looking(QObject):
    """Goes between the controller and what shows the photo.

    noticed: carries a Notice.
    """

    noticed = Signal(object)

    def __init__(
        self, controller: PhotosController, stage: PictureStage, panel: ResultPanel, parent: QWidget | None = None
    ) -> None:
        """Connect them."""
        super().__init__(parent)
        self._controller = controller
        self._stage = stage
        self._panel = panel
        self._page = parent
        self._missing = controller.missing
        stage.sheet.chosen.connect(self._choose_style)
        stage.sheet.closed.connect(self.go_back)
        stage.sheet.stopped.connect(self._stop_styles)
        stage.cropping.connect(self._crop)
        stage.cropped.connect(self._take_crop)
        stage.comparison.face_clicked.connect(self._open_face)
        stage.comparison.moved.connect(self._look_closer)
        panel.sheet_wanted.connect(self._show_styles)
        panel.cropping.connect(self._crop)
        panel.uncropped.connect(lambda: self._touch_crop(None))
        panel.matting_wanted.connect(self.offer_matting)
        controller.styles.drawn.connect(self._fill)
        controller.close_up.arrived.connect(self._show_part)
        controller.current_changed.connect(self._follow)
        controller.matting_changed.connect(self._hear_matting)

    def go_back(self) -> bool:
        """Show the photo again where something else is in its place; return whether it was."""
        aside = self._stage.aside
        if aside:
            self._controller.styles.stop()
            self._stage.show_looking()
        return aside

    def _show_styles(self) -> None:
        controller, photo = self._controller, self._controller.current
        if photo is not None:
            whole = controller.look.view == "frame" and photo.width > 0
            shape = photo.height / photo.width if whole else 1.0
            self._stage.sheet.begin(controller.models, controller.look.model, shape)
            self._stage.show_sheet()
            controller.styles.begin(photo, controller.look, controller.models)

    def _stop_styles(self) -> None:
        self._controller.styles.stop()
        self._stage.sheet.end()

    def _choose_style(self, identifier: str) -> None:
        self.go_back()
        self._controller.choose_model(identifier)

    def _fill(self, identifier: str, image: QImage | None, sentence: str) -> None:
        self._stage.sheet.fill(identifier, image, sentence)

    def _crop(self) -> None:
        photo = self._controller.current
        if photo is not None:
            self._controller.styles.stop()
            self._stage.show_crop(photo)

    def _take_crop(self, crop: HandCrop) -> None:
        self.go_back()
        self._touch_crop(crop)

    def _touch_crop(self, crop: HandCrop | None) -> None:
        photo = self._controller.current
        if photo is not None:
            # Faces that were chosen are none of the crop's.
            self._controller.touch(replace(photo.touch, crop=crop, left_out=frozenset(), face=0, models=()))

    def _open_face(self, place: int, at: QPoint) -> None:
        self._panel.controls.faces.open_menu(place, at)

    def _look_closer(self) -> None:
        view = self._stage.comparison.viewport
        self._controller.close_up.look(self._controller.current, view.visible, view.percent)

    def _show_part(self, part: QRectF, before: QImage, after: QImage) -> None:
        self._stage.comparison.show_part(part, before, after)

    def _follow(self, photo: Photo | None) -> None:
        if photo is None or not self._stage.aside:
            self._controller.styles.stop()
        self._look_closer()

    def _hear_matting(self, missing: str | None) -> None:
        if self._missing and missing is None:
            self.noticed.emit(Notice(Tone.SUCCESS, self.tr("Backgrounds can be changed now.")))
        self._missing = missing

    def offer_matting(self) -> None:
        """Say what backgrounds need, and how to get it."""
        fetch = Action(self.tr("Download it (5 MB)"), self._controller.bringer.begin, "save")
        choose = Action(self.tr("Choose the file…"), self._bring_matting, "open")
        self.noticed.emit(Notice(Tone.WARNING, self._missing or "", (fetch, choose)))

    def _bring_matting(self) -> None:
        path: Path | None = files.ask_network(self._page) if self._page is not None else None
        if path is not None:
            self._controller.adopt(path)
