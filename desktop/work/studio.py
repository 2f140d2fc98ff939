"""Does what the window asks, with the engine. Knows no threads but for what may be kept by two at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from core import background_packs
from core.analysis import NoFaceError, analyse
from core.catalogue import Catalogue, Direction, Model, load_catalogue
from core.converter import BATCH, Cancelled, Progress, crop_for, drawn_faces, part
from core.errors import AnimirrorError, OutputError
from core.finishing import Finish, Finished, wanted
from core.images import Picture, load_picture
from core.saving import save_picture
from core.stopwatch import Stopwatch
from core.views import Background
from desktop.work import messages as m
from desktop.work import pixels
from desktop.work.ready import Ready
from desktop.work.shelf import Shelf
from desktop.work.sitting import Kept, Seen, SeenKey, Sitting, of_size
from desktop.work.tools import Tools

_PICTURE_BUDGET = 500_000_000
#: About four hundred faces of 256 pixels.
_FACE_BUDGET = 250_000_000

# Of the 0 to 100 that Qt takes for a PNG, which loses nothing: quick to write rather than small.
_QUICK_PNG = 90

FaceKey = tuple[int, SeenKey, int, str]
"""A photo, how it was seen, the place of the face, and the model."""


class _Unready(Exception):  # noqa: N818 (no failure: another thread does it)
    """A result needs something that is not at hand."""


class Studio:
    """Performs requests one after the other, and keeps what later ones may need.

    :meth:`retouch` may be called by another thread meanwhile.
    """

    def __init__(
        self, report: Callable[[m.Report], None], find_models: Callable[[], Catalogue] = load_catalogue
    ) -> None:
        """Take where reports go, and how models are found."""
        self._report = report
        self._tools = Tools(report, find_models)
        self._sittings: Shelf[int, Sitting] = Shelf(_PICTURE_BUDGET, lambda sitting: sitting.nbytes)
        self._faces: Shelf[FaceKey, Kept] = Shelf(_FACE_BUDGET, lambda kept: kept.face.nbytes)

    def perform(self, request: m.Request, go_on: Callable[[], bool]) -> None:
        """Do one thing and report what came of it; ``go_on`` answers whether it is still wanted.

        Failures that the user can act on are reported; anything else is a defect, and raised.
        """
        match request:
            case m.Prepare():
                self._use_tools(self._tools.prepare)
            case m.FindModels():
                self._use_tools(self._tools.find_again)
            case m.Thumbnail(photo, source):
                self._thumbnail(photo, source)
            case m.Draw(order):
                self._draw(order, go_on)
            case m.Sample(order):
                self._sample(order, go_on)
            case m.Zoom(order, part_wanted):
                self._zoom(order, part_wanted, go_on)
            case m.Adopt(network):
                self._adopt(network)
            case m.Save(order, path):
                self._with_result(order, lambda result: self._save(order, result, path))
            case m.Copy(order):
                self._with_result(order, lambda result: self._report(m.Copied(_image(result))))
            case m.Export(order, path):
                self._with_result(order, lambda result: self._export(order, result, path))

    def retouch(self, request: m.Draw) -> bool:
        """Answer a request out of what is kept, in a moment, or return False where the model has to be asked."""
        try:
            ready = self._ready(request.order, None)
        except _Unready:
            return False
        except AnimirrorError:  # told in its turn
            return False
        self._report(m.Drawn(request.order, ready.drawing()))
        return True

    def _use_tools(self, use: Callable[[], None]) -> None:
        try:
            use()
        except AnimirrorError as error:
            self._tools.notice(str(error))

    def _thumbnail(self, photo: int, source: m.Source) -> None:
        image = pixels.thumbnail(source) if isinstance(source, QImage) else pixels.read_small(source)
        # What Qt cannot read, the engine may: its thumbnail comes when the photo is opened.
        if not image.isNull():
            self._report(m.Thumbnailed(photo, image))

    def _draw(self, order: m.Order, go_on: Callable[[], bool]) -> None:
        def progress(share: float) -> bool:
            self._report(m.Progressed(order.photo, m.Stage.DRAWING, share))
            return go_on()

        try:
            drawing = self._ready(order, progress).drawing()
        except Cancelled:
            self._report(m.Refused(order, m.Refusal.STOPPED, ""))
        except NoFaceError as error:
            self._report(m.Refused(order, m.Refusal.NO_FACE, str(error)))
        except AnimirrorError as error:
            self._report(m.Refused(order, m.Refusal.FAILED, str(error)))
        except MemoryError:
            self._report(m.Refused(order, m.Refusal.FAILED, pixels.too_large(order.source)))
        else:
            self._report(m.Drawn(order, drawing))

    def _sample(self, order: m.Order, go_on: Callable[[], bool]) -> None:
        try:
            result = self._ready(order, lambda _share: go_on()).compose(full=False)
        except Cancelled:
            return
        except AnimirrorError as error:
            self._report(m.Sampled(order, None, str(error)))
        else:
            self._report(m.Sampled(order, pixels.to_screen(result.pixels, result.alpha, pixels.SAMPLE_SIDE)))

    def _zoom(self, order: m.Order, wanted_part: QRectF, go_on: Callable[[], bool]) -> None:
        try:
            result = self._ready(order, lambda _share: go_on()).compose(full=True)
        except (AnimirrorError, MemoryError):  # what is shown stays as sharp as it is
            return
        height, width = result.pixels.shape[:2]
        rows, columns, exact = pixels.whole_part(wanted_part, width, height)
        alpha = None if result.alpha is None else result.alpha[rows, columns]
        before = pixels.to_qimage(result.before[rows, columns])
        self._report(m.Zoomed(order, exact, before, pixels.to_qimage(result.pixels[rows, columns], alpha)))

    def _adopt(self, path: Path | None) -> None:
        try:
            if path is not None:
                background_packs.adopt(path)
        except AnimirrorError as error:
            self._report(m.Failed(str(error)))
        self._tools.tell_matting()

    def _with_result(self, order: m.Order, use: Callable[[Finished], None]) -> None:
        try:
            use(self._ready(order, lambda _share: True).compose(full=True))
        except AnimirrorError as error:
            self._report(m.Failed(str(error)))
        except MemoryError:
            self._report(m.Failed(pixels.too_large(order.source)))

    def _save(self, order: m.Order, result: Finished, path: Path) -> None:
        sitting = self._sittings.get(order.photo)
        save_picture(path, result.pixels, alpha=result.alpha, exif=sitting.picture.exif if sitting else None)
        self._report(m.Saved(path))

    def _export(self, order: m.Order, result: Finished, path: Path) -> None:
        # Qt's typing has bytes for the format where its documentation, like its code, takes text.
        if not _image(result).save(str(path), "PNG", _QUICK_PNG):  # type: ignore[call-overload]
            raise OutputError("The drawing cannot be dragged out: the folder for temporary files cannot be written.")
        self._report(m.Exported(order, path))

    def _ready(self, order: m.Order, progress: Progress | None) -> Ready:
        """Get together what the order needs; without ``progress``, only out of what is kept, or raise _Unready."""
        if progress is None and not self._tools.known:
            raise _Unready
        model = self._tools.model(order.look.model)
        order = replace(order, look=replace(order.look, model=model.manifest.id))
        look, touch = order.look, order.touch
        sitting = self._sittings.get(order.photo)
        if sitting is None:
            if progress is None:
                raise _Unready
            sitting = self._open(order)
        if progress is not None and not self._tools.loaded(model):
            self._report(m.Progressed(order.photo, m.Stage.LOADING))
        seen = self._seen(order, sitting, model, progress)
        count = len(seen.full.alignments)
        finish = Finish(look.intensity, look.attention, touch.left_out, min(touch.face, count - 1), look.background)
        ready = Ready(order, seen, finish, {}, to_photo=model.manifest.direction is Direction.B2A)
        self._collect_faces(ready, sitting, wanted(seen.full, ready.view, finish), progress)
        if finish.background is not Background.KEEP and ready.place not in seen.partings:
            if progress is None:
                raise _Unready
            seen.partings[ready.place] = part(seen.screen, ready.view, finish, self._tools.matting())
        return ready

    def _collect_faces(self, ready: Ready, sitting: Sitting, places: Iterable[int], progress: Progress | None) -> None:
        order, own = ready.order, dict(ready.order.touch.models)
        todo: dict[str, list[int]] = {}
        for place in places:
            identifier = own.get(place, str(order.look.model))
            kept = self._faces.get((order.photo, self._seen_key(order, sitting, identifier), place, identifier))
            if kept is None:
                todo.setdefault(identifier, []).append(place)
            else:
                ready.faces[place] = kept
        if todo and progress is None:
            raise _Unready
        total, done = sum(map(len, todo.values())), 0
        for identifier, missing in todo.items():
            generator = self._tools.generator(self._tools.model(identifier))
            seen = self._seen(order, sitting, generator.model, progress)
            for start in range(0, len(missing), BATCH):
                batch = tuple(missing[start : start + BATCH])
                if progress is not None and not progress(done / total):
                    raise Cancelled("Stopped.")
                watch = Stopwatch()
                with watch.stage("draw"):
                    faces = drawn_faces(seen.full, batch, generator)
                seconds = watch.milliseconds["draw"] / 1000 / len(batch)
                for place, face in faces.items():
                    kept = Kept(face, seconds, generator.session.provider)
                    key = (order.photo, self._seen_key(order, sitting, identifier), place, identifier)
                    self._faces.put(key, kept)
                    ready.faces[place] = kept
                done += len(batch)
        if todo and progress is not None and not progress(1.0):
            raise Cancelled("Stopped.")
        side = ready.seen.full.crops.shape[1]
        ready.faces.update(
            {
                place: replace(kept, face=of_size(kept.face, side))
                for place, kept in ready.faces.items()
                if kept.face.crop.shape[0] != side
            }
        )

    def _seen(self, order: m.Order, sitting: Sitting, model: Model, progress: Progress | None) -> Seen:
        key = self._seen_key(order, sitting, model.manifest.id)
        known = sitting.seen.get(key)
        if known is not None:
            return known
        if progress is None:
            raise _Unready
        self._report(m.Progressed(order.photo, m.Stage.SEARCHING))
        if not progress(0.0):
            raise Cancelled("Stopped.")
        watch = Stopwatch()
        size, centre, crop = key
        analysis = analyse(sitting.picture, self._tools.detector(), size, centre, watch, crop)
        sitting.seen[key] = Seen(analysis, sum(watch.milliseconds.values()) / 1000)
        return sitting.seen[key]

    def _seen_key(self, order: m.Order, sitting: Sitting, identifier: str) -> SeenKey:
        manifest = self._tools.model(identifier).manifest
        return manifest.size, order.touch.centre, crop_for(manifest.direction, sitting.picture, order.touch.crop)

    def _open(self, order: m.Order) -> Sitting:
        self._report(m.Progressed(order.photo, m.Stage.OPENING))
        if isinstance(order.source, QImage):
            colours, alpha = pixels.from_qimage(order.source)
            picture = Picture(colours, alpha, None, "pasted picture", ())
        else:
            picture = load_picture(order.source)
        image = pixels.to_screen(picture.pixels, picture.alpha)
        self._report(m.Thumbnailed(order.photo, pixels.thumbnail(image)))
        self._report(m.Opened(order.photo, image, picture.pixels.shape[1], picture.pixels.shape[0]))
        sitting = Sitting(picture)
        self._sittings.put(order.photo, sitting)
        return sitting


def _image(result: Finished) -> QImage:
    return pixels.to_qimage(result.pixels, result.alpha)
