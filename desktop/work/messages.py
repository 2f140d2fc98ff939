"""What the window asks of the worker, and what it hears back. Nothing here imports the engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from desktop.work.orders import Drawing as Drawing
from desktop.work.orders import FaceMark as FaceMark
from desktop.work.orders import Look as Look
from desktop.work.orders import ModelEntry as ModelEntry
from desktop.work.orders import Order as Order
from desktop.work.orders import Source as Source
from desktop.work.orders import Touch as Touch
from desktop.work.orders import ViewName as ViewName


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
class Sample:
    """Draw a photo for the sheet of all styles; the order's look names the model."""

    order: Order


@dataclass(frozen=True)
class Zoom:
    """Give a part of a drawing at its full size. part: left, top, width and height as shares of the picture."""

    order: Order
    part: QRectF


@dataclass(frozen=True)
class Adopt:
    """Take a network that finds people, so that backgrounds can be changed; None where it lies in its place already."""

    path: Path | None


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


Request = Prepare | FindModels | Thumbnail | Draw | Sample | Zoom | Adopt | Save | Copy | Export


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
class ModelsFound:
    """The models that can be picked, and a sentence for each that cannot."""

    models: tuple[ModelEntry, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class MattingFound:
    """Whether backgrounds can be changed. missing: how to get what is needed for it, None where it is there."""

    missing: str | None


@dataclass(frozen=True)
class Sampled:
    """A small drawing for the sheet of all styles, or the sentence that says why there is none."""

    order: Order
    image: QImage | None
    sentence: str = ""


@dataclass(frozen=True)
class Zoomed:
    """A part of a photo and its drawing at full size, as it was asked for."""

    order: Order
    part: QRectF
    before: QImage
    after: QImage


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
    """The photo at the size of a screen, before it is drawn. width, height: of the photo itself, in pixels."""

    photo: int
    image: QImage
    width: int
    height: int


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
    | MattingFound
    | Sampled
    | Zoomed
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
