"""The settings as typed values with their defaults."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, PrivateAttr

from core.views import Background, LiveSource, LiveView, View

#: Version of the file's layout; raised when a key changes its name or meaning, with a step in migration.py.
VERSION = 1

Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]


class Theme(StrEnum):
    """SYSTEM follows the desktop's own choice."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class PictureFormat(StrEnum):
    """Formats of results, named as their files end."""

    PNG = "png"
    JPEG = "jpg"
    WEBP = "webp"
    AVIF = "avif"
    TIFF = "tiff"


class _Section(BaseModel):
    model_config = ConfigDict(extra="ignore", validate_assignment=True)


class PhotoSettings(_Section):
    """How photos and videos become results.

    name_pattern: name of a result without its ending; :func:`core.naming.result_stem` lists what stands in braces.
    folder: where results go, None for beside the original. quality: for formats that lose detail, and for videos.
    keep_gps: whether a result tells where its photo was taken. intensity: 0 leaves faces as they are, 1 draws them
    wholly. steadiness: of videos, as in live.
    """

    name_pattern: str = Field(default="{name} {style}", min_length=1, max_length=200)
    folder: str | None = None
    format: PictureFormat = PictureFormat.PNG
    quality: int = Field(default=95, ge=1, le=100)
    keep_gps: bool = False
    background: Background = Background.KEEP
    view: View = View.FRAME
    intensity: Share = 1.0
    steadiness: Share = 0.5
    model: str | None = None


class LiveChoices(_Section):
    """How the camera is shown.

    camera_name, camera_backend: as in :class:`core.cameras.Camera`; None for the first one. size: width and height in
    pixels. rate: frames a second. overlay: whether the figures are shown on the picture; unfolded: all of them. model:
    None for the one made for live pictures. source: what is shown, a camera, a network camera at ``address`` (kept
    without its password), a video ``file`` or the example. mirror_file: mirror videos. device: as in
    :class:`core.runtime.Device`. sound: record the microphone, too. folder: where snapshots and recordings go, None for
    the user's own ones for pictures and videos. The others are those of :class:`core.live.LiveSettings`.
    """

    source: LiveSource = LiveSource.CAMERA
    address: str = Field(default="", max_length=2000)
    file: str = ""
    mirror_file: bool = False
    device: str = "auto"
    unfolded: bool = False
    sound: bool = False
    folder: str | None = None

    camera_name: str | None = None
    camera_backend: str | None = None
    size: tuple[Annotated[int, Field(ge=16, le=16_384)], Annotated[int, Field(ge=16, le=16_384)]] = (1280, 720)
    rate: float = Field(default=30.0, gt=0.0, le=1000.0, allow_inf_nan=False)
    mirror: bool = True
    view: LiveView = LiveView.FRAME
    intensity: Share = 1.0
    steadiness: Share = 0.5
    split: Share = 0.5
    overlay: bool = True
    largest_only: bool = False
    model: str | None = None


class AppSettings(_Section):
    """The program itself.

    language: as in "zh_TW"; None follows the system. choices: small things that are remembered, by name, such as the
    folder that was last opened or a question that is not to be asked again.
    """

    language: str | None = Field(default=None, pattern=r"^[A-Za-z]{2,3}(_[A-Za-z0-9]{2,8})*$")
    theme: Theme = Theme.SYSTEM
    first_run_done: bool = False
    choices: dict[str, JsonValue] = Field(default_factory=dict)


class Settings(_Section):
    """Everything the user has chosen, by section."""

    photos: PhotoSettings = Field(default_factory=PhotoSettings)
    live: LiveChoices = Field(default_factory=LiveChoices)
    app: AppSettings = Field(default_factory=AppSettings)

    # What the file held when it was read, so that saving knows what was changed since.
    _origin: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def origin(self) -> dict[str, Any]:
        """The file's content as it was last read or written."""
        return self._origin

    @origin.setter
    def origin(self, content: dict[str, Any]) -> None:
        self._origin = content
