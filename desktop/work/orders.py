"""How a drawing is wanted, and what came of it. Nothing here imports the engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from core.views import Background
from desktop.words.heard import heard
from desktop.words.language import spoken

if TYPE_CHECKING:
    from core.handcrop import HandCrop

ViewName = Literal["portrait", "frame"]
"""The values of :class:`core.views.View`."""

Source = Path | QImage
"""A file, or a picture that was pasted or dropped without one."""


@dataclass(frozen=True)
class Look:
    """How pictures are drawn; ``model`` is None for the default one.

    intensity: 0 leaves faces as they are, 1 draws them wholly. attention: show where the model looked instead.
    """

    model: str | None
    view: ViewName
    intensity: float = 1.0
    background: Background = Background.KEEP
    attention: bool = False


@dataclass(frozen=True)
class Touch:
    """What was chosen for one photo alone.

    centre: draw the centre of the picture where there is no face. crop: draw this square and look for no face.
    left_out: faces that stay as they are in the whole photo. face: the one that the portrait shows. models: faces with
    a style of their own, and its model. Faces are named by their place, the largest first.
    """

    centre: bool = False
    crop: HandCrop | None = None
    left_out: frozenset[int] = frozenset()
    face: int = 0
    models: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Order:
    """A drawing that is wanted.

    photo: the photo's number, by which the answers name it.
    ticket: tells this order from others for the same photo; a later one has a higher ticket.
    """

    photo: int
    ticket: int
    source: Source
    look: Look
    touch: Touch = Touch()


@dataclass(frozen=True)
class ModelEntry:
    """A model as the picker shows it.

    name, style, licence: in English; names: by language tag. to_photo: it paints photos from drawings. attention: it
    tells where it looked.
    """

    identifier: str
    name: str
    style: str
    licence: str
    to_photo: bool = False
    attention: bool = True
    names: tuple[tuple[str, str], ...] = ()

    @property
    def shown_name(self) -> str:
        """Its name in the language that the window speaks."""
        return dict(self.names).get(spoken(), self.name)

    @property
    def shown_style(self) -> str:
        """Its style in that language, as far as it is one of ours."""
        return heard(self.style)

    @property
    def shown_licence(self) -> str:
        """Its terms in that language, as far as they are ours."""
        return heard(self.licence)


@dataclass(frozen=True)
class FaceMark:
    """A face that was found. box: as shares of the picture's sides. image: its crop, small."""

    box: QRectF
    image: QImage


@dataclass(frozen=True)
class Drawing:
    """A result at the size of a screen, with its facts.

    before, after: the original and the drawing in the same view and of the same size.
    width, height: of the result itself, in pixels.
    seconds: spent on finding and drawing the faces, without reading the file.
    provider: the execution provider that drew.
    centred: the centre of the picture was drawn; by_hand: no face was looked for.
    marks: the faces that were found, the largest first.
    to_photo: the original is a drawing, and the result a photo.
    """

    look: Look
    touch: Touch
    before: QImage
    after: QImage
    width: int
    height: int
    faces: int
    seconds: float
    provider: str
    centred: bool
    by_hand: bool
    marks: tuple[FaceMark, ...]
    notes: tuple[str, ...]
    to_photo: bool = False
