"""Does what the window asks, with the engine. The only module of the window that imports it; knows no threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from core.catalogue import Catalogue, Direction, Kind, Model, load_catalogue
from core.converter import Analysis, Cancelled, Converter, NoFaceError, Progress, Stopwatch, View, analyse
from core.errors import AnimirrorError, ModelError, OutputError, quoted
from core.faces import FaceDetector
from core.generator import Generator
from core.images import Picture, load_picture
from core.runtime import CPU
from core.saving import save_picture
from desktop.work import messages as m
from desktop.work import pixels
from desktop.work.shelf import Shelf

_PICTURE_BUDGET = 400_000_000
_RESULT_BUDGET = 300_000_000

# Of the 0 to 100 that Qt takes for a PNG, which loses nothing: quick to write rather than small.
_QUICK_PNG = 90


@dataclass
class Sitting:
    """A photo that was opened, and the faces found in it by crop size and by whether the centre was asked for."""

    picture: Picture
    analyses: dict[tuple[int, bool], Analysis] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of the picture; the crops are small beside it."""
        return self.picture.pixels.nbytes


@dataclass(frozen=True)
class Result:
    """A drawing at its full size, and what is shown of it.

    pixels: (H, W, 3) uint8; alpha: (H, W) uint8 or None.
    """

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    exif: bytes | None
    drawing: m.Drawing


