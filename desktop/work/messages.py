"""What the window asks of the worker, and what it hears back. Nothing here imports the engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from PySide6.QtGui import QImage

ViewName = Literal["portrait", "frame"]
"""The values of :class:`core.converter.View`, whose module is too heavy to import before the first paint."""

Source = Path | QImage
"""A file, or a picture that was pasted or dropped without one."""


@dataclass(frozen=True)
class Look:
    """How a picture is drawn; ``model`` is None for the default one."""

    model: str | None
    view: ViewName


@dataclass(frozen=True)
class Order:
    """A drawing that is wanted.

    photo: the photo's number, by which the answers name it.
    ticket: tells this order from others for the same photo.
    centre: draw the centre of the picture where there is no face.
    """

    photo: int
    ticket: int
    source: Source
    look: Look
    centre: bool = False


@dataclass(frozen=True)
class Prepare:
    """Find the models and load what the first drawing needs."""


@dataclass(frozen=True)
class FindModels:
    """Look for the models again: there are others now."""


@dataclass(frozen=True)
class Thumbnail:
    """Read a small picture of a photo that waits for its turn."""

    photo: int
    source: Source


@dataclass(frozen=True)
class Draw:
    """Draw a photo and show it."""

    order: Order


@dataclass(frozen=True)
class Save:
    """Write a drawing at its full size."""

    order: Order
    path: Path


@dataclass(frozen=True)
class Copy:
    """Give a drawing at its full size for the clipboard."""

    order: Order


@dataclass(frozen=True)
class Export:
    """Write a drawing to a temporary file that can be dragged out."""

    order: Order
    path: Path


Request = Prepare | FindModels | Thumbnail | Draw | Save | Copy | Export


class Stage(StrEnum):
    """What is being done for a photo."""

    LOADING = "loading"
    OPENING = "opening"
    SEARCHING = "searching"
    DRAWING = "drawing"


class Refusal(StrEnum):
    """Why there is no drawing."""

    NO_FACE = "no face"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class ModelEntry:
    """A model as the picker shows it."""

    identifier: str
    name: str
    style: str
    licence: str


@dataclass(frozen=True)
class Drawing:
    """A result at the size of a screen, with its facts.

    before, after: the original and the drawing in the same view and of the same size.
    width, height: of the result itself, in pixels.
    seconds: spent on finding and drawing the faces, without reading the file.
    provider: the execution provider that drew.
    centred: there was no face, and the centre was drawn.
    """

    look: Look
    before: QImage
    after: QImage
    width: int
    height: int
    faces: int
    seconds: float
    provider: str
    centred: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ModelsFound:
    """The models that can be picked, and a sentence for each that cannot."""

    models: tuple[ModelEntry, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Noticed:
    """Something about the installation that the user should know."""

    sentence: str


@dataclass(frozen=True)
class Thumbnailed:
    """A small picture of a photo."""

    photo: int
    image: QImage


@dataclass(frozen=True)
class Progressed:
    """How far the work on a photo is; ``share`` is 0 to 1, or None where nobody knows."""

    photo: int
    stage: Stage
    share: float | None = None


@dataclass(frozen=True)
class Opened:
    """The photo at the size of a screen, before it is drawn."""

    photo: int
    image: QImage


@dataclass(frozen=True)
class Drawn:
    """A drawing is ready."""

    order: Order
    drawing: Drawing


@dataclass(frozen=True)
class Refused:
    """There is no drawing, and why."""

    order: Order
    reason: Refusal
    sentence: str


@dataclass(frozen=True)
class Saved:
    """A drawing was written."""

    path: Path


@dataclass(frozen=True)
class Copied:
    """A drawing at its full size."""

    image: QImage


@dataclass(frozen=True)
class Exported:
    """A drawing lies in a temporary file."""

    order: Order
    path: Path


@dataclass(frozen=True)
class Failed:
    """A drawing could not be written or copied."""

    sentence: str


@dataclass(frozen=True)
class Crashed:
    """A defect of the program; ``details`` is the traceback."""

    details: str


Report = (
    ModelsFound
    | Noticed
    | Thumbnailed
    | Progressed
    | Opened
    | Drawn
    | Refused
    | Saved
    | Copied
    | Exported
    | Failed
    | Crashed
)
