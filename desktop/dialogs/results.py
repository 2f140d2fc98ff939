"""Asks how results are saved: where, under which names, in which format."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from core.naming import PATTERN_WORDS, result_stem, usual_name
from core.settings import PhotoSettings, PictureFormat
from desktop.dialogs.files import pictures_folder
from desktop.theme import GAP
from desktop.widgets.buttons import IconButton
from desktop.widgets.choice import Choice, ChoiceButton
from desktop.widgets.level import Level
from desktop.widgets.switch import Switch
from desktop.widgets.tips import tip

_BESIDE, _ELSEWHERE, _CHOSEN = "beside", "elsewhere", "chosen"
_LOSSLESS = {PictureFormat.PNG, PictureFormat.TIFF}
_LONGEST = 200


class ResultsDialog(QDialog):
    """Shows what is chosen; ``photos`` is what the user made of it."""

    def __init__(self, photos: PhotoSettings, style: str, parent: QWidget | None = None) -> None:
        """Take what is chosen, and the id of the model for the example of a name."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Results"))
        self._photos = photos.model_copy()
        self._style = style
        title = QLabel(self.tr("How results are saved"))
        title.setProperty("role", "title")
        self.place = ChoiceButton(self.tr("Folder"))
        self.place.chosen.connect(self._choose_place)
        self.format = ChoiceButton(self.tr("Format of pictures"))
        self.format.offer(
            [Choice(known, known.upper() if known != "webp" else "WebP") for known in PictureFormat], photos.format
        )
        self.format.chosen.connect(self._choose_format)
        self.quality = Level(self.tr("Quality"), self.tr("small files"), self.tr("best"), photos.quality / 100)
        self.quality.slider.setMinimum(1)
        self.quality.changed.connect(lambda _level: self._show())
        self._quality_note = self._label("caption")
        self.pattern = QLineEdit(photos.name_pattern)
        self.pattern.setMaxLength(_LONGEST)
        self.pattern.setAccessibleName(self.tr("Names"))
        self.pattern.textChanged.connect(lambda _text: self._show())
        self.example = self._label("caption")
        words = self._label("caption")
        words.setText(self.tr("Filled in: {0}").format(" ".join(f"{{{word}}}" for word in PATTERN_WORDS)))
        self.gps = Switch(
            self.tr("Keep the place where a photo was taken"),
            self.tr("The GPS position in a photo tells everyone who gets it where you were"),
        )
        self.gps.setChecked(photos.keep_gps)
        self.use_button = IconButton(self.tr("Use these"), role="primary")
        self.use_button.setDefault(True)
        self.use_button.clicked.connect(self.accept)
        cancel = IconButton(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(self.use_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 3 * GAP)
        layout.setSpacing(GAP)
        layout.addWidget(title)
        for heading, widgets in (
            (self.tr("Folder"), [self.place]),
            (self.tr("Names"), [self.pattern, self.example, words]),
            (self.tr("Format of pictures"), [self.format, self.quality, self._quality_note]),
        ):
            label = QLabel(heading)
            label.setProperty("role", "heading")
            layout.addSpacing(4)
            layout.addWidget(label)
            for widget in widgets:
                layout.addWidget(widget)
        layout.addSpacing(4)
        layout.addWidget(self.gps)
        layout.addSpacing(GAP)
        layout.addLayout(buttons)
        self.setMinimumWidth(440)
        self._show()

    @property
    def photos(self) -> PhotoSettings:
        """What is chosen in the dialog."""
        change = {
            "quality": self.quality.slider.value(),
            "name_pattern": self.pattern.text().strip(),
            "keep_gps": self.gps.isChecked(),
        }
        return self._photos.model_copy(update=change)

    def _show(self) -> None:
        photos = self._photos
        places = [Choice(_BESIDE, self.tr("Beside each file"))]
        if photos.folder:
            places.append(Choice(_CHOSEN, Path(photos.folder).name or photos.folder))
        places.append(Choice(_ELSEWHERE, self.tr("Another folder…"), "open", asks=True))
        self.place.offer(places, _CHOSEN if photos.folder else _BESIDE)
        self.place.setToolTip(tip(photos.folder or ""))
        pattern = self.pattern.text().strip()
        self.use_button.setEnabled(bool(pattern))
        if pattern:
            stem = result_stem(pattern, Path("Holidays", "beach.jpg"), self._style, datetime.now().astimezone())
            name = usual_name(Path("Holidays"), stem, f".{photos.format}").name
            self.example.setText(self.tr("“beach.jpg” becomes “{0}”").format(name))
        else:
            self.example.setText(self.tr("Results need a name; {name} is that of the original."))
        lossless = photos.format in _LOSSLESS
        number = self.quality.slider.value()
        self._quality_note.setText(
            self.tr("{0} of 100, for videos; {1} pictures lose nothing").format(number, str(photos.format).upper())
            if lossless
            else self.tr("{0} of 100, for pictures and videos").format(number)
        )

    def _choose_format(self, key: str) -> None:
        self._photos.format = PictureFormat(key)
        self.format.offer(self.format.choices, key)
        self._show()

    def _choose_place(self, key: str) -> None:
        if key == _BESIDE:
            self._photos.folder = None
        elif key == _ELSEWHERE:
            begin = self._photos.folder or str(pictures_folder())
            chosen = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder for results"), begin)
            if chosen:
                self._photos.folder = chosen
        self._show()

    def _label(self, role: str) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", role)
        label.setWordWrap(True)
        return label
