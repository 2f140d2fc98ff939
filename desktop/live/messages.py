"""What the live page asks of the engine's room, and what it hears back. Nothing here imports the engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.cameras import Camera
from desktop.live.state import SourceChoice
from desktop.work.messages import ModelEntry


@dataclass(frozen=True)
class Wish:
    """How things should stand.

    folder: of recordings. attempt: raised to begin a source again that has ended. start: raised at each start, since
    wishes are passed over when newer ones come: a stop and a start in one breath would else look as if nothing had
    happened.
    """

    source: SourceChoice
    running: bool = False
    model: str | None = None
    device: str = "auto"
    virtual_camera: bool = False
    recording: bool = False
    folder: Path = Path()
    sound: bool = False
    attempt: int = 0
    start: int = 0


class Phase(StrEnum):
    """Where the source stands, as in :class:`core.live.Status`; OFF: nothing is running."""

    OFF = "off"
    OPENING = "opening"
    RUNNING = "running"
    LOST = "lost"
    ENDED = "ended"


@dataclass(frozen=True)
class LiveModel:
    """A model as the page shows it; ``quick``: it is made for live pictures."""

    entry: ModelEntry
    quick: bool


@dataclass(frozen=True)
class Found:
    """What there is on this computer.

    models: those that draw anime; default: the id of the one to begin with.
    devices: what can be asked for, values of :class:`core.runtime.Device`.
    no_virtual_camera, no_microphone: sentences that say why there is none, None where it may be tried.
    """

    models: tuple[LiveModel, ...]
    default: str | None
    devices: tuple[str, ...]
    no_virtual_camera: str | None
    no_microphone: str | None
    problems: tuple[str, ...]


@dataclass(frozen=True)
class CamerasChanged:
    """The cameras that are connected now."""

    cameras: tuple[Camera, ...]


@dataclass(frozen=True)
class PhaseChanged:
    """The source stands elsewhere; ``reason`` is a sentence where the user should know why."""

    phase: Phase
    reason: str | None = None


@dataclass(frozen=True)
class DrawingChanged:
    """This model now draws, on this execution provider; both None: what drew has failed, and nothing draws now."""

    model: str | None
    provider: str | None


@dataclass(frozen=True)
class Refused:
    """It cannot be started, and why."""

    reason: str


@dataclass(frozen=True)
class Told:
    """A sentence for the user; ``serious``: something asked for does not work."""

    text: str
    serious: bool = False


@dataclass(frozen=True)
class SnapshotSaved:
    """A picture was written."""

    path: Path


@dataclass(frozen=True)
class RecordingStarted:
    """What is shown is being written to a video now."""

    path: Path


@dataclass(frozen=True)
class RecordingEnded:
    """The recording is over; ``path`` is None where nothing could be saved."""

    path: Path | None


@dataclass(frozen=True)
class VirtualCameraChanged:
    """It sends to the camera of that name now, or does not, and why where that was not asked for.

    again: it worked until now, so it may be switched on again.
    """

    name: str | None
    reason: str | None = None
    again: bool = False


@dataclass(frozen=True)
class Crashed:
    """A defect of the program; ``details`` is the traceback."""

    details: str


Report = (
    Found
    | CamerasChanged
    | PhaseChanged
    | DrawingChanged
    | Refused
    | Told
    | SnapshotSaved
    | RecordingStarted
    | RecordingEnded
    | VirtualCameraChanged
    | Crashed
)


@dataclass(frozen=True)
class Figures:
    """The read-out: frames a second, milliseconds as (p50, p95), and counts since the source was opened."""

    fps: float
    latency: tuple[float, float] | None
    stages: tuple[tuple[str, float, float], ...]
    dropped: int
    torn: int
    faces: int
    size: tuple[int, int]
    provider: str | None
