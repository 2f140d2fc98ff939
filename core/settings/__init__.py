"""What the user has chosen, kept from one start to the next.

    loaded = load_settings()                    # once, at the start; never fails
    if loaded.notice:
        ...                                     # one sentence for the user, for instance that defaults are used again
    settings = loaded.settings
    settings.live.steadiness = 0.7              # checked at once; a wrong value raises pydantic.ValidationError
    settings.photos.view = View.FRAME
    save_settings(settings)                     # at each change; raises OutputError with what to do

One ``Settings`` is made at the start and handed to whoever needs it; each page changes its own section: ``photos``,
``live`` or ``app``. Saving writes only what was changed since loading, so that two windows, or an older and a newer
version of the program, do not undo each other's choices: what this version does not know stays in the file.
"""

from core.settings.model import (
    AppSettings,
    LiveChoices,
    PhotoSettings,
    PictureFormat,
    Settings,
    Theme,
)
from core.settings.store import Loaded, load_settings, save_settings

__all__ = [
    "AppSettings",
    "LiveChoices",
    "Loaded",
    "PhotoSettings",
    "PictureFormat",
    "Settings",
    "Theme",
    "load_settings",
    "save_settings",
]
