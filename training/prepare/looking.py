"""Looking at one picture: what crops it offers and what they are like. This is the part that takes time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.alignment import CROP_SIZE, Alignment, align, align_centre
from core.errors import FaceError, ImageError
from core.faces import Face, FaceDetector
from core.images import load_picture
from training.prepare import quality
from training.prepare.attributes import Estimator, open_estimator
from training.prepare.duplicates import fingerprint
from training.prepare.embedding import ArcFace
from training.prepare.records import Candidate, Look, packed, told


class Domain(StrEnum):
    """The two sides of the translation."""

    PHOTO = "photo"
    ANIME = "anime"


@dataclass(frozen=True)
class Way:
    """How pictures are looked at.

    as_is: photos keep their own framing (the largest centred square); faces are still looked for, since gender and
        age have to be known.
    estimator: name of the gender and age estimator, see :mod:`training.prepare.attributes`; empty for anime.
    threads: of every network in one process.
    """

    domain: Domain
    as_is: bool = False
    estimator: str = ""
    threads: int = 1

    @property
    def words(self) -> dict[str, str | bool]:
        """What a look depends on, for the journal; a change of this module's measures changes ``version``."""
        return {"domain": self.domain, "as_is": self.as_is, "estimator": self.estimator, "version": "1"}


class Looker:
    """Looks at pictures; one a process, since networks are loaded once."""

    def __init__(self, way: Way) -> None:
        self._way = way
        if way.domain is Domain.PHOTO:
            self._detector = FaceDetector(threads=way.threads)
            self._identity = ArcFace(way.threads)
            self._estimator: Estimator = open_estimator(way.estimator, way.threads)

    def __call__(self, path: Path) -> Look:
        """Look at the file at ``path``; whatever is wrong with it is told in the result."""
        source = told(path)
        try:
            status = path.stat()
        except OSError as error:
            return Look(source=source, bytes=0, modified=0, problem=f"it cannot be opened ({error.strerror})")
        size, modified = status.st_size, status.st_mtime_ns
        try:
            pixels = load_picture(path).pixels
            candidates = self._photo(pixels) if self._way.domain is Domain.PHOTO else (_whole(pixels),)
        except ImageError as error:
            return Look(source=source, bytes=size, modified=modified, problem=str(error))
        return Look(source=source, bytes=size, modified=modified, candidates=candidates)

    def _photo(self, pixels: NDArray[np.uint8]) -> tuple[Candidate, ...]:
        faces = self._detector.detect(pixels)
        if self._way.as_is:
            # The whole picture is one candidate, as old and as turned as its largest face.
            faces = faces[:1]
        candidates = []
        for face in faces:
            try:
                candidates.append(self._face(pixels, face))
            except FaceError:  # degenerate landmarks: the detector was wrong about this one
                continue
        return tuple(candidates)

    def _face(self, pixels: NDArray[np.uint8], face: Face) -> Candidate:
        height, width = pixels.shape[:2]
        upright = align(face.landmarks)
        crop = upright.crop(pixels)
        attributes = self._estimator(pixels, face)
        used, shown = upright, crop
        if self._way.as_is:
            used = align_centre(width, height)
            shown = used.crop(pixels)
        return Candidate(
            matrix=_rows(used),
            size=used.size,
            coverage=quality.coverage(used, width, height),
            sharpness=quality.sharpness(crop),
            fingerprint=fingerprint(shown).tobytes().hex(),
            eye_distance=quality.eye_distance(face.landmarks),
            yaw=quality.yaw(face.landmarks, upright),
            woman=attributes.woman,
            age=attributes.age,
            embedding=packed(self._identity.embed(pixels, face.landmarks)),
        )


def _whole(pixels: NDArray[np.uint8]) -> Candidate:
    height, width = pixels.shape[:2]
    centred = align_centre(width, height, CROP_SIZE)
    crop = centred.crop(pixels)
    return Candidate(
        matrix=_rows(centred),
        size=centred.size,
        coverage=1.0,
        sharpness=quality.sharpness(crop),
        fingerprint=fingerprint(crop).tobytes().hex(),
    )


def _rows(alignment: Alignment) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    (a, b, c), (d, e, f) = alignment.matrix.tolist()
    return (a, b, c), (d, e, f)
