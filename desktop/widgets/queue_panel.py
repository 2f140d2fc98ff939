"""How the list's files are drawn, where results go, and the button that sets it going."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from core.settings import PhotoSettings
from core.views import View
from desktop.theme import GAP
from desktop.widgets.backgrounds import BackgroundButton
from desktop.widgets.buttons import IconButton
from desktop.widgets.level import Level
from desktop.widgets.model_picker import ModelPicker
from desktop.widgets.segmented import Segment, SegmentedControl
from desktop.work.messages import ModelEntry

_WIDTH = 244


class QueuePanel(QFrame):
    """The card at the right.

    chosen: carries PhotoSettings; results_wanted: the user wants to say how results are saved. matting_wanted: the
    network that backgrounds need is to be brought.
    begun, paused, cancelled, shown: begin or go on, pause, stop everything, show where the results are.
    """

    chosen = Signal(object)
    results_wanted = Signal()
    matting_wanted = Signal()
    begun = Signal()
    paused = Signal()
    cancelled = Signal()
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the panel."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setFixedWidth(_WIDTH)
        self._photos = PhotoSettings()
        self._act: Callable[[], None] = self.begun.emit
        self.models = ModelPicker()
        self.models.chosen.connect(lambda key: self._choose(model=key))
        self.views = SegmentedControl(
            self.tr("View"),
            (
                Segment("frame", self.tr("Whole"), "frame", self.tr("The whole picture with every face drawn")),
                Segment("portrait", self.tr("Portrait"), "portrait", self.tr("The largest face, cut out and drawn")),
            ),
        )
        self.views.chosen.connect(lambda key: self._choose(view=View(key)))
        self.intensity = Level(self.tr("Strength"), self.tr("the photo"), self.tr("all anime"), 1.0)
        self.intensity.changed.connect(lambda level: self._choose(intensity=level))
        self.background = BackgroundButton()
        self.background.background_chosen.connect(lambda how: self._choose(background=how))
        self.background.network_wanted.connect(self.matting_wanted)
        self.where = QLabel()
        self.where.setTextFormat(Qt.TextFormat.PlainText)
        self.where.setProperty("role", "muted")
        self.where.setWordWrap(True)
        self.results = IconButton(self.tr("Change…"), hint=self.tr("Folder, names, format, quality and place"))
        self.results.clicked.connect(self.results_wanted)
        self.go = IconButton("", "play", role="primary")
        self.go.clicked.connect(lambda: self._act())
        self.stop = IconButton(self.tr("Stop everything"), "stop")
        self.stop.clicked.connect(self.cancelled)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._body())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GAP, 2 * GAP + 2, 2 * GAP, 2 * GAP)
        layout.setSpacing(GAP)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.go)
        layout.addWidget(self.stop)
        self.show_choices(self._photos)
        self.show_work(waiting=0, ended=0, results=False, running=False, paused=True)

    def show_models(self, models: Sequence[ModelEntry]) -> None:
        """Offer these models."""
        self.models.show_models(models)
        self.show_choices(self._photos)

    def show_choices(self, photos: PhotoSettings) -> None:
        """Show what is chosen."""
        self._photos = photos
        known = list(self.models.cards)
        chosen = photos.model if photos.model in known else next(iter(known), None)
        if chosen is not None:
            self.models.choose(chosen)
        self.views.choose(str(photos.view))
        self.intensity.show_level(photos.intensity)
        self.background.show_background(photos.background)
        place = self.tr("in “{0}”").format(Path(photos.folder).name) if photos.folder else self.tr("beside each file")
        self.where.setText(self.tr("Pictures as {0}, {1}").format(str(photos.format).upper(), place))

    def show_work(self, *, waiting: int, ended: int, results: bool, running: bool, paused: bool) -> None:
        """Offer what can be done now."""
        going = not paused and (running or waiting > 0)
        open_ones = waiting + running
        self.go.setEnabled(open_ones > 0 or results)
        self.stop.setVisible(open_ones > 0 and (ended > 0 or running or going))
        if going:
            self._offer(self.tr("Pause"), "pause", self.paused.emit)
        elif open_ones:
            begun = ended > 0 or running
            count = self.tr("Convert 1 file") if waiting == 1 else self.tr("Convert {0} files").format(waiting)
            self._offer(self.tr("Go on") if begun else count, "play", self.begun.emit)
        else:
            self._offer(self.tr("Show the results"), "open", self.shown.emit)

    def _offer(self, text: str, icon: str, act: Callable[[], None]) -> None:
        self._act = act
        self.go.set_label(text)
        self.go.setAccessibleName(text)
        self.go.set_icon(icon)

    def _choose(self, **change: object) -> None:
        self.chosen.emit(self._photos.model_copy(update=change))

    def _body(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.setSpacing(GAP)
        for text, widgets in (
            (self.tr("Style"), (self.models,)),
            (self.tr("View"), (self.views, self.intensity)),
            (self.tr("Background"), (self.background,)),
            (self.tr("Results"), (self.where, self.results)),
        ):
            heading = QLabel(text)
            heading.setProperty("role", "heading")
            layout.addWidget(heading)
            for widget in widgets:
                layout.addWidget(widget)
            layout.addSpacing(GAP)
        layout.addStretch()
        return body
