"""What is kept of a photo while its owner looks at it: enough to show it in another way without the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from core.analysis import Analysis
from core.background import Parting
from core.finishing import DrawnFace
from core.handcrop import HandCrop
from core.images import Picture
from desktop.work import messages as m
from desktop.work import pixels

SeenKey = tuple[int, bool, HandCrop | None]
"""The crops' side, whether the centre stands in for a face, and the crop by hand."""

_MARK_SIDE = 96


@dataclass(frozen=True)
class Kept:
    """A face that was drawn, the seconds that it took, and the execution provider that drew it."""

    face: DrawnFace
    seconds: float
    provider: str


class Seen:
    """The faces of a photo, and the copy of it, of a screen's size, that is worked on while it is looked at.

    Results are composed of that copy, whatever the photo's size; the photo itself is used when a result is taken away.
    """

    def __init__(self, full: Analysis, seconds: float) -> None:
        self.full = full
        self.screen = full.at_most(pixels.SCREEN_SIDE)
        self.seconds = seconds
        self.partings: dict[int | None, Parting] = {}
        self._befores: dict[int | None, QImage] = {}
        height, width = full.picture.pixels.shape[:2]
        self.marks = tuple(
            m.FaceMark(_shares(face.box, width, height), pixels.to_screen(crop, longest=_MARK_SIDE))
            for face, crop in zip(full.faces, full.crops, strict=False)
        )

    def before(self, place: int | None, make: Callable[[], QImage]) -> QImage:
        """Return what the drawing of a face, or with None of the whole photo, is compared with: always the same."""
        if place not in self._befores:
            self._befores[place] = make()
        return self._befores[place]

    @property
    def nbytes(self) -> int:
        """Bytes of what is kept besides the photo."""
        copy = 0 if self.screen is self.full else 2 * self.screen.picture.pixels.nbytes
        return copy + self.full.crops.nbytes


@dataclass
class Sitting:
    """A photo that was opened, and how it was seen: a model may want other crops than another."""

    picture: Picture
    seen: dict[SeenKey, Seen] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Bytes of the photo and its copies."""
        return self.picture.pixels.nbytes + sum(seen.nbytes for seen in tuple(self.seen.values()))


def of_size(face: DrawnFace, side: int) -> DrawnFace:
    """Return a face with crops of another side, for a style whose crops are not those of the photo's."""
    if face.crop.shape[0] == side:
        return face
    smooth = cv2.INTER_AREA if face.crop.shape[0] > side else cv2.INTER_CUBIC
    crop, anime = (
        np.asarray(cv2.resize(picture, (side, side), interpolation=smooth), dtype=np.uint8)
        for picture in (face.crop, face.anime)
    )
    return DrawnFace(crop, anime, face.attention, face.how)


def _shares(box: tuple[float, float, float, float], width: int, height: int) -> QRectF:
    left, top, right, bottom = box
    return QRectF(left / width, top / height, (right - left) / width, (bottom - top) / height)
