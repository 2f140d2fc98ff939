"""The list of files that are converted, what is looked at of them, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.dialogs.results import ResultsDialog
from desktop.notices import Action, Notice, Tone
from desktop.queue.controller import QueueController
from desktop.queue.engine import Taken
from desktop.queue.entries import Entry
from desktop.queue.pictures import Wanted
from desktop.theme import GAP
from desktop.widgets.buttons import IconButton
from desktop.widgets.progress import ProgressLine
from desktop.widgets.queue_list import QueueList
from desktop.widgets.queue_panel import QueuePanel
from desktop.widgets.queue_stage import QueueStage
from desktop.work.messages import ModelEntry

if TYPE_CHECKING:
    from core.queue import Overall

_LIST_WIDTH = 236
_MINUTE = 60


class QueuePage(QWidget):
    """Shows the controller's list and tells it what the user wants.

    add_wanted, folder_wanted: more files, or a folder, are to be chosen. left: the user wants to see the photos.
    looked_at: carries the path of a photo that is to be looked at closely. noticed: carries a Notice.
    """

    add_wanted = Signal()
    folder_wanted = Signal()
    left = Signal()
    looked_at = Signal(object)
    noticed = Signal(object)

    def __init__(self, controller: QueueController, parent: QWidget | None = None) -> None:
        """Make the page over an empty list."""
        super().__init__(parent)
        self._controller = controller
        self._shown: tuple[int, Path | None, str] | None = None
        self._followed = True
        self.list = QueueList(controller.entries)
        self.stage = QueueStage()
        self.panel = QueuePanel()
        self.title = QLabel()
        self.title.setProperty("role", "heading")
        self.words = QLabel()
        self.words.setProperty("role", "caption")
        self.progress = ProgressLine()
        self.progress.set_share(0.0)
        self.photos_button = IconButton(self.tr("Photos"), "photos", role="quiet", hint=self.tr("Back to the photos"))
        self.add_button = IconButton(self.tr("Files"), "add", hint=self.tr("Add photos and videos (Ctrl+O)"))
        self.folder_button = IconButton(self.tr("Folder"), "open", hint=self.tr("Add a folder and what is below it"))
        self.clear_button = IconButton(
            self.tr("Take out what is done"), "remove", role="quiet", hint=self.tr("Take out what is done")
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GAP)
        layout.addWidget(self._make_column())
        layout.addWidget(self.stage, 1)
        layout.addWidget(self.panel)
        self._connect()
        self._show_work()

    def show_models(self, models: Sequence[ModelEntry]) -> None:
        """Offer these models."""
        self.panel.show_models(models)
        self.stage.show_models(models)

    def succeed(self, before: QueuePage) -> None:
        """Take the place of a page: look at what is looked at there, and ask again what was not answered."""
        entry, self._followed = before.list.entry, before._followed
        if entry is not None:
            self._choose(entry)
        if self._controller.overall is not None:
            self._tell(self._controller.overall)
        question = self._controller.question
        if question is not None and any(self._controller.entries.find(number) for number in question.jobs):
            self._ask(question)

    def set_watched(self, watched: bool) -> None:
        """Let frames of the video in work come only while somebody sees them."""
        self._controller.mailbox.watched = watched

    def _connect(self) -> None:
        controller, stage, panel = self._controller, self.stage, self.panel
        self.list.selectionModel().currentChanged.connect(self._select)
        self.list.pressed.connect(lambda _index: self._stop_following())
        self.list.looked_at.connect(self._look_closer)
        self.list.removed.connect(controller.remove)
        self.list.stopped.connect(controller.cancel)
        self.list.again.connect(controller.retry)
        stage.stopped.connect(controller.cancel)
        stage.again.connect(controller.retry)
        stage.closer.connect(self._look_closer)
        stage.removed.connect(controller.remove)
        stage.opened.connect(lambda entry: self._open(entry.job.result))
        stage.located.connect(lambda entry: self._open(entry.job.result.parent))
        stage.cut.connect(controller.cut)
        stage.sought.connect(self._seek)
        panel.chosen.connect(controller.choose)
        panel.results_wanted.connect(self.ask_results)
        panel.begun.connect(controller.begin)
        panel.paused.connect(controller.pause)
        panel.cancelled.connect(controller.cancel_all)
        panel.shown.connect(self._show_results)
        self.photos_button.clicked.connect(self.left)
        self.add_button.clicked.connect(self.add_wanted)
        self.folder_button.clicked.connect(self.folder_wanted)
        self.clear_button.clicked.connect(controller.remove_ended)
        controller.changed.connect(self._show_work)
        controller.told.connect(self._tell)
        controller.asked.connect(self._ask)
        controller.choices.changed.connect(self._show_choices)
        controller.pictures.pair.connect(self._take_pair)
        controller.mailbox.framed.connect(self._take_frame)
        self._show_choices()

    def ask_results(self) -> None:
        """Let the user say how results are saved."""
        photos = self._controller.choices.photos
        dialog = ResultsDialog(photos, photos.model or next(iter(self.panel.models.cards), "style"), self)
        dialog.accepted.connect(lambda: self._controller.choose(dialog.photos))
        dialog.open()

    def _make_column(self) -> QWidget:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.clear_button)
        ways = QHBoxLayout()
        ways.setSpacing(GAP)
        ways.addWidget(self.add_button, 1)
        ways.addWidget(self.folder_button, 1)
        column = QFrame()
        column.setProperty("role", "card")
        column.setFixedWidth(_LIST_WIDTH)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(GAP + 4, GAP + 4, GAP + 4, GAP + 4)
        layout.setSpacing(GAP)
        layout.addWidget(self.photos_button)
        layout.addLayout(head)
        layout.addWidget(self.progress)
        layout.addWidget(self.words)
        layout.addWidget(self.list, 1)
        layout.addLayout(ways)
        self.photos_button.hide()
        return column

    def _show_choices(self) -> None:
        self.panel.show_choices(self._controller.choices.photos)

    def _show_work(self) -> None:
        entries = self._controller.entries.entries
        states = [entry.state for entry in entries]
        waiting, running = states.count("waiting"), "running" in states
        ended = len(states) - waiting - states.count("running")
        self.title.setText(self.tr("1 file") if len(states) == 1 else self.tr("{0} files").format(len(states)))
        self.clear_button.setVisible(ended > 0)
        results = "done" in states
        self.panel.show_work(
            waiting=waiting, ended=ended, results=results, running=running, paused=self._controller.paused
        )
        self._follow(entries)
        self._show_entry()

    def _follow(self, entries: Sequence[Entry]) -> None:
        """Show what is in work until the user chooses something."""
        if self.list.entry is None and entries:
            self._choose(entries[0])
        elif self._followed:
            running = next((entry for entry in entries if entry.state == "running"), None)
            if running is not None and running is not self.list.entry:
                self._choose(running)

    def _choose(self, entry: Entry) -> None:
        index = self._controller.entries.index(self._controller.entries.row(entry))
        self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _stop_following(self) -> None:
        self._followed = False

    def _select(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        if self.list.hasFocus():
            self._followed = False
        self._show_entry()

    def _show_entry(self) -> None:
        entry = self.list.entry
        self.stage.show_entry(entry, self._controller.entries.told(entry) if entry else "")
        if entry is None:
            self._shown = None
            return
        # Read again where there is a result by now, or where a video can be cut again.
        state = (entry.job.identifier, entry.job.result, "waiting" if entry.state == "waiting" else "")
        if state != self._shown:
            self._shown = state
            start = entry.job.wishes.start or 0.0
            self._controller.pictures.ask_pair(Wanted(entry.job.identifier, entry.job.source, entry.job.result, start))

    def _seek(self, entry: Entry, seconds: float) -> None:
        self._controller.pictures.ask_pair(Wanted(entry.job.identifier, entry.job.source, None, seconds))

    def _take_pair(self, wanted: Wanted, before: QImage, after: QImage, duration: float | None) -> None:
        entry = self.list.entry
        if entry is not None and entry.job.identifier == wanted.number and entry.job.result in {None, wanted.result}:
            self.stage.show_pair(before, after, duration)

    def _take_frame(self, before: QImage, after: QImage, _seconds: float, encoder: str) -> None:
        self._controller.mailbox.frame_seen()
        entry = self.list.entry
        if entry is not None and entry.state == "running":
            self.stage.show_frame(before, after, encoder)

    def _tell(self, overall: Overall) -> None:
        self.progress.set_share(overall.share)
        states = [entry.state for entry in self._controller.entries.entries]
        failed, stopped = states.count("failed"), states.count("cancelled")
        parts = [self.tr("{0} of {1} done").format(max(0, overall.ended - failed - stopped), overall.jobs)]
        if failed:
            parts.append(self.tr("{0} failed").format(failed))
        if stopped:
            parts.append(self.tr("{0} stopped").format(stopped))
        if self._controller.paused and overall.ended < overall.jobs:
            parts.append(self.tr("paused") if overall.share else self.tr("ready to begin"))
        elif overall.seconds_left is not None and overall.ended < overall.jobs:
            parts.append(self._time_left(overall.seconds_left))
        self.words.setText(" · ".join(parts))

    def _time_left(self, seconds: float) -> str:
        if seconds < _MINUTE:
            return self.tr("less than a minute left")
        minutes = round(seconds / _MINUTE)
        if minutes < _MINUTE:
            return self.tr("about {0} min left").format(minutes)
        return self.tr("about {0} h {1} min left").format(minutes // _MINUTE, minutes % _MINUTE)

    def _ask(self, taken: Taken) -> None:
        def decide(decision: str) -> Action:
            words = {
                "number": (self.tr("Keep both"), "copy"),
                "replace": (self.tr("Replace them"), "retry"),
                "leave": (self.tr("Leave those out"), "remove"),
            }
            return Action(words[decision][0], lambda: self._decide(taken, decision), words[decision][1])

        if len(taken.jobs) == 1:
            text = self.tr("There is already a result named “{0}”.").format(taken.example.name)
        else:
            text = self.tr("{0} results are there already, such as “{1}”.").format(len(taken.jobs), taken.example.name)
        self.noticed.emit(Notice(Tone.WARNING, text, tuple(map(decide, ("number", "replace", "leave")))))

    def _decide(self, taken: Taken, decision: str) -> None:
        self.noticed.emit(None)
        self._controller.decide(taken, decision)

    def _look_closer(self, entry: Entry) -> None:
        if self.stage.look.isVisibleTo(self.stage):
            self.looked_at.emit(entry.job.source)
        elif entry.job.result is not None:
            self._open(entry.job.result)

    def _show_results(self) -> None:
        results = [entry.job.result for entry in self._controller.entries.entries if entry.job.result is not None]
        if results:
            self._open(results[-1].parent)

    def _open(self, path: Path | None) -> None:
        if path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
