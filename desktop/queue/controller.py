"""Between the window and the queue: what is in the list, what is asked of it, and what came of that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from core.errors import AnimirrorError
from core.settings import PhotoSettings, Settings, save_settings
from desktop.live.errands import Errands
from desktop.notices import Notice, Tone
from desktop.queue.engine import Engine, Taken
from desktop.queue.entries import Entries, Entry
from desktop.queue.keeping import Choices
from desktop.queue.mailbox import Mailbox
from desktop.queue.pictures import PictureReader, Wanted
from desktop.queue.sorting import Sorted, animated_among, maybe_animated, sort

if TYPE_CHECKING:
    from core.queue import Job, Overall, Wishes, Workshop

_BEAT = 300
"""Milliseconds between two looks at how far everything is."""

_REST = 200
"""Milliseconds without a change before what waits is changed: a slider that is dragged changes a hundred times."""


class QueueController(QObject):
    """Owns the list and speaks with the queue, always on another thread.

    grown: there are files in the list that were not. few: carries photos that are looked at one by one.
    moves: carries animated pictures among those. changed: something about the list is different. told: carries the
    Overall. asked: carries Taken, names of results that are there already. unfinished: how many files of an earlier run
    are not done. noticed: carries a Notice; crashed: the traceback of a defect.
    """

    grown = Signal()
    few = Signal(object)
    moves = Signal(object)
    changed = Signal()
    told = Signal(object)
    asked = Signal(object)
    unfinished = Signal(int)
    noticed = Signal(object)
    crashed = Signal(str)
    _sorted = Signal(object)
    _held = Signal(bool)
    _left_out = Signal(object)

    def __init__(
        self,
        settings: Settings | None = None,
        make_workshop: Callable[[], Workshop] | None = None,
        save: Callable[[Settings], None] = save_settings,
        parent: QObject | None = None,
    ) -> None:
        """Take the settings, and what makes the queue's models and detectors; nothing is loaded yet."""
        super().__init__(parent)
        self.entries = Entries()
        self.mailbox = Mailbox(self)
        self.pictures = PictureReader(self)
        self.paused = True
        #: Files of an earlier run that nobody was told what to do with yet.
        self.left_over = 0
        #: What ``asked`` carried, until it is answered.
        self.question: Taken | None = None
        #: What ``told`` carried last.
        self.overall: Overall | None = None
        self._errands = Errands(self.crashed.emit)
        self._engine = Engine(self.mailbox, make_workshop)
        self._sorting = 0
        self.choices = Choices(settings or Settings(), self._errands.submit, save, self)
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._choose)
        self.choices.changed.connect(self._rest.start)
        self.choices.noticed.connect(self.noticed)
        self._beat = QTimer(self, interval=_BEAT)
        self._beat.timeout.connect(self._ask_overall)
        self.mailbox.filled.connect(self._hear)
        self.entries.moved.connect(lambda number, place: self._do(lambda: self._engine.queue.move(number, place)))
        self.entries.thumbnail_wanted.connect(self._ask_thumbnail)
        self.pictures.thumbnail.connect(self._take_thumbnail)
        self.asked.connect(self._keep_question)
        self.told.connect(self._keep_overall)
        self.unfinished.connect(self._keep_left_over)
        self._sorted.connect(self._take_sorted)
        self._held.connect(self._take_held)
        self._left_out.connect(self._forget_entries)

    @property
    def sorting(self) -> bool:
        """Whether it is still looked into what was dropped."""
        return self._sorting > 0

    @property
    def busy(self) -> bool:
        """Whether something waits or is in work."""
        return any(entry.open for entry in self.entries.entries)

    def start(self) -> None:
        """Look whether an earlier run left something."""
        self._do(self._look_back)

    def end(self) -> None:
        """Stop the work; what is not done is offered by the next run."""
        self._beat.stop()
        self.choices.keep_last()
        self.pictures.end()
        self._errands.submit(self._engine.stop)
        self._errands.end()

    def wait(self, seconds: float) -> bool:
        """Wait for the end; answers whether it has come."""
        return self._errands.wait(seconds)

    def take(self, paths: Sequence[Path], *, all_of_them: bool = False) -> None:
        """Take files and folders: into the list, or back through ``few`` where a few photos need not go into it."""
        self._sorting += 1
        wishes, given = self._wishes(), tuple(paths)

        def look() -> None:
            found = Sorted((), few=False)
            try:
                found = sort(given, wishes(), self._engine.styles())
                if all_of_them:
                    found = replace(found, few=False)
            finally:
                self._sorted.emit(found)

        self._do(look)

    def look_for_movement(self, paths: Sequence[Path]) -> None:
        """Find out, meanwhile, which of these photos are animated."""
        candidates = maybe_animated(paths)
        if not candidates:
            return

        def look() -> None:
            if moving := animated_among(candidates):
                self.moves.emit(moving)

        self._do(look)

    def add(self, files: Sequence[Path]) -> None:
        """Put files into the list."""
        wishes = self._wishes()
        self._do(lambda: self._answer(self._engine.add(files, wishes())))
        self.grown.emit()

    def begin(self) -> None:
        """Convert what waits, or go on."""
        if self._rest.isActive():
            self._choose()
        self._do(lambda: self._answer(self._engine.begin()))

    def pause(self) -> None:
        """Begin nothing new, and hold the video in work."""
        self._do(lambda: self._engine.queue.pause())
        self._take_held(True)

    def decide(self, taken: Taken, decision: str) -> None:
        """``replace`` the results that are there, ``number`` the new ones, or ``leave`` those files out."""
        self.question = None

        def act() -> None:
            self._left_out.emit(self._engine.decide(taken, decision))
            self._held.emit(self._engine.queue.paused)

        self._do(act)

    def restore(self) -> None:
        """Go on with what an earlier run left."""
        self.left_over = 0

        def act() -> None:
            self._engine.queue.pause()
            self._engine.queue.restore()
            self._answer(self._engine.begin())

        self._do(act)
        self.grown.emit()

    def forget(self) -> None:
        """Drop what an earlier run left."""
        self.left_over = 0
        self._do(lambda: self._engine.queue.forget())

    def cancel(self, entry: Entry) -> None:
        """Stop one file."""
        number = entry.job.identifier
        self._do(lambda: self._engine.queue.cancel(number))

    def cancel_all(self) -> None:
        """Stop everything that is not done."""
        for entry in filter(lambda entry: entry.open, self.entries.entries):
            self.cancel(entry)

    def retry(self, entry: Entry) -> None:
        """Convert a file once more: one that is done as things are chosen now, a stopped one from where it ended."""
        number, wishes = entry.job.identifier, self._wishes() if entry.state == "done" else None
        self._do(lambda: self._engine.queue.retry(number, wishes() if wishes else None))

    def cut(self, entry: Entry, start: float | None, end: float | None) -> None:
        """Convert only a part of a video."""
        number = entry.job.identifier
        self._do(lambda: self._engine.cut(number, start, end))

    def remove(self, entry: Entry) -> None:
        """Take a file out of the list; neither it nor its result is touched."""
        number = entry.job.identifier
        self.entries.remove(entry)
        self._do(lambda: self._engine.queue.remove(number))
        self.changed.emit()

    def remove_ended(self) -> None:
        """Take out what is done, failed or stopped."""
        for entry in self.entries.entries:
            if not entry.open:
                self.remove(entry)

    def choose(self, photos: PhotoSettings) -> None:
        """Convert in another way from now on, what waits already as well."""
        self.choices.change(photos)

    def _wishes(self) -> Callable[[], Wishes]:
        photos = self.choices.photos

        def make() -> Wishes:
            from core.queue import Wishes

            return Wishes.of(photos)

        return make

    def _choose(self) -> None:
        self._rest.stop()
        wishes = self._wishes()
        if self.entries.entries:
            self._do(lambda: self._engine.change_all(wishes()))

    def _do(self, errand: Callable[[], None]) -> None:
        def run() -> None:
            try:
                errand()
            except AnimirrorError as error:
                self.noticed.emit(Notice(Tone.ERROR, str(error)))

        self._errands.submit(run)

    def _look_back(self) -> None:
        count = self._engine.unfinished()
        if count:
            self.unfinished.emit(count)

    def _answer(self, taken: Taken | None) -> None:
        self._held.emit(self._engine.queue.paused)
        if taken is not None:
            self.asked.emit(taken)

    def _keep_question(self, taken: Taken) -> None:
        self.question = taken

    def _keep_overall(self, overall: Overall) -> None:
        self.overall = overall

    def _keep_left_over(self, count: int) -> None:
        self.left_over = count

    def _take_held(self, paused: bool) -> None:
        self.paused = paused
        self._ask_overall()
        self.changed.emit()

    def _take_sorted(self, found: Sorted) -> None:
        self._sorting -= 1
        if found.few:
            self.few.emit(found.files)
        elif found.files:
            self.add(found.files)
        else:
            text = self.tr("There is no picture and no video in that folder.")
            self.noticed.emit(Notice(Tone.INFO, text))

    def _forget_entries(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            entry = self.entries.find(number)
            if entry is not None:
                self.entries.remove(entry)
        self.changed.emit()

    def _hear(self) -> None:
        self._take_jobs(self.mailbox.take())

    def _take_jobs(self, jobs: Sequence[Job]) -> None:
        self.entries.take(jobs)
        self.changed.emit()
        if self.busy and not self.paused:
            self._beat.start()
        elif self._beat.isActive():
            self._beat.stop()
        if not self.busy:
            self._ask_overall()

    def _ask_overall(self) -> None:
        if self.entries.entries:
            self._do(lambda: self.told.emit(self._engine.overall()))

    def _ask_thumbnail(self, entry: Entry) -> None:
        self.pictures.ask_thumbnail(Wanted(entry.job.identifier, entry.job.source, entry.job.result))

    def _take_thumbnail(self, number: int, image: QImage) -> None:
        entry = self.entries.find(number)
        if entry is not None and not image.isNull():
            entry.thumbnail = QPixmap.fromImage(image)
            self.entries.refresh(entry)
