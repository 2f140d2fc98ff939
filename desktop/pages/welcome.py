"""The page of the very first start: what the program does, on what terms, which camera, which language."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from core import cameras
from core.cameras import Camera
from desktop.icons import line_pixmap, logo
from desktop.theme import GAP, current_tokens
from desktop.widgets.buttons import IconButton
from desktop.widgets.camera_preview import CameraPreview
from desktop.widgets.choice import Choice, ChoiceButton
from desktop.words.language import LANGUAGES

if TYPE_CHECKING:
    from core.live.sources import Source

_NONE = "none"
_SYSTEM = "system"
_WIDEST = 940


class WelcomePage(QWidget):
    """Covers the window until it is finished with.

    camera_chosen: carries the Camera, or None for no camera. language_chosen: carries the tag, or None for the
    system's. finished: the user goes on to the window.
    """

    camera_chosen = Signal(object)
    language_chosen = Signal(object)
    finished = Signal()
    _listed = Signal(object)

    def __init__(
        self,
        window: QWidget,
        language: str | None = None,
        list_cameras: Callable[[], list[Camera]] = cameras.connected,
        make_source: Callable[[Camera], Source] | None = None,
    ) -> None:
        """Lay the page over ``window``; cameras are listed when it is seen, and none is opened before it is chosen."""
        super().__init__(window)
        self._window = window
        self._list_cameras = list_cameras
        self._found: list[Camera] | None = None
        self._chosen: str | None = None
        self._language = language
        self._drawings: list[tuple[QLabel, str]] = []
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.camera = ChoiceButton("")
        self.camera.chosen.connect(self._choose_camera)
        self.preview = CameraPreview(make_source)
        self.language = ChoiceButton("")
        self.language.chosen.connect(self._choose_language)
        self.start_button = IconButton("", role="primary")
        self.start_button.setMinimumSize(200, 44)
        self.start_button.setDefault(True)
        self.start_button.clicked.connect(self._finish)
        QShortcut(QKeySequence(Qt.Key.Key_Return), self, self._finish)
        self._translation = QTimer(self, singleShot=True, interval=0)
        self._translation.timeout.connect(self._translate)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer.addWidget(self._scroll)
        self._listed.connect(self._take_cameras)
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self._translate()
        self.show()
        self.raise_()
        self.start_button.setFocus()
        # cv2 is imported for this, which takes a while.
        threading.Thread(target=self._find_cameras, name="animirror-cameras", daemon=True).start()

    def _translate(self) -> None:
        """Say everything in the language that is spoken now; what is chosen, and a camera that is shown, stays."""
        focused = self.focusWidget()
        before = self._scroll.takeWidget()
        self.camera.rename(self.tr("Camera"))
        self.language.rename(self.tr("Language"))
        self.start_button.set_label(self.tr("Agree and start"))
        self.start_button.setAccessibleName(self.tr("Agree and start"))
        self.preview.setAccessibleName(self.tr("Picture of the camera"))
        self._drawings.clear()
        self._scroll.setWidget(self._make_middle())
        if before is not None:
            before.deleteLater()
        self._offer_languages()
        self._offer_cameras()
        if focused is not None:
            focused.setFocus()

    def _make_middle(self) -> QWidget:
        middle = QWidget()
        around = QHBoxLayout(middle)
        around.addStretch()
        column = QWidget()
        column.setMaximumWidth(_WIDEST)
        around.addWidget(column, 8)
        around.addStretch()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(2 * GAP, 3 * GAP, 2 * GAP, 3 * GAP)
        layout.setSpacing(2 * GAP)
        layout.addStretch()
        layout.addLayout(self._make_head())
        cards = QHBoxLayout()
        cards.setSpacing(2 * GAP)
        left = QVBoxLayout()
        left.setSpacing(2 * GAP)
        left.addWidget(self._make_promises())
        left.addWidget(self._make_terms(), 1)
        cards.addLayout(left, 1)
        cards.addWidget(self._make_choices(), 1)
        layout.addLayout(cards)
        foot = QHBoxLayout()
        foot.addWidget(_caption(self.tr("This page is shown once. All of it can be changed later.")), 1)
        foot.addWidget(self.start_button)
        layout.addLayout(foot)
        layout.addStretch()
        return middle

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the whole window, whatever size it takes, and free the camera when it is closed."""
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
        elif watched is self._window and event.type() == QEvent.Type.Close:
            self.preview.stop()
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew in the colours of a new theme, and follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        elif event.type() == QEvent.Type.LanguageChange:
            self._translation.start()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab go round on the page: what is below it cannot be seen."""
        stops = [stop for stop in (self.camera, self.language, self.start_button) if stop.isEnabled()]
        place = next((place for place, stop in enumerate(stops) if stop.hasFocus()), -1)
        step = 1 if forward else -1
        stops[(place + step) % len(stops)].setFocus(
            Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        )
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Hide what is below."""
        QPainter(self).fillRect(self.rect(), self.palette().window())

    def _draw(self) -> None:
        for label, name in self._drawings:
            label.setPixmap(line_pixmap(name, current_tokens().accent, 20, self.devicePixelRatioF()))

    def _find_cameras(self) -> None:
        found = self._list_cameras()
        try:
            self._listed.emit(found)
        except RuntimeError:  # the page was finished with in the meantime
            return

    def _take_cameras(self, found: list[Camera]) -> None:
        self._found = found
        self._offer_cameras()

    def _offer_cameras(self) -> None:
        none = Choice(_NONE, self.tr("No camera for now"), "close")
        choices = [Choice(camera.name, camera.name, "camera") for camera in self._found or ()]
        self.camera.offer((*choices, none), self._chosen, self.tr("Choose a camera"))
        self.camera.setEnabled(bool(choices))
        if self._chosen == _NONE:
            self.preview.say(self.tr("No camera is used."))
        elif self._chosen is not None:
            return  # its picture is shown, or why there is none
        elif self._found is None:
            self.preview.say(self.tr("Looking for cameras …"))
        elif choices:
            self.preview.say(self.tr("Choose a camera to see its picture. It is off until then."))
        else:
            self.preview.say(
                self.tr("No camera was found. Photos and videos need none, and a phone can be one: see the Live page.")
            )

    def _choose_camera(self, key: str) -> None:
        self._chosen = key
        camera = next((camera for camera in self._found or () if camera.name == key), None)
        self.preview.stop()
        self._offer_cameras()
        if camera is not None:
            self.preview.show_camera(camera)
        self.camera_chosen.emit(camera)

    def _offer_languages(self) -> None:
        system = Choice(_SYSTEM, self.tr("As the system"))
        self.language.offer((system, *(Choice(tag, name) for tag, name in LANGUAGES)), self._language or _SYSTEM)

    def _choose_language(self, key: str) -> None:
        self._language = None if key == _SYSTEM else key
        self._offer_languages()
        self.language_chosen.emit(self._language)

    def _finish(self) -> None:
        self.preview.stop()
        self._window.removeEventFilter(self)
        # Otherwise Qt gives the focus to the first button, which then looks as if it had been chosen.
        self._window.setFocus()
        self.hide()
        self.finished.emit()
        self.deleteLater()

    def _make_head(self) -> QHBoxLayout:
        mark = QLabel()
        mark.setPixmap(logo(64, self.devicePixelRatioF()))
        title = QLabel(self.tr("Welcome to Animirror"))
        title.setProperty("role", "display")
        lead = QLabel(self.tr("It turns faces into anime: in photos, in videos, and live in front of your camera."))
        lead.setProperty("role", "muted")
        lead.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(lead)
        head = QHBoxLayout()
        head.setSpacing(2 * GAP)
        head.addWidget(mark)
        head.addLayout(words, 1)
        return head

    def _make_promises(self) -> QFrame:
        card, layout = _card(self.tr("What it does"))
        for icon_name, text in (
            ("photos", self.tr("Drop photos or videos on the window and save the drawings.")),
            ("camera", self.tr("Look into your camera and see yourself as anime.")),
            ("lock", self.tr("Everything happens on this computer. Nothing is ever sent anywhere.")),
        ):
            icon = QLabel()
            self._drawings.append((icon, icon_name))
            line = QLabel(text)
            line.setWordWrap(True)
            row = QHBoxLayout()
            row.setSpacing(GAP)
            row.addWidget(icon, alignment=Qt.AlignmentFlag.AlignTop)
            row.addWidget(line, 1)
            layout.addLayout(row)
        layout.addStretch()
        self._draw()
        return card

    def _make_terms(self) -> QFrame:
        card, layout = _card(self.tr("On these terms"))
        for text in (
            self.tr("The program is free software."),
            self.tr(
                "The models that draw, and the face detector by InsightFace, were made from data for research: use "
                "them and their pictures for non-commercial purposes only."
            ),
            self.tr("Use pictures of people who agree to it."),
        ):
            line = QLabel(text)
            line.setWordWrap(True)
            layout.addWidget(line)
        layout.addStretch()
        return card

    def _make_choices(self) -> QFrame:
        card, layout = _card(self.tr("Your camera"))
        layout.addWidget(self.preview)
        layout.addWidget(self.camera)
        heading = QLabel(self.tr("Language"))
        heading.setProperty("role", "heading")
        layout.addSpacing(GAP)
        layout.addWidget(heading)
        layout.addWidget(self.language)
        layout.addStretch()
        return card


def _card(title: str) -> tuple[QFrame, QVBoxLayout]:
    card = QFrame()
    card.setProperty("role", "card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
    layout.setSpacing(GAP)
    heading = QLabel(title)
    heading.setProperty("role", "heading")
    layout.addWidget(heading)
    return card, layout


def _caption(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "caption")
    label.setWordWrap(True)
    return label
