"""What the window tells in passing."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How serious it is; also the name of its icon."""

    SUCCESS = "success"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Action:
    """A button beside a sentence."""

    label: str
    run: Callable[[], None]
    icon: str | None = None


@dataclass(frozen=True)
class Notice:
    """A sentence for the user, and what can be done about it."""

    tone: Tone
    text: str
    actions: tuple[Action, ...] = ()

    @property
    def passing(self) -> bool:
        """Whether it may go away by itself."""
        return self.tone in {Tone.SUCCESS, Tone.INFO}
