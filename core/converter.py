"""One picture on its way: faces -> aligned crops -> anime crops -> composed picture.

The stages are separate values, so that a window can look at another view or model without finding the faces again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis import Analysis as Analysis
from core.analysis import NoFaceError as NoFaceError
from core.analysis import analyse as analyse
from core.background import Parting
from core.background_matting import CROP_SIDE, PICTURE_SIDE, Matting
from core.blending import Blend
from core.catalogue import Direction
from core.errors import AnimirrorError
from core.faces import FaceDetector
from core.finishing import DrawnFace, Finish, finished, wanted
from core.generator import Generator, Styled
from core.handcrop import HandCrop
from core.images import Picture
from core.stopwatch import Stopwatch as Stopwatch
from core.views import Background
from core.views import View as View

#: Faces that are drawn between two looks at whether to go on.
BATCH = 4


class Cancelled(AnimirrorError):  # noqa: N818 (a wish of the user, not an error)
    """The user stopped the work; there is no result."""


@dataclass(frozen=True)
class Conversion:
    """The result for one picture.

    pixels: (H, W, 3) uint8, the result; before: the same view of the original, of the same size.
    alpha: (H, W) uint8, of the original where the view keeps it, or of a transparent background.
    milliseconds: time of each stage.
    notes: what the user should know.
    """

    pixels: NDArray[np.uint8]
    before: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    analysis: Analysis
    milliseconds: dict[str, float]
    notes: tuple[str, ...] = ()


Progress = Callable[[float], bool]
"""Called with the share done, 0 to 1; answers whether to go on."""


def _go_on(_share: float) -> bool:
    return True


def style(
    crops: NDArray[np.uint8], generator: Generator, progress: Progress = _go_on, attention: bool = True
) -> Styled:
    """Draw ``crops`` (N, S, S, 3) in batches, and say where the generator looked only if ``attention`` is wanted.

    Raises Cancelled when ``progress`` says so between two of them.
    """
    parts: list[Styled] = []
    for start in range(0, len(crops), BATCH):
        if not progress(start / len(crops)):
            raise Cancelled("Stopped.")
        parts.append(generator.run(crops[start : start + BATCH], attention))
    if not progress(1.0):
        raise Cancelled("Stopped.")
    return Styled.joined(parts)


def drawn_faces(
    analysis: Analysis, places: tuple[int, ...], generator: Generator, progress: Progress = _go_on
) -> dict[int, DrawnFace]:
    """Draw the faces at these places of the analysis. Raises Cancelled or ModelError."""
    if not places:
        return {}
    styled = style(analysis.crops[list(places)], generator, progress)
    attention = styled.attention if styled.attention is not None else [None] * len(places)
    return {
        place: DrawnFace(analysis.crops[place], anime, looked, generator.model.manifest.blend)
        for place, anime, looked in zip(places, styled.anime, attention, strict=True)
    }


def compose(
    analysis: Analysis, styled: Styled, view: View, how: Blend = Blend.COVER
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the result in ``view`` and the original in the same view, (H, W, 3) each.

    PORTRAIT shows the largest face. ``styled`` holds as many faces as the view needs, in the analysis' order;
    ``how`` says how they meet the picture in FRAME.
    """
    faces = {place: DrawnFace(analysis.crops[place], anime, None, how) for place, anime in enumerate(styled.anime)}
    left_out = frozenset(range(len(analysis.alignments))) - frozenset(faces)
    result = finished(analysis, faces, view, Finish(left_out=left_out))
    return result.pixels, result.before


def part(analysis: Analysis, view: View, finish: Finish, matting: Matting) -> Parting:
    """Part the people from what is behind them in what ``view`` shows. Raises ModelError when the network fails."""
    if view is View.PORTRAIT:
        crop = analysis.crops[wanted(analysis, view, finish)[0]]
        return Parting(crop, matting(crop, CROP_SIDE))
    return Parting(analysis.picture.pixels, matting(analysis.picture.pixels, PICTURE_SIDE))


def crop_for(direction: Direction, picture: Picture, crop: HandCrop | None) -> HandCrop | None:
    """Return the crop to cut ``picture`` by, None for one by the faces that are found.

    A detector of photos does not find faces in drawings, so a model that paints photos from them takes the centre
    where the user chose nothing.
    """
    if crop is None and direction is Direction.B2A:
        return HandCrop.centred(picture.pixels.shape[1], picture.pixels.shape[0])
    return crop


class Converter:
    """Converts pictures with one detector and one generator; a matting network is needed to change backgrounds."""

    def __init__(self, detector: FaceDetector, generator: Generator, matting: Matting | None = None) -> None:
        self.detector = detector
        self.generator = generator
        self.matting = matting

    def convert(
        self,
        picture: Picture,
        view: View,
        centre: bool = False,
        progress: Progress = _go_on,
        watch: Stopwatch | None = None,
        finish: Finish | None = None,
        crop: HandCrop | None = None,
    ) -> Conversion:
        """Draw ``picture`` in ``view``. Raises NoFaceError, FaceError, ModelError, MatteError or Cancelled."""
        watch = watch or Stopwatch()
        crop = crop_for(self.generator.model.manifest.direction, picture, crop)
        analysis = analyse(picture, self.detector, self.generator.size, centre, watch, crop)
        return self.redraw(analysis, view, progress, watch, finish)

    def redraw(
        self,
        analysis: Analysis,
        view: View,
        progress: Progress = _go_on,
        watch: Stopwatch | None = None,
        finish: Finish | None = None,
    ) -> Conversion:
        """Draw an analysed picture, for instance with another model or in another view."""
        watch, finish = watch or Stopwatch(), finish or Finish()
        with watch.stage("generate"):
            faces = drawn_faces(analysis, wanted(analysis, view, finish), self.generator, progress)
        parting = None
        if finish.background is not Background.KEEP:
            with watch.stage("matte"):
                self.matting = self.matting or Matting.installed()
                parting = part(analysis, view, finish, self.matting)
        with watch.stage("compose"):
            result = finished(analysis, faces, view, finish, parting)
        told = notes(analysis, view, finish)
        return Conversion(result.pixels, result.before, result.alpha, analysis, watch.milliseconds, told)


def notes(analysis: Analysis, view: View, finish: Finish) -> tuple[str, ...]:
    """Return sentences about what the user should know of a result."""
    told = list(analysis.picture.notes)
    if analysis.centred and analysis.by_hand:
        told.append("The centre of the picture was drawn; another part can be chosen by hand.")
    elif analysis.centred:
        told.append("No face was found, so the centre of the picture was drawn.")
    elif view is View.PORTRAIT and len(analysis.faces) > 1 and finish.face == 0:
        told.append(f"{len(analysis.faces)} faces were found; the portrait shows the largest.")
    return tuple(told)
