"""Looks at one file of the list: the original and the result, or the frame that is in work; and what can be done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.dialogs.files import VIDEOS
from desktop.queue.entries import Entry
from desktop.theme import GAP
from desktop.widgets.buttons import IconButton
from desktop.widgets.comparison import ComparisonView
from desktop.widgets.part_slider import PartSlider, clock
from desktop.words.heard import heard
from desktop.work.messages import ModelEntry

_SAME_SHAPE = 0.02
"""Difference of width by height within which a result lies over its original."""


class QueueStage(QFrame):
    """Shows an entry as it stands.

    stopped, again, closer, opened, located, removed: what the user wants done with it. cut: the beginning and end of
    the part that is wanted. sought: carries a time in the video that is to be shown.
    """

    stopped = Signal(object)
    again = Signal(object)
    closer = Signal(object)
    opened = Signal(object)
    located = Signal(object)
    removed = Signal(object)
    cut = Signal(object, object, object)
    sought = Signal(object, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty stage."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self._entry: Entry | None = None
        self._to_photo: dict[str, bool] = {}
        self._encoder = ""
        self.comparison = ComparisonView()
        self.title = self._label("heading")
        self.words = self._label("caption")
        self.words.setWordWrap(True)
        self.part = PartSlider()
        self._begins, self._ends = self._label("caption"), self._label("caption")
        self._part_row = self._make_part_row()
        self.stop = IconButton(self.tr("Stop"), "stop")
        self.retry = IconButton(self.tr("Try again"), "retry")
        self.look = IconButton(
            self.tr("Look closely"), "photos", hint=self.tr("Choose faces, strength, background and style for it alone")
        )
        # In the smallest window there is room for two buttons with words.
        self.open = IconButton(self.tr("Open the result with its usual program"), "play", role="quiet")
        self.locate = IconButton(self.tr("Show the folder"), "open", role="quiet")
        self.remove = IconButton(
            self.tr("Remove from the list"), "remove", role="quiet", hint=self.tr("Remove from the list (Delete)")
        )
        self.buttons = (self.stop, self.retry, self.look, self.open, self.locate, self.remove)
        signals = (self.stopped, self.again, self.closer, self.opened, self.located, self.removed)
        for button, signal in zip(self.buttons, signals, strict=True):
            button.clicked.connect(lambda _checked=False, signal=signal: signal.emit(self._entry))
        row = QHBoxLayout()
        row.setSpacing(GAP)
        for button in self.buttons:
            row.addWidget(button)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self.comparison, 1)
        layout.addWidget(self._part_row)
        layout.addWidget(self.title)
        layout.addWidget(self.words)
        layout.addLayout(row)
        self.show_entry(None)

    def show_models(self, models: Sequence[ModelEntry]) -> None:
        """Name the pictures as each of these models turns them."""
        self._to_photo = {model.identifier: model.to_photo for model in models}

    def show_entry(self, entry: Entry | None, told: str = "") -> None:
        """Show the words and buttons for an entry as it is now; its pictures come later."""
        if entry is not self._entry:
            self._encoder = ""
            self._part_row.hide()
            self.comparison.show_photo(entry.thumbnail.toImage() if entry and entry.thumbnail else None)
        self._entry = entry
        state = entry.state if entry else ""
        job = entry.job if entry else None
        self.title.setText(job.source.name if job else "")
        words = [told] if told else []
        if job:
            words += map(heard, job.notes)
            if job.encoder or self._encoder:
                words.append(self._encoded_by(job.encoder or self._encoder))
        self.words.setText("\n".join(words))
        self.stop.setVisible(state == "running")
        self.retry.setVisible(state in {"failed", "cancelled"})
        self.retry.set_label(self.tr("Go on") if job and job.share and state == "cancelled" else self.tr("Try again"))
        # The looking area draws still pictures.
        self.look.setVisible(job is not None and job.source.suffix.lower().lstrip(".") not in VIDEOS)
        self.remove.setVisible(job is not None and state != "running")
        self.open.setVisible(state == "done")
        self.locate.setVisible(state == "done")
        if state != "waiting":
            self._part_row.hide()

    def show_pair(self, before: QImage, after: QImage, duration: float | None) -> None:
        """Show the original and the result, a null image where there is none yet; videos have a duration."""
        entry = self._entry
        if entry is None:
            return
        self._show(before, after)
        if duration is not None:
            self.look.hide()
        waiting = duration is not None and entry.state == "waiting"
        if waiting and duration is not None:
            wishes = entry.job.wishes
            self.part.show_part(duration, wishes.start, wishes.end)
            self._tell_part()
        self._part_row.setVisible(waiting)

    def show_frame(self, before: QImage, after: QImage, encoder: str) -> None:
        """Show the frame in work, and what really encodes it."""
        self._encoder = encoder
        self._show(before, after)

    def _show(self, before: QImage, after: QImage) -> None:
        if after.isNull() or before.isNull():
            self.comparison.show_photo(before if after.isNull() else after)
            return
        shapes = [image.width() / image.height() for image in (before, after)]
        if abs(shapes[0] / shapes[1] - 1) > _SAME_SHAPE:
            self.comparison.show_photo(after)
            return
        if before.size() != after.size():
            before = before.scaled(after.size(), mode=Qt.TransformationMode.SmoothTransformation)
        model = self._entry.job.wishes.model if self._entry else None
        # Who chose none gets the default one, which comes first.
        to_photo = self._to_photo.get(model or next(iter(self._to_photo), ""), False)
        size = QSize(after.width(), after.height())
        self.comparison.show_pair(before, after, reveal=False, size=size, to_photo=to_photo)

    def _make_part_row(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self._begins)
        layout.addWidget(self.part, 1)
        layout.addWidget(self._ends)
        self.part.moved.connect(self._seek)
        self.part.chosen.connect(lambda start, end: self.cut.emit(self._entry, start, end))
        return row

    def _seek(self, seconds: float) -> None:
        self._tell_part()
        self.sought.emit(self._entry, seconds)

    def _tell_part(self) -> None:
        start, end = self.part.part
        self._begins.setText(clock(start))
        self._ends.setText(clock(end))

    def _encoded_by(self, encoder: str) -> str:
        words = {
            "libx264": self.tr("the processor"),
            "h264_nvenc": self.tr("the NVIDIA graphics card"),
            "h264_videotoolbox": self.tr("the Mac's video chip"),
            "h264_qsv": self.tr("the Intel graphics"),
            "h264_amf": self.tr("the AMD graphics card"),
            "h264_mf": self.tr("the graphics card"),
        }
        return self.tr("Encoded by {0} ({1})").format(words.get(encoder, encoder), encoder)

    def _label(self, role: str) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", role)
        return label
