"""What the user has chosen on the live page; survives a restart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.views import LiveSource, LiveView


@dataclass(frozen=True)
class SourceChoice:
    """One source; two that are equal need not be opened twice.

    name: the camera's name, empty for whichever there is, or the address, or the file's path.
    width, height, rate: wished of a camera.
    """

    kind: LiveSource
    name: str
    width: int = 0
    height: int = 0
    rate: int = 0


@dataclass(frozen=True)
class LiveState:
    """The choices, with the values of a first start.

    mirror is for what looks at the user, mirror_others for files. model: None for the one made for live pictures.
    device: a value of :class:`core.runtime.Device`. The rest as in :class:`core.live.LiveSettings`.
    overlay: whether the figures are shown, unfolded: all of them. sound: whether recordings have it. folder: of
    snapshots and recordings, empty for the user's own ones for pictures and videos.
    """

    kind: LiveSource = LiveSource.CAMERA
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
    folder: str = ""

    @property
    def source(self) -> SourceChoice:
        """The source that is chosen."""
        if self.kind is LiveSource.CAMERA:
            return SourceChoice(self.kind, self.camera, self.width, self.height, self.rate)
        names = {LiveSource.NETWORK: self.address, LiveSource.FILE: self.file}
        return SourceChoice(self.kind, names.get(self.kind, ""))

    @property
    def mirrored(self) -> bool:
        """Whether the chosen source is shown as a mirror would."""
        return self.mirror_others if self.kind is LiveSource.FILE else self.mirror

    def with_mirror(self, mirrored: bool) -> LiveState:
        """Return the state with the chosen source mirrored or not."""
        field = "mirror_others" if self.kind is LiveSource.FILE else "mirror"
        changes: dict[str, Any] = {field: mirrored}
        return replace(self, **changes)


def without_password(address: str) -> str:
    """Leave name and password out of an address that is shown to whoever looks at the screen, or kept in a file."""
    scheme, mark, rest = address.rpartition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}{mark}{place.rpartition('@')[2]}{slash}{path}"
