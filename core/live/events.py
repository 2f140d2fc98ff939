"""What the live path has to say while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Where the source stands.

    OPENING: it is being opened. RUNNING: it gives frames, with a reason where they show nothing. LOST: it gives none
    now and is tried again. ENDED: it is over. STOPPED: the session was stopped.
    """

    OPENING = "opening"
    RUNNING = "running"
    LOST = "lost"
    ENDED = "ended"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The source's status is another one; ``reason`` is a sentence where the user should know why."""

    status: Status
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the user about something that goes on all the same, such as the CPU in place of the GPU."""

    text: str


@dataclass(frozen=True, slots=True)
class ModelChanged:
    """This model now draws, on this execution provider; both None: what drew has failed, and nothing draws now."""

    model: str | None
    provider: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """Something asked for does not work; ``text`` is a sentence. ``error`` is set where it is a defect of ours."""

    text: str
    error: BaseException | None = None


Event = StatusChanged | Notice | ModelChanged | Fault
Report = Callable[[Event], None]
