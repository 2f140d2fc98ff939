"""One photo of a folder on its way, cut into the stages that run side by side for different photos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.analysis import Analysis, analyse
from core.background_matting import Matting
from core.converter import Cancelled, crop_for, notes, part
from core.encoding import encode_picture
from core.errors import AnimirrorError
from core.faces import Face, FaceDetector
from core.finishing import DrawnFace, Finish, beside_original, finished, wanted
from core.generator import Generator, Styled
from core.handcrop import HandCrop
from core.images import load_picture, picture_size
from core.stopwatch import Stopwatch
from core.views import Background, View
from core.writing import Destination


@dataclass(frozen=True)
class PhotoTask:
    """What is to become of one photo.

    suffix: the result's format, such as ".png". quality: 1 to 100. centre: without a face, draw the picture's centre.
    keep_gps: whether the result tells where the photo was taken. go: answers whether this photo is still wanted.
    crop: draw this square and look for no face. beside: put the original beside the result.
    """

    source: Path
    destination: Destination
    suffix: str = ".png"
    view: View = View.PORTRAIT
    finish: Finish = field(default_factory=Finish)
    centre: bool = False
    quality: int = 95
    keep_gps: bool = False
    go: Callable[[], bool] = lambda: True
    crop: HandCrop | None = None
    beside: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one photo: the result, or what is wrong. milliseconds: by stage."""

    task: PhotoTask
    path: Path | None
    error: AnimirrorError | None
    milliseconds: dict[str, float]
    faces: tuple[Face, ...] = ()
    notes: tuple[str, ...] = ()


class Photo:
    """A photo between its stages: :meth:`read`, drawing of its ``crops``, :meth:`write`."""

    def __init__(self, task: PhotoTask) -> None:
        self.task = task
        self.watch = Stopwatch()
        self._analysis: Analysis | None = None
        self._drawn: list[DrawnFace] = []

    def size(self) -> int:
        """Return how many pixels it has, which is how much memory it will take. Raises ImageError."""
        self._check()
        with self.watch.stage("decode"):
            width, height = picture_size(self.task.source)
        return width * height

    def read(self, detector: FaceDetector, generator: Generator) -> None:
        """Read the file, find the faces, cut them out. Raises AnimirrorError."""
        self._check()
        with self.watch.stage("decode"):
            picture = load_picture(self.task.source, self.task.keep_gps)
        self._check()
        crop = crop_for(generator.model.manifest.direction, picture, self.task.crop)
        self._analysis = analyse(picture, detector, generator.size, self.task.centre, self.watch, crop)

    @property
    def crops(self) -> NDArray[np.uint8]:
        """The crops that have to be drawn, (N, S, S, 3) uint8."""
        return self._read.crops[list(wanted(self._read, self.task.view, self.task.finish))]

    @property
    def faces(self) -> int:
        """How many crops those are."""
        return len(wanted(self._read, self.task.view, self.task.finish))

    def forget_drawings(self) -> None:
        """Let the crops be drawn anew."""
        self._drawn = []

    def take(self, styled: Styled, generator: Generator, milliseconds: float) -> None:
        """Take in the drawings of the next crops, which took this long."""
        places = wanted(self._read, self.task.view, self.task.finish)[len(self._drawn) :]
        for number, (place, anime) in enumerate(zip(places, styled.anime, strict=False)):
            attention = None if styled.attention is None else styled.attention[number]
            self._drawn.append(DrawnFace(self._read.crops[place], anime, attention, generator.model.manifest.blend))
        spent = self.watch.milliseconds
        spent["generate"] = spent.get("generate", 0.0) + milliseconds

    def write(self, matting: Callable[[], Matting]) -> Outcome:
        """Compose the result and save it. Raises AnimirrorError."""
        self._check()
        task, analysis = self.task, self._read
        faces = dict(zip(wanted(analysis, task.view, task.finish), self._drawn, strict=True))
        parting = None
        if task.finish.background is not Background.KEEP:
            with self.watch.stage("matte"):
                parting = part(analysis, task.view, task.finish, matting())
        with self.watch.stage("compose"):
            # The original is wanted beside the result only.
            result = finished(analysis, faces, task.view, task.finish, parting, used_up=not task.beside)
            if task.beside:
                result = beside_original(result, analysis.picture.alpha if task.view is View.FRAME else None)
        told, found = notes(analysis, task.view, task.finish), analysis.faces
        exif, xmp, pixels, alpha = analysis.picture.exif, analysis.picture.xmp, result.pixels, result.alpha
        # A large photo would else be in memory twice while it is encoded.
        self._analysis = None
        self._drawn = []
        del analysis, parting, faces, result
        with self.watch.stage("save"):
            data = encode_picture(task.suffix, pixels, alpha=alpha, exif=exif, xmp=xmp, quality=task.quality)
            path = task.destination.put(data, task.suffix)
        return Outcome(task, path, None, self.watch.milliseconds, found, told)

    def failed(self, error: AnimirrorError) -> Outcome:
        """Return the outcome of a photo that cannot be converted."""
        return Outcome(self.task, None, error, self.watch.milliseconds)

    @property
    def _read(self) -> Analysis:
        assert self._analysis is not None
        return self._analysis

    def _check(self) -> None:
        if not self.task.go():
            raise Cancelled("Stopped.")
