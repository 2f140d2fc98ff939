"""What is looked at at once, and what goes into the list: a few photos, or folders, videos and piles of photos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.notices import Action, Notice, Tone
from desktop.photos.controller import PhotosController
from desktop.queue.controller import QueueController
from desktop.queue.sorting import plainly_few


class Piling(QObject):
    """Goes between the photos and the list.

    noticed: carries a Notice, None to take the last one back.
    """

    noticed = Signal(object)

    def __init__(self, photos: PhotosController, queue: QueueController, parent: QObject | None = None) -> None:
        """Connect them."""
        super().__init__(parent)
        self._photos = photos
        self._queue = queue
        queue.few.connect(self._look_at)
        queue.moves.connect(self._offer_movement)
        queue.unfinished.connect(self._offer_rest)
        queue.noticed.connect(self.noticed)
        queue.crashed.connect(self._crash)

    def take(self, paths: Sequence[Path], *, onto_list: bool) -> None:
        """Take files and folders; ``onto_list`` where they were dropped on the list."""
        if onto_list:
            self._queue.take(paths, all_of_them=True)
        elif plainly_few(paths):
            self._photos.add(paths)
            self._queue.look_for_movement(paths)
        else:
            self._adopt_look()
            self._queue.take(paths)

    def resume(self) -> None:
        """Ask again what was asked before and not answered."""
        if self._queue.left_over:
            self._offer_rest(self._queue.left_over)

    def _look_at(self, paths: Sequence[Path]) -> None:
        self._photos.add(paths)

    def _crash(self, details: str) -> None:
        self._photos.crashed.emit(details)

    def _adopt_look(self) -> None:
        """Let a new list begin with how photos are drawn now."""
        if not self._queue.entries.entries:
            look = self._photos.look
            change = {"model": look.model, "intensity": look.intensity, "background": look.background}
            self._queue.choose(self._queue.choices.photos.model_copy(update=change))

    def _offer_movement(self, moving: Sequence[Path]) -> None:
        text = self.tr("“{0}” moves; here its first picture is drawn.").format(moving[0].name)
        if len(moving) > 1:
            text = self.tr("{0} of these move; here their first pictures are drawn.").format(len(moving))

        def convert() -> None:
            self.noticed.emit(None)
            self._adopt_look()
            self._queue.add(moving)

        self.noticed.emit(Notice(Tone.WARNING, text, (Action(self.tr("Draw all of it"), convert, "film"),)))

    def _offer_rest(self, count: int) -> None:
        text = self.tr("{0} files of last time are not done yet.").format(count)
        if count == 1:
            text = self.tr("One file of last time is not done yet.")

        def go_on() -> None:
            self.noticed.emit(None)
            self._queue.restore()

        def forget() -> None:
            self.noticed.emit(None)
            self._queue.forget()

        actions = (Action(self.tr("Go on"), go_on, "play"), Action(self.tr("Forget them"), forget, "close"))
        self.noticed.emit(Notice(Tone.WARNING, text, actions))
