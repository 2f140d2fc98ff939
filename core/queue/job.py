"""What is to be converted and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from core.errors import ImageError, SourceError
from core.images import is_animation, is_picture_path
from core.naming import result_stem
from core.settings import PhotoSettings, PictureFormat
from core.settings.model import Share
from core.video import is_video_path, open_video
from core.views import Background, View
from core.writing import Destination


class Kind(StrEnum):
    """What a file is: a still picture, an animated one, a video."""

    PHOTO = "photo"
    ANIMATION = "animation"
    VIDEO = "video"


def kind_of(path: Path) -> Kind:
    """Look what a file is; what cannot be read counts as a photo, whose reading then says what is wrong with it."""
    if is_video_path(path):
        return Kind.VIDEO
    try:
        return Kind.ANIMATION if is_animation(path) else Kind.PHOTO
    except ImageError:
        if is_picture_path(path) or not path.is_file():
            return Kind.PHOTO
    try:
        open_video(path).close()
    except SourceError:
        return Kind.PHOTO
    return Kind.VIDEO


class Wishes(BaseModel):
    """How a file is to be converted. It does not change while the job waits, whatever is chosen meanwhile.

    model: None for the default one. folder: None for beside the source. centre: without a face, draw the picture's
    centre. replace: put the result in the place of a file of that name; else it gets a number. start, end: seconds of
    a video that are wanted. The others are those of :class:`core.settings.PhotoSettings`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    model: str | None = None
    folder: str | None = None
    name_pattern: str = "{name} {style}"
    format: PictureFormat = PictureFormat.PNG
    quality: int = Field(default=95, ge=1, le=100)
    keep_gps: bool = False
    background: Background = Background.KEEP
    view: View = View.PORTRAIT
    intensity: Share = 1.0
    steadiness: Share = 0.5
    centre: bool = False
    replace: bool = False
    start: float | None = None
    end: float | None = None

    @classmethod
    def of(cls, settings: PhotoSettings) -> Wishes:
        """Return what the settings say at this moment."""
        return cls.model_validate(settings.model_dump())

    def destination(self, source: Path, style: str, moment: datetime | None = None) -> Destination:
        """Return where the result of ``source`` goes when the model ``style`` draws it."""
        folder = Path(self.folder) if self.folder else source.parent
        stem = result_stem(self.name_pattern, source, style, moment or datetime.now().astimezone())
        return Destination(folder, stem, self.replace)


class State(StrEnum):
    """WAITING, RUNNING, and how it ended: DONE, FAILED, CANCELLED."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({State.DONE, State.FAILED, State.CANCELLED})


@dataclass(frozen=True)
class Job:
    """One file in the queue at one moment.

    share: of the work that is done, 0 to 1. result: the file that was made. error: a sentence, where it failed.
    notes: sentences about the result. encoder: FFmpeg's name of what encoded a video. weight: how much work it is, in
    photos.
    """

    identifier: int
    source: Path
    wishes: Wishes
    state: State = State.WAITING
    share: float = 0.0
    result: Path | None = None
    error: str | None = None
    notes: tuple[str, ...] = ()
    encoder: str | None = None
    weight: float = 1.0
