"""What the user has chosen on the live page; survives a restart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from core.views import LiveView


class SourceKind(StrEnum):
    """Where the pictures come from. EXAMPLE is a computed face that moves, for those without a camera."""

    CAMERA = "camera"
    NETWORK = "network"
    FILE = "file"
    EXAMPLE = "example"


@dataclass(frozen=True)
class SourceChoice:
    """One source; two that are equal need not be opened twice.

    name: the camera's name, empty for whichever there is, or the address, or the file's path.
    width, height, rate: wished of a camera.
    """

    kind: SourceKind
    name: str
    width: int = 0
    height: int = 0
    rate: int = 0


@dataclass(frozen=True)
class LiveState:
    """The choices, with the values of a first start.

    mirror is for what looks at the user, mirror_others for files. model: None for the one made for live pictures.
    device: a value of :class:`core.runtime.Device`. The rest as in :class:`core.live.LiveSettings`.
    overlay: whether the figures are shown, unfolded: all of them. sound: whether recordings have it.
    """

    kind: SourceKind = SourceKind.CAMERA
    camera: str = ""
    address: str = ""
    file: str = ""
    width: int = 1280
    height: int = 720
    rate: int = 30
    mirror: bool = True
    mirror_others: bool = False
    view: LiveView = LiveView.FRAME
    intensity: float = 1.0
    steadiness: float = 0.5
    split: float = 0.5
    largest_only: bool = False
    model: str | None = None
    device: str = "auto"
    overlay: bool = True
    unfolded: bool = False
    sound: bool = False

    @property
    def source(self) -> SourceChoice:
        """The source that is chosen."""
        if self.kind is SourceKind.CAMERA:
            return SourceChoice(self.kind, self.camera, self.width, self.height, self.rate)
        names = {SourceKind.NETWORK: self.address, SourceKind.FILE: self.file}
        return SourceChoice(self.kind, names.get(self.kind, ""))

    @property
    def mirrored(self) -> bool:
        """Whether the chosen source is shown as a mirror would."""
        return self.mirror_others if self.kind is SourceKind.FILE else self.mirror

    def with_mirror(self, mirrored: bool) -> LiveState:
        """Return the state with the chosen source mirrored or not."""
        field = "mirror_others" if self.kind is SourceKind.FILE else "mirror"
        changes: dict[str, Any] = {field: mirrored}
        return replace(self, **changes)
