"""One picture on its way: faces -> aligned crops -> anime crops -> composed picture.

The stages are separate values, so that a window can look at another view or model without finding the faces again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.alignment import Alignment, align, align_centre
from core.blending import Blend, blend
from core.compose import paste
from core.errors import AnimirrorError, FaceError, quoted
from core.faces import Face, FaceDetector
from core.generator import Generator, Styled
from core.images import Picture
from core.matte import face_matte
from core.views import View as View

#: Faces drawn in one call; more only cost memory.
BATCH = 4


class NoFaceError(FaceError):
    """The picture shows no face that the detector finds; the centre crop can be offered."""


class Cancelled(AnimirrorError):  # noqa: N818 (a wish of the user, not an error)
    """The user stopped the work; there is no result."""


@dataclass(frozen=True)
class Analysis:
    """A picture with its faces, the largest first, and the crop of each.

    centred: there was no face and the centre of the picture stands in for one.
    crops: (N, S, S, 3) uint8.
    """

    picture: Picture
    faces: tuple[Face, ...]
    alignments: tuple[Alignment, ...]
    crops: NDArray[np.uint8]
    centred: bool


@dataclass(frozen=True)
class Conversion:
    """The result for one picture.

    pixels: (H, W, 3) uint8, the result; before: the same view of the original, of the same size.
    alpha: (H, W) uint8 of the original where the view keeps it.
    milliseconds: time of each stage.
    notes: what the user should know.
    """

    pixels: NDArray[np.uint8]
    before: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    analysis: Analysis
    milliseconds: dict[str, float]
    notes: tuple[str, ...] = ()


@dataclass
class Stopwatch:
    """Milliseconds by stage; a stage that is entered twice adds up."""

    milliseconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the body of a ``with`` statement."""
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = (time.perf_counter() - start) * 1000
            self.milliseconds[name] = self.milliseconds.get(name, 0.0) + spent


Progress = Callable[[float], bool]
"""Called with the share done, 0 to 1; answers whether to go on."""


def _go_on(_share: float) -> bool:
    return True


def analyse(
    picture: Picture, detector: FaceDetector, size: int, centre: bool = False, watch: Stopwatch | None = None
) -> Analysis:
    """Find and cut out the faces of ``picture``.

    Raises NoFaceError when there is none, unless ``centre`` asks for the centre crop in that case.
    """
    watch = watch or Stopwatch()
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


def style(crops: NDArray[np.uint8], generator: Generator, progress: Progress = _go_on) -> Styled:
    """Draw ``crops`` (N, S, S, 3) in batches. Raises Cancelled when ``progress`` says so between two of them."""
    parts: list[Styled] = []
    for start in range(0, len(crops), BATCH):
        if not progress(start / len(crops)):
            raise Cancelled("Stopped.")
        parts.append(generator.run(crops[start : start + BATCH]))
    if not progress(1.0):
        raise Cancelled("Stopped.")
    return Styled.joined(parts)


def compose(
    analysis: Analysis, styled: Styled, view: View, how: Blend = Blend.COVER
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the result in ``view`` and the original in the same view, (H, W, 3) each.

    PORTRAIT shows the largest face. ``styled`` holds as many faces as the view needs, in the analysis' order;
    ``how`` says how they meet the picture in FRAME.
    """
    if view is View.PORTRAIT:
        return styled.anime[0], analysis.crops[0]
    pixels = analysis.picture.pixels.copy()
    # The largest face is in front as a rule, so it is laid on top.
    for index in reversed(range(len(styled.anime))):
        crop = blend(analysis.crops[index], styled.anime[index], how)
        paste(pixels, crop, face_matte(analysis.crops.shape[1]), analysis.alignments[index])
    return pixels, analysis.picture.pixels


class Converter:
    """Converts pictures with one detector and one generator."""

    def __init__(self, detector: FaceDetector, generator: Generator) -> None:
        self.detector = detector
        self.generator = generator

    def convert(
        self,
        picture: Picture,
        view: View,
        centre: bool = False,
        progress: Progress = _go_on,
        watch: Stopwatch | None = None,
    ) -> Conversion:
        """Draw ``picture`` in ``view``. Raises NoFaceError, ModelError or Cancelled."""
        watch = watch or Stopwatch()
        analysis = analyse(picture, self.detector, self.generator.size, centre, watch)
        return self.redraw(analysis, view, progress, watch)

    def redraw(
        self, analysis: Analysis, view: View, progress: Progress = _go_on, watch: Stopwatch | None = None
    ) -> Conversion:
        """Draw an analysed picture, for instance with another model or in another view."""
        watch = watch or Stopwatch()
        wanted = analysis.crops[:1] if view is View.PORTRAIT else analysis.crops
        with watch.stage("generate"):
            styled = style(wanted, self.generator, progress)
        with watch.stage("compose"):
            pixels, before = compose(analysis, styled, view, self.generator.model.manifest.blend)
        alpha = analysis.picture.alpha if view is View.FRAME else None
        return Conversion(pixels, before, alpha, analysis, watch.milliseconds, _notes(analysis, view))


def _notes(analysis: Analysis, view: View) -> tuple[str, ...]:
    notes = list(analysis.picture.notes)
    if analysis.centred:
        notes.append("No face was found, so the centre of the picture was drawn.")
    elif view is View.PORTRAIT and len(analysis.faces) > 1:
        notes.append(f"{len(analysis.faces)} faces were found; the portrait shows the largest.")
    return tuple(notes)
