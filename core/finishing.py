"""How the drawn faces of a picture become a result. The model has done its part: nothing here runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.analysis import Analysis
from core.background import Parting
from core.blending import Blend, blend
from core.rendering import HEAT, Layer, as_heat, mixed, overlaid, side_by_side
from core.views import Background, View


@dataclass(frozen=True)
class Finish:
    """What the user chooses besides model and view.

    intensity: 0 leaves faces as they are, 1 draws them wholly.
    attention: show where the network looked, as a heatmap, instead of what it drew.
    left_out: faces that stay as they are in FRAME, by their place in the analysis. face: the one that PORTRAIT shows.
    """

    intensity: float = 1.0
    attention: bool = False
    left_out: frozenset[int] = frozenset()
    face: int = 0
    background: Background = Background.KEEP


@dataclass(frozen=True)
class DrawnFace:
    """A face as a model drew it.

    crop, anime: (S, S, 3) uint8. attention: (h, w) float32 in [0, 1], or None. how: in which way its model's drawings
    meet a picture.
    """

    crop: NDArray[np.uint8]
    anime: NDArray[np.uint8]
    attention: NDArray[np.float32] | None = None
    how: Blend = Blend.COVER

    @cached_property
    def laid(self) -> NDArray[np.uint8]:
        """(S, S, 3) uint8, the drawing as it is laid over the picture."""
        return blend(self.crop, self.anime, self.how)

    @cached_property
    def alone(self) -> NDArray[np.uint8]:
        """(S, S, 3) uint8, the drawing as a portrait shows it."""
        return blend(self.crop, self.anime, self.how.alone)

    @property
    def nbytes(self) -> int:
        """Bytes that it takes, at most."""
        return 4 * self.anime.nbytes + (self.attention.nbytes if self.attention is not None else 0)


@dataclass(frozen=True)
class Finished:
    """A result.

    pixels: (H, W, 3) uint8; before: the same view of the original, of the same size. alpha: (H, W) uint8 or None.
    """

    pixels: NDArray[np.uint8]
    before: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None


def wanted(analysis: Analysis, view: View, finish: Finish) -> tuple[int, ...]:
    """Return the places of the faces that have to be drawn."""
    count = len(analysis.alignments)
    if view is View.PORTRAIT:
        return (min(finish.face, count - 1),)
    return tuple(place for place in range(count) if place not in finish.left_out)


def finished(
    analysis: Analysis,
    faces: Mapping[int, DrawnFace],
    view: View,
    finish: Finish,
    parting: Parting | None = None,
    used_up: bool = False,
) -> Finished:
    """Compose a result of ``faces``, which hold those that are :func:`wanted`.

    parting: of the crop that is shown in PORTRAIT, of the picture in FRAME; without it the background is kept.
    used_up: FRAME is drawn into the analysis' own picture, of which there may be only one in memory; ``before`` is then
    that result too.
    """
    layers = [_layer(analysis, place, faces[place], view) for place in wanted(analysis, view, finish)]
    strength = HEAT if finish.attention else finish.intensity
    if finish.attention:
        layers = [as_heat(layer) for layer in layers]
    if view is View.PORTRAIT:
        layer = layers[0]
        pixels, before, alpha = mixed(layer, strength * layer.opacity), layer.crop, None
    else:
        # The largest face is in front as a rule, so it is laid on top.
        pixels = overlaid(analysis.picture.pixels, layers, strength, in_place=used_up)
        before, alpha = analysis.picture.pixels, analysis.picture.alpha
    if parting is not None:
        in_place = used_up and view is View.FRAME
        pixels, alpha = parting.put_before(pixels, finish.background, alpha, in_place)
    return Finished(pixels, before, alpha)


def beside_original(result: Finished, alpha: NDArray[np.uint8] | None) -> Finished:
    """Put the original, which has this ``alpha``, left of the result."""
    if result.alpha is not None:
        whole = np.full_like(result.alpha, 255) if alpha is None else alpha
        alpha = np.hstack((whole, result.alpha))
    return Finished(side_by_side(result.before, result.pixels), side_by_side(result.before, result.before), alpha)


def _layer(analysis: Analysis, place: int, face: DrawnFace, view: View) -> Layer:
    drawing = face.alone if view is View.PORTRAIT else face.laid
    return Layer(analysis.alignments[place], face.crop, drawing, face.attention)
