"""The Qt application around the window: settings, theme, first start, uncaught errors, and an end in good time."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from core import __version__, logs
from core.cameras import Camera
from core.errors import AnimirrorError
from core.settings import Settings, load_settings, save_settings
from desktop.dialogs.defect import DefectDialog
from desktop.goodbye import Goodbye
from desktop.icons import window_icon
from desktop.live.controller import LiveController
from desktop.live.keeping import Keeper, kept_state
from desktop.notices import Notice, Tone
from desktop.openings import Openings
from desktop.pages.welcome import WelcomePage
from desktop.photos.controller import PhotosController
from desktop.queue.controller import QueueController
from desktop.startup import FirstPaint, tell_startup_time
from desktop.theme import base_font, follow_system
from desktop.window import MainWindow
from desktop.words.language import Language
from desktop.work.messages import Report
from desktop.work.worker import Performer, Worker

_LAST_SECONDS = 1.5
"""How long a closed window's work may take to stop, all of it together."""

_SAVING_SECONDS = 600.0
"""How long a file may take that is still being written: 300 megapixels on a slow disk. Nobody sees the program wait."""


def run(photos: Sequence[Path], startup_time: bool = False) -> int:
    """Open the window with ``photos`` in it, and return the exit code once it is closed.

    startup_time: print how long it took until the window was seen, and close it.
    """
    application = make_application(sys.argv[:1])
    defects = Defects()
    sys.excepthook = defects.hook
    threading.excepthook = lambda happened: defects.hook(happened.exc_type, happened.exc_value, happened.exc_traceback)
    # Qt's loop never gives Python a turn to raise KeyboardInterrupt; Ctrl+C in a terminal ends the program as usual.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform != "win32":
        Goodbye(application)
    loaded = load_settings()
    settings = loaded.settings
    language = Language(application, settings.app.language)
    worker = Worker(make_studio)
    controller = PhotosController(worker)
    controller.crashed.connect(defects.tell)
    live = LiveController(kept_state(settings))
    live.crashed.connect(defects.tell)
    live.drawing_changed.connect(lambda: _note_drawing(live))
    Keeper(live, settings)
    queue = QueueController(settings)
    window = MainWindow(controller, live, queue, language)
    language.changed.connect(lambda tag: _keep_language(tag, settings, controller))
    openings = Openings(application)
    openings.opened.connect(lambda path: window.photos.open_photos([path]))
    FirstPaint(window, _begin_diary)
    if startup_time:
        tell_startup_time(window)
    elif not settings.app.first_run_done:
        welcome(window, settings, live, controller)
    window.show()
    if loaded.notice:
        controller.noticed.emit(Notice(Tone.WARNING, loaded.notice))
    window.photos.open_photos([path.absolute() for path in photos])
    code = application.exec()
    last = time.monotonic() + _LAST_SECONDS
    ended = live.wait(_LAST_SECONDS) and queue.wait(max(0.0, last - time.monotonic()))
    done = worker.wait(_SAVING_SECONDS if worker.saving else max(0.0, last - time.monotonic()))
    logs.note("The window was closed.")
    logs.stop_watching()
    logs.end()
    if not (done and ended):
        # The engine or a camera's driver is in a call that nothing can break off, and no file is being written.
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # a packaged program on Windows has no terminal to write to
                stream.flush()
        os._exit(code)
    return code


def welcome(window: MainWindow, settings: Settings, live: LiveController, photos: PhotosController) -> WelcomePage:
    """Show the page of the first start over ``window``; what is chosen on it is kept, and it does not come again."""
    page = WelcomePage(window, settings.app.language)

    def take_camera(camera: Camera | None) -> None:
        settings.live.camera_name = camera.name if camera else None
        settings.live.camera_backend = camera.backend if camera else None
        live.change(camera=camera.name if camera else "")

    def take_language(language: str | None) -> None:
        settings.app.language = language
        window.language.choose(language)

    def finish() -> None:
        settings.app.first_run_done = True
        _save(settings, photos)

    page.camera_chosen.connect(take_camera)
    page.language_chosen.connect(take_language)
    page.finished.connect(finish)
    return page


def _keep_language(language: str | None, settings: Settings, photos: PhotosController) -> None:
    settings.app.language = language
    if settings.app.first_run_done:  # otherwise the page of the first start saves it
        _save(settings, photos)


def _save(settings: Settings, photos: PhotosController) -> None:
    try:
        save_settings(settings)
    except AnimirrorError as error:
        photos.noticed.emit(Notice(Tone.WARNING, str(error)))


def _note_drawing(live: LiveController) -> None:
    if live.drawing is not None and live.drawing.model is not None:
        logs.note(f"live pictures are drawn by {live.drawing.model} on {live.drawing.provider}")


def _begin_diary() -> None:
    logs.begin()
    logs.watch_for_crashes()


def make_application(arguments: Sequence[str]) -> QApplication:
    """Make the application in its theme, which follows the system's."""
    application = QApplication(list(arguments))
    application.setApplicationName("animirror")
    application.setApplicationDisplayName("Animirror")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("animirror")
    application.setWindowIcon(window_icon())
    application.setStyle("Fusion")
    application.setFont(base_font(application.font()))
    follow_system(application)
    return application


def make_studio(report: Callable[[Report], None]) -> Performer:
    """Make the performer on the worker's thread, where the engine's imports hold nothing up."""
    from desktop.work.studio import Studio

    return Studio(report)


class Defects(QObject):
    """Shows uncaught exceptions of any thread, one dialog at a time.

    happened: carries a traceback to the window's thread.
    """

    happened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._dialog: DefectDialog | None = None
        self.happened.connect(self._show)

    def hook(self, kind: type[BaseException], error: BaseException | None, place: TracebackType | None) -> None:
        """Take an exception, as ``sys.excepthook`` does."""
        self.tell("".join(traceback.format_exception(kind, error, place)))

    def tell(self, details: str) -> None:
        """Take a traceback from any thread; it is printed, too, for those who started the program in a terminal."""
        if sys.stderr is not None:
            print(details, file=sys.stderr)
        logs.note(details)
        self.happened.emit(details)

    def _show(self, details: str) -> None:
        if self._dialog is not None and self._dialog.isVisible():
            return
        self._dialog = DefectDialog(details, QApplication.activeWindow())
        self._dialog.open()
