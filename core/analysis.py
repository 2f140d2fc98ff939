"""What is known of a picture before anything is drawn: its faces and the crop of each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.alignment import Alignment, align, align_centre
from core.errors import FaceError, quoted
from core.faces import Face, FaceDetector
from core.handcrop import HandCrop
from core.images import Picture
from core.stopwatch import Stopwatch


class NoFaceError(FaceError):
    """The picture shows no face that the detector finds; the centre crop can be offered, or a crop by hand."""


@dataclass(frozen=True)
class Analysis:
    """A picture with its faces, the largest first, and the crop of each.

    centred: the centre of the picture was cut out, because there was no face or, with by_hand, because nothing else was
    chosen. by_hand: no face was looked for, and the one crop is the user's. In both cases ``faces`` is empty.
    crops: (N, S, S, 3) uint8.
    """

    picture: Picture
    faces: tuple[Face, ...]
    alignments: tuple[Alignment, ...]
    crops: NDArray[np.uint8]
    centred: bool
    by_hand: bool = False

    def at_most(self, longest: int) -> Analysis:
        """Return the same for a copy of the picture with at most ``longest`` pixels a side; the crops stay as they are.

        Whatever is composed of it looks the same at that size, at a fraction of the cost.
        """
        height, width = self.picture.pixels.shape[:2]
        if max(height, width) <= longest:
            return self
        size = (
            max(1, round(width * longest / max(height, width))),
            max(1, round(height * longest / max(height, width))),
        )
        pixels, alpha = (
            None if plane is None else np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
            for plane in (self.picture.pixels, self.picture.alpha)
        )
        assert pixels is not None
        # Pixel centres: x = (u + 0.5) * s - 0.5.
        scale = np.array([width / size[0], height / size[1]])
        alignments = [
            Alignment(
                np.column_stack(
                    (found.matrix[:, :2] * scale, found.matrix[:, 2] + found.matrix[:, :2] @ (0.5 * scale - 0.5))
                ),
                found.size,
            )
            for found in self.alignments
        ]
        faces = [
            Face(tuple((np.reshape(face.box, (2, 2)) / scale).reshape(4).tolist()), face.landmarks / scale, face.score)
            for face in self.faces
        ]
        small = replace(self.picture, pixels=pixels, alpha=alpha)
        return replace(self, picture=small, faces=tuple(faces), alignments=tuple(alignments))


def analyse(
    picture: Picture,
    detector: FaceDetector,
    size: int,
    centre: bool = False,
    watch: Stopwatch | None = None,
    crop: HandCrop | None = None,
) -> Analysis:
    """Find and cut out the faces of ``picture``; where a ``crop`` is given, only that.

    Raises NoFaceError when there is none, unless ``centre`` asks for the centre crop in that case; FaceError when the
    crop lies outside the picture.
    """
    watch = watch or Stopwatch()
    if crop is not None:
        return analyse_crop(picture, crop, size, watch)
    with watch.stage("detect"):
        faces = detector.detect(picture.pixels)
    with watch.stage("align"):
        found: list[tuple[Face, Alignment]] = []
        for face in faces:
            try:
                found.append((face, align(face.landmarks, size)))
            except FaceError:  # degenerate landmarks: the detector was wrong about this one
                continue
        if not found and not centre:
            raise NoFaceError(
                f"No face was found in {quoted(picture.name)}. Use a picture where a face is larger and turned to the "
                "camera, or have the centre of the picture drawn instead."
            )
        height, width = picture.pixels.shape[:2]
        alignments = [alignment for _, alignment in found] or [align_centre(width, height, size)]
        crops = np.stack([alignment.crop(picture.pixels) for alignment in alignments])
    return Analysis(picture, tuple(face for face, _ in found), tuple(alignments), crops, centred=not found)


def analyse_crop(picture: Picture, crop: HandCrop, size: int, watch: Stopwatch | None = None) -> Analysis:
    """Cut out what the user chose; no detector looks at the picture. Raises FaceError when it lies outside."""
    with (watch or Stopwatch()).stage("align"):
        height, width = picture.pixels.shape[:2]
        alignment = crop.align(width, height, size)
        crops = alignment.crop(picture.pixels)[None]
    centred = crop == HandCrop.centred(width, height)
    return Analysis(picture, (), (alignment,), crops, centred=centred, by_hand=True)