class Studio:
    """Performs requests one after the other, and keeps what later ones may need."""

    def __init__(
        self,
        language: str,
        report: Callable[[m.Report], None],
        find_models: Callable[[], Catalogue] = load_catalogue,
    ) -> None:
        """Take the language for the models' names ("zh_TW"), where reports go, and how models are found."""
        self._language = language
        self._report = report
        self._find_models = find_models
        self._models: dict[str, Model] | None = None
        self._detector: FaceDetector | None = None
        self._generators: dict[str, Generator] = {}
        self._told: set[str] = set()
        self._sittings: Shelf[int, Sitting] = Shelf(_PICTURE_BUDGET, lambda sitting: sitting.size)
        self._results: Shelf[tuple[int, m.Look, bool], Result] = Shelf(_RESULT_BUDGET, lambda kept: kept.pixels.nbytes)

    def perform(self, request: m.Request, go_on: Callable[[], bool]) -> None:
        """Do one thing and report what came of it; ``go_on`` answers whether it is still wanted.

        Failures that the user can act on are reported; anything else is a defect, and raised.
        """
        match request:
            case m.Prepare():
                self._prepare()
            case m.FindModels():
                self._find_again()
            case m.Thumbnail(photo, source):
                self._thumbnail(photo, source)
            case m.Draw(order):
                self._draw(order, go_on)
            case m.Save(order, path):
                self._with_result(order, lambda result: self._save(result, path))
            case m.Copy(order):
                self._with_result(order, lambda result: self._report(m.Copied(_full_image(result))))
            case m.Export(order, path):
                self._with_result(order, lambda result: self._export(order, result, path))

    def _prepare(self) -> None:
        try:
            model = self._model(None)
            self._loaded_detector()
            generator = self._generator(model)
            if generator.session.provider != CPU:
                # A GPU's first run takes seconds; let it pass before the first photo.
                generator.run(np.zeros((1, generator.size, generator.size, 3), np.uint8))
        except AnimirrorError as error:
            self._notice(str(error))

    def _find_again(self) -> None:
        self._models = None
        try:
            self._model(None)
        except AnimirrorError as error:
            self._notice(str(error))

    def _thumbnail(self, photo: int, source: m.Source) -> None:
        image = pixels.thumbnail(source) if isinstance(source, QImage) else _small_image(source)
        # What Qt cannot read, the engine may: its thumbnail comes when the photo is opened.
        if not image.isNull():
            self._report(m.Thumbnailed(photo, image))

    def _draw(self, order: m.Order, go_on: Callable[[], bool]) -> None:
        def progress(share: float) -> bool:
            self._report(m.Progressed(order.photo, m.Stage.DRAWING, share))
            return go_on()

        try:
            result = self._result(order, progress)
        except Cancelled:
            self._report(m.Refused(order, m.Refusal.STOPPED, ""))
        except NoFaceError as error:
            self._report(m.Refused(order, m.Refusal.NO_FACE, str(error)))
        except AnimirrorError as error:
            self._report(m.Refused(order, m.Refusal.FAILED, str(error)))
        except MemoryError:
            self._report(m.Refused(order, m.Refusal.FAILED, _too_large(order.source)))
        else:
            self._report(m.Drawn(order, result.drawing))

    def _with_result(self, order: m.Order, use: Callable[[Result], None]) -> None:
        try:
            use(self._result(order, lambda _share: True))
        except AnimirrorError as error:
            self._report(m.Failed(str(error)))
        except MemoryError:
            self._report(m.Failed(_too_large(order.source)))

    def _save(self, result: Result, path: Path) -> None:
        save_picture(path, result.pixels, alpha=result.alpha, exif=result.exif)
        self._report(m.Saved(path))

    def _export(self, order: m.Order, result: Result, path: Path) -> None:
        # Qt's typing has bytes for the format where its documentation, like its code, takes text.
        if not _full_image(result).save(str(path), "PNG", _QUICK_PNG):  # type: ignore[call-overload]
            raise OutputError("The drawing cannot be dragged out: the folder for temporary files cannot be written.")
        self._report(m.Exported(order, path))

    def _result(self, order: m.Order, progress: Progress) -> Result:
        model = self._model(order.look.model)
        look = replace(order.look, model=model.manifest.id)
        key = (order.photo, look, order.centre)
        known = self._results.get(key)
        if known is not None:
            return known
        sitting = self._sitting(order)
        if model.manifest.id not in self._generators or self._detector is None:
            self._report(m.Progressed(order.photo, m.Stage.LOADING))
        generator, detector = self._generator(model), self._loaded_detector()
        self._report(m.Progressed(order.photo, m.Stage.SEARCHING))
        if not progress(0.0):
            raise Cancelled("Stopped.")
        watch = Stopwatch()
        analysis = sitting.analyses.get((generator.size, order.centre))
        if analysis is None:
            analysis = analyse(sitting.picture, detector, generator.size, order.centre, watch)
            sitting.analyses[generator.size, order.centre] = analysis
        conversion = Converter(detector, generator).redraw(analysis, View(look.view), progress, watch)
        drawing = m.Drawing(
            look=look,
            before=pixels.to_screen(conversion.before, conversion.alpha),
            after=pixels.to_screen(conversion.pixels, conversion.alpha),
            width=conversion.pixels.shape[1],
            height=conversion.pixels.shape[0],
            faces=len(analysis.faces),
            seconds=sum(conversion.milliseconds.values()) / 1000,
            provider=generator.session.provider,
            centred=analysis.centred,
            notes=conversion.notes,
        )
        result = Result(conversion.pixels, conversion.alpha, sitting.picture.exif, drawing)
        self._results.put(key, result)
        return result

    def _sitting(self, order: m.Order) -> Sitting:
        known = self._sittings.get(order.photo)
        if known is not None:
            return known
        self._report(m.Progressed(order.photo, m.Stage.OPENING))
        if isinstance(order.source, QImage):
            colours, alpha = pixels.from_qimage(order.source)
            picture = Picture(colours, alpha, None, "pasted picture", ())
        else:
            picture = load_picture(order.source)
        image = pixels.to_screen(picture.pixels, picture.alpha)
        self._report(m.Thumbnailed(order.photo, pixels.thumbnail(image)))
        self._report(m.Opened(order.photo, image))
        sitting = Sitting(picture)
        self._sittings.put(order.photo, sitting)
        return sitting

    def _model(self, identifier: str | None) -> Model:
        """Return a model that draws anime from photos, the first where None; reports them all when first asked."""
        if self._models is None:
            catalogue = self._find_models()
            fitting = [model for model in catalogue.models.values() if model.manifest.direction is Direction.A2B]
            fitting.sort(key=lambda model: model.manifest.kind is not Kind.FULL)
            self._models = {model.manifest.id: model for model in fitting}
            entries = tuple(self._entry(model) for model in fitting)
            self._report(m.ModelsFound(entries, catalogue.problems))
        if not self._models:
            # Looked for again next time: the user may have added one.
            self._models = None
            raise ModelError("No model is installed, and without one nothing can be drawn. Install Animirror again.")
        return next(iter(self._models.values())) if identifier is None else self._models[identifier]

    def _entry(self, model: Model) -> m.ModelEntry:
        manifest = model.manifest
        return m.ModelEntry(manifest.id, model.name(self._language), manifest.style, manifest.licence)

    def _generator(self, model: Model) -> Generator:
        identifier = model.manifest.id
        if identifier not in self._generators:
            model.verify()
            self._generators[identifier] = Generator(model)
        generator = self._generators[identifier]
        if generator.session.fallback is not None:
            self._notice(generator.session.fallback)
        return generator

    def _loaded_detector(self) -> FaceDetector:
        if self._detector is None:
            self._detector = FaceDetector()
        return self._detector

    def _notice(self, sentence: str) -> None:
        """Report a sentence the first time."""
        if sentence not in self._told:
            self._told.add(sentence)
            self._report(m.Noticed(sentence))


def _full_image(result: Result) -> QImage:
    return pixels.to_qimage(result.pixels, result.alpha)


def _small_image(path: Path) -> QImage:
    if not os.path.isfile(path):  # noqa: PTH113 (a pipe or a device would never end; pathlib raises for odd names)
        return QImage()
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    side = QSize(pixels.THUMBNAIL_SIDE, pixels.THUMBNAIL_SIDE)
    if size.isValid() and min(size.width(), size.height()) > pixels.THUMBNAIL_SIDE:
        # Lets JPEG be decoded at an eighth of its size.
        reader.setScaledSize(size.scaled(side, Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    return reader.read()


def _too_large(source: m.Source) -> str:
    name = quoted(source.name) if isinstance(source, Path) else "The pasted picture"
    return f"{name} is too large for the memory that is left; close other programs, or use a smaller copy of it."
