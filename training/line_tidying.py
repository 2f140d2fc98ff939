"""Taking out of line art what does not belong there: strokes on bare skin and walls, dark teeth, black lips.

Networks that learnt from young faces before white draw an old one's every shade as a stroke, like a scar, and a wall's
as a crack. Where the photo shows bare skin strokes go; where it has a wrinkle itself a faint one stays, for it is the
person's age. What is a beard stays. What is behind the person is left to the paper.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.colour import from_lab, to_lab
from training.backdrops import Image
from training.networks.parsing import FaceParser, Part
from training.tidying import WIDTH, bare_skin, disc, without_marks

_CERTAIN = 0.6
#: CIELAB lightness by which a photo's wrinkle is darker than the skin around it to be seen, and to be seen wholly;
#: and how much of its stroke then stays.
_WRINKLE, _STAYS = (6.0, 20.0), 0.4
#: CIELAB lightness by which both halves of a chin are darker than the skin where it has a beard.
_BEARD = 13.0
#: CIELAB lightness in a mouth from which, and from which wholly, it is taken for teeth; how light these are drawn.
_TEETH, _WHITE = (38.0, 58.0), 96.0
#: What lips are drawn as, CIELAB; and how much of it those take over that are darker.
_RED, _REDDENED = (58.0, 32.0, 14.0), 0.6
#: Paper as the style has it, CIELAB; how far beside a person, in shares of the side, outlines may still be drawn.
_PAPER, _OUTLINE = (100.0, 0.0, 0.0), 0.03


class LineTidying:
    """Callable on a photo and its drawing."""

    def __init__(self, parser: FaceParser) -> None:
        self._parser = parser

    def __call__(self, photo: NDArray[np.uint8], drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ``drawing`` with clean skin and teeth, both aligned (S, S, 3) uint8 RGB; without a face, as it is."""
        parts = self._parser.parts(photo)
        skin = parts[..., Part.SKIN] > _CERTAIN
        if not skin.any():
            return drawing
        lightness = to_lab(photo)[..., 0]
        clean = without_marks(drawing, bare_skin(parts) & ~_beard(lightness, parts, skin), WIDTH)
        wrinkles = _wrinkles(lightness, skin)[..., None] * _STAYS
        faint = clean + (drawing.astype(np.float32) - clean) * wrinkles
        return _on_paper(_mouth(np.asarray(faint.round(), dtype=np.uint8), lightness, parts), parts)


def _wrinkles(lightness: Image, skin: NDArray[np.bool_]) -> Image:
    """How much a photo shows a wrinkle, (S, S) in [0, 1]."""
    alone = _blurred(np.where(skin, lightness, np.median(lightness[skin])), 0.004 * len(skin))
    depth = cv2.morphologyEx(alone, cv2.MORPH_CLOSE, disc(WIDTH / 2, WIDTH / 2, len(skin))) - alone
    return _blurred(_ramp(depth, _WRINKLE), 0.008 * len(skin))


def _beard(lightness: Image, parts: Image, skin: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where skin below the nose is dark on both sides of the face: a shadow lies on one."""
    nose = np.argwhere(parts[..., Part.NOSE] > _CERTAIN)
    if not len(nose):
        return np.zeros_like(skin)
    side = len(skin)
    across, down = (round(float(mean)) for mean in (nose[:, 1].mean(), nose[:, 0].mean()))
    above = lightness[:down][skin[:down]]
    middle = np.median(above if len(above) else lightness[skin])
    broad = _blurred(np.where(skin, lightness, middle), 0.02 * side)
    other = broad[:, (2 * across - np.arange(side)).clip(0, side - 1)]
    beard = np.maximum(broad, other) < middle - _BEARD
    beard[:down] = False
    return np.asarray(beard & skin)


def _mouth(drawing: NDArray[np.uint8], lightness: Image, parts: Image) -> NDArray[np.uint8]:
    """Whiten teeth, and redden lips where they are drawn darker than red."""
    side = len(parts)
    inside, lips = (
        _blurred(parts[..., which].sum(axis=-1), 0.003 * side)[..., None]
        for which in ((Part.MOUTH,), (Part.UPPER_LIP, Part.LOWER_LIP))
    )
    teeth = inside * _ramp(_blurred(lightness, 0.004 * side), _TEETH)[..., None]
    lab = to_lab(drawing)
    darker = _ramp(_RED[0] - lab[..., :1], (0.0, 15.0))
    lab += (np.array(_RED, dtype=np.float32) - lab) * lips * darker * _REDDENED
    lab += (np.array([_WHITE, 1.0, 2.0], dtype=np.float32) - lab) * teeth
    return from_lab(lab)


def _on_paper(drawing: NDArray[np.uint8], parts: Image) -> NDArray[np.uint8]:
    """Leave to the paper what is behind the person; ``parts`` is what the face parser gives for the photo."""
    side = len(parts)
    behind: NDArray[Any] = (parts[..., Part.BACKDROP] > _CERTAIN).astype(np.uint8)
    # A hole between strands of hair is no wall, and around the person lies the outline.
    behind = cv2.morphologyEx(behind, cv2.MORPH_OPEN, disc(_OUTLINE, _OUTLINE, side))
    behind = cv2.erode(behind, disc(_OUTLINE, _OUTLINE, side), borderValue=1)
    amount = _blurred(behind, _OUTLINE / 4 * side)[..., None]
    lab = to_lab(drawing)
    lab += (np.array(_PAPER, dtype=np.float32) - lab) * amount
    return from_lab(lab)


def _ramp(of: Image, ends: tuple[float, float]) -> Image:
    """Rise from 0 at the lower to 1 at the upper of ``ends``."""
    return np.asarray(((of - ends[0]) / (ends[1] - ends[0])).clip(0, 1), dtype=np.float32)


def _blurred(of: NDArray[Any], deviation: float) -> Image:
    return np.asarray(cv2.GaussianBlur(of.astype(np.float32), (0, 0), deviation), dtype=np.float32)
