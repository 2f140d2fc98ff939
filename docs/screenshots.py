"""Takes the pictures of the window in this folder: `python dev.py screenshots`.

Every page in each language and theme, with the installed models, from the example of nobody. No window is shown.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "resources" / "samples" / "portrait.jpg"
PATIENCE = 300.0
"""Seconds that the models may take."""

_SIZE = (1180, 760)
_QUALITY = 55


def main() -> int:
    """Take them all; returns 0."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as home:
        # Nothing of the user's is read, shown or changed.
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            os.environ[name] = home
        Photographer(Path(home)).take_all()
    return 0


class Photographer:
    """Works the window as a user would, and keeps what it looks like."""

    def __init__(self, folder: Path) -> None:
        from desktop.application import make_application, make_studio
        from desktop.live.controller import LiveController
        from desktop.live.state import LiveState
        from desktop.photos.controller import PhotosController
        from desktop.queue.controller import QueueController
        from desktop.window import MainWindow
        from desktop.words.language import Language
        from desktop.work.worker import Worker

        self.folder = folder
        self.application = make_application(sys.argv[:1])
        self.language = Language(self.application, "en")
        self.worker = Worker(make_studio)
        self.photos = PhotosController(self.worker)
        self.queue = QueueController()
        self.live = LiveController(LiveState(overlay=False))
        self.window = MainWindow(self.photos, self.live, self.queue, self.language)
        self.window.resize(*_SIZE)
        self.window.show()
        self.wait(lambda: self.photos.models)

    def wait(self, condition: Callable[[], object]) -> None:
        """Let the window live until something is so."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise SystemExit("The window does not come to what was to be shown; see what it says.")
            self.rest(0.05)

    def rest(self, seconds: float) -> None:
        """Let animations come to their end."""
        from PySide6.QtCore import QEventLoop, QTimer

        # A loop of its own: processEvents alone would leave what is to be deleted.
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    def take_all(self) -> None:
        """Bring the window to each of its pages, and take each in all its looks."""
        self.take("empty")
        self.take_first_page()
        self.window.photos.open_photos([SAMPLE])
        self.wait(lambda: self.photos.current and self.photos.current.drawing)
        self.rest(2.0)
        self.take("photo")
        self.fill_list()
        self.take("list")
        self.window.show_page("live")
        self.take("live-before")
        self.window.live.show_example()
        self.wait(lambda: self.live.drawing is not None and self.live.figures and self.live.figures.faces)
        self.rest(2.0)
        self.take("live")
        self.window.close()
        for part in (self.live, self.queue, self.worker):  # what still ran at the end would end it with an error
            part.wait(30.0)

    def fill_list(self) -> None:
        """Put some files into the list, and convert them but for the last."""
        album = self.folder / "album"
        album.mkdir()
        for name in ("anna.jpg", "beach.jpg", "cat.jpg"):
            shutil.copy(SAMPLE, album / name)
        self.window.photos.open_photos([album])
        self.wait(lambda: len(self.queue.entries.entries) == 3)
        self.queue.begin()
        self.wait(lambda: all(not entry.open for entry in self.queue.entries.entries))
        self.rest(1.0)

    def take_first_page(self) -> None:
        """Take the page of the first start, with the example in the camera's place."""
        from core.cameras import Camera
        from core.views import LiveSource
        from desktop.live.parts import Parts
        from desktop.live.state import SourceChoice
        from desktop.pages.welcome import WelcomePage

        camera = Camera("Webcam", 0, "")
        example = SourceChoice(LiveSource.EXAMPLE, "")
        page = WelcomePage(self.window, None, lambda: [camera], lambda _camera: Parts().source(example))
        self.wait(page.camera.isEnabled)
        page.camera.choose(camera.name)
        self.wait(lambda: not page.preview.image.isNull())
        self.take("first")
        page.start_button.click()
        self.rest(0.2)

    def take(self, name: str) -> None:
        """Take the window in every language and theme."""
        from desktop.theme import DARK, LIGHT, wear
        from desktop.words.language import LANGUAGES

        for tag, _ in LANGUAGES:
            self.language.choose(tag)
            self.rest(1.0)  # pictures of the list are read again
            for theme, tokens in (("light", LIGHT), ("dark", DARK)):
                wear(self.application, tokens)
                self.rest(0.5)
                path = HERE / "screenshots" / f"{name}-{tag}-{theme}.webp"
                path.parent.mkdir(exist_ok=True)
                self.window.grab().save(str(path), "WEBP", _QUALITY)  # type: ignore[call-overload]
        self.language.choose("en")
        wear(self.application, LIGHT)
        self.rest(0.5)


if __name__ == "__main__":
    sys.exit(main())
