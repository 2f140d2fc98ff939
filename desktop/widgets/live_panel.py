"""The card at the right of the live page: source, style, look, and what can be done with the picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from core.cameras import Camera
from core.views import LiveSource
from desktop.live.messages import Found, VirtualCameraChanged
from desktop.live.state import LiveState, without_password
from desktop.theme import GAP
from desktop.widgets.buttons import IconButton
from desktop.widgets.choice import Choice, ChoiceButton
from desktop.widgets.folder_choice import FolderChoice
from desktop.widgets.level import Level
from desktop.widgets.model_picker import ModelPicker
from desktop.widgets.switch import Switch
from desktop.words.heard import heard

_WIDTH = 292
_SIZES = ((640, 480), (1280, 720), (1920, 1080))
_RATES = (30, 60)
_CAMERA = "camera:"


class LivePanel(QFrame):
    """Shows the choices and tells what the user wants.

    camera_chosen: carries a name; network_wanted, file_wanted, example_wanted: another kind of source.
    changed: carries a field of :class:`LiveState` and its new value; mirrored: the mirror was switched.
    stop_wanted, snapshot_wanted, record_wanted: the buttons below. folder_wanted: another place for what is saved.
    sending_wanted: carries whether other programs are to get the picture.
    """

    camera_chosen = Signal(str)
    network_wanted = Signal()
    file_wanted = Signal()
    example_wanted = Signal()
    changed = Signal(str, object)
    mirrored = Signal(bool)
    sending_wanted = Signal(bool)
    stop_wanted = Signal()
    snapshot_wanted = Signal()
    record_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the panel of a first start."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setFixedWidth(_WIDTH)
        self._make_source()
        self._make_style()
        self._make_look()
        self._make_extras()
        self._make_actions()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._choices())
        outputs = QHBoxLayout()
        outputs.setSpacing(GAP)
        outputs.addWidget(self.snapshot, 1)
        outputs.addWidget(self.record, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GAP, 2 * GAP + 2, 2 * GAP, 2 * GAP)
        layout.setSpacing(GAP)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.stop)
        layout.addLayout(outputs)
        self.show_running(running=False, pictures=False)

    def show_sources(self, state: LiveState, cameras: Sequence[Camera] | None, camera: str) -> None:
        """Offer the cameras that are connected, and show which source is chosen."""
        names = list(dict.fromkeys(found.name for found in cameras or ()))
        choices = [Choice(_CAMERA + name, name, "camera") for name in names]
        if camera and camera not in names:
            choices.append(
                Choice(_CAMERA + camera, self.tr("{0} (not connected)").format(camera), "camera", enabled=False)
            )
        if state.kind is LiveSource.NETWORK:
            choices.append(Choice("network", without_password(state.address), "network"))
        if state.kind is LiveSource.FILE:
            choices.append(Choice("file", state.file.replace("\\", "/").rpartition("/")[2], "film"))
        if state.kind is LiveSource.EXAMPLE:
            choices.append(Choice("example", self.tr("Example"), "portrait"))
        choices += [
            Choice("ask network", self.tr("Network camera address…"), "network", asks=True),
            Choice("ask file", self.tr("Video file…"), "film", asks=True),
        ]
        if state.kind is not LiveSource.EXAMPLE:
            choices.append(Choice("ask example", self.tr("Example without a camera"), "portrait", asks=True))
        looking = self.tr("Looking for cameras…") if cameras is None else self.tr("No camera found")
        key = _CAMERA + camera if state.kind is LiveSource.CAMERA else state.kind.value
        self.source.offer(choices, key, looking)
        self.size_choice.setVisible(state.kind is LiveSource.CAMERA)
        self.rate_choice.setVisible(state.kind is LiveSource.CAMERA)

    def show_state(self, state: LiveState) -> None:
        """Show the choices, but for the source."""
        self.mirror.setChecked(state.mirrored)
        sizes = [*_SIZES, *([(state.width, state.height)] if (state.width, state.height) not in _SIZES else [])]
        self.size_choice.offer(
            [Choice(f"{width}x{height}", f"{width} × {height}") for width, height in sizes],
            f"{state.width}x{state.height}",
        )
        rates = [*_RATES, *([state.rate] if state.rate not in _RATES else [])]
        self.rate_choice.offer([Choice(str(rate), self.tr("{0} fps").format(rate)) for rate in rates], str(state.rate))
        self.intensity.show_level(state.intensity)
        self.steadiness.show_level(state.steadiness)
        self.largest.setChecked(state.largest_only)
        self.overlay.setChecked(state.overlay)
        self.sound.setChecked(state.sound)
        self.folder.show_folder(state.folder)

    def show_found(self, found: Found) -> None:
        """Offer the models and devices that there are, and grey what there is not."""
        self.models.show_models([model.entry for model in found.models])
        self.virtual_camera.refuse(found.no_virtual_camera)
        self._say(self.virtual_camera_note, found.no_virtual_camera)
        self.sound.refuse(found.no_microphone)
        self._say(self.sound_note, found.no_microphone)

    def show_drawing(self, found: Found | None, model: str | None, device: str, provider: str) -> None:
        """Show which model is chosen, whether it is made for this, and what it really runs on."""
        names = {
            "auto": self.tr("Automatic"),
            "cpu": self.tr("Processor (CPU)"),
            "cuda": self.tr("Graphics card (CUDA)"),
        }
        devices = found.devices if found is not None else ("auto",)
        self.device.offer([Choice(key, names.get(key, key)) for key in devices], device)
        chosen = next((entry for entry in found.models if entry.entry.identifier == model), None) if found else None
        if model is not None:
            self.models.choose(model)
        note = ""
        if chosen is not None and chosen.quick:
            note = self.tr("Made for live pictures.")
        elif chosen is not None:
            note = self.tr("Made for photos: fine drawings, but only a few a second without a graphics card.")
        if provider:
            note = f"{note} {self.tr('Runs on: {0}').format(provider)}".strip()
        self._say(self.style_note, note)

    def show_running(self, *, running: bool, pictures: bool) -> None:
        """Offer to stop where something runs and, where there are pictures, what can be done with them."""
        self.stop.setVisible(running)
        self.snapshot.setEnabled(pictures)
        self.record.setEnabled(pictures)

    def show_recording(self, *, recording: bool, seconds: float | None) -> None:
        """Show whether it records, and for how long by now."""
        minutes, rest = divmod(int(seconds or 0.0), 60)
        label = f"{minutes}:{rest:02d}" if recording else self.tr("Record")
        self.record.set_label(label)
        self.record.setAccessibleName(self.tr("Stop recording, {0}").format(label) if recording else label)
        self.record.set_icon("stop" if recording else "record")

    def show_virtual_camera(self, virtual_camera: VirtualCameraChanged, *, wanted: bool) -> None:
        """Show whether it sends, or why it does not."""
        self.virtual_camera.setChecked(wanted)
        if virtual_camera.reason is not None:
            if not virtual_camera.again:
                self.virtual_camera.refuse(virtual_camera.reason)
            self._say(self.virtual_camera_note, virtual_camera.reason)
        elif self.virtual_camera.isEnabled():
            named = self.tr("Choose the camera “{0}” in the other program.").format(virtual_camera.name)
            self._say(self.virtual_camera_note, named if virtual_camera.name else None)

    def _make_source(self) -> None:
        self.source = ChoiceButton(self.tr("Source"))
        self.source.chosen.connect(self._choose_source)
        self.size_choice = ChoiceButton(self.tr("Size"))
        self.size_choice.chosen.connect(self._choose_size)
        self.rate_choice = ChoiceButton(self.tr("Frames a second"))
        self.rate_choice.chosen.connect(lambda key: self.changed.emit("rate", int(key)))
        self.mirror = Switch(self.tr("Mirror"), self.tr("Flip the picture left to right, as a mirror does"))
        self.mirror.clicked.connect(self.mirrored)

    def _make_style(self) -> None:
        self.models = ModelPicker()
        self.models.chosen.connect(lambda key: self.changed.emit("model", key))
        self.style_note = self._note()
        self.device = ChoiceButton(self.tr("Runs on"))
        self.device.chosen.connect(lambda key: self.changed.emit("device", key))

    def _make_look(self) -> None:
        self.intensity = Level(self.tr("Strength"), self.tr("as you are"), self.tr("all anime"), 1.0)
        self.intensity.changed.connect(lambda level: self.changed.emit("intensity", level))
        self.steadiness = Level(self.tr("Steadiness"), self.tr("sharp"), self.tr("steady"), 0.5)
        self.steadiness.changed.connect(lambda level: self.changed.emit("steadiness", level))
        self.largest = Switch(self.tr("Largest face only"), self.tr("Leave the people behind you as they are"))
        self.largest.clicked.connect(lambda on: self.changed.emit("largest_only", on))

    def _make_extras(self) -> None:
        self.folder = FolderChoice(self.tr("Folder of snapshots and recordings"), self.tr("Pictures and videos"))
        self.folder.folder_chosen.connect(lambda folder: self.changed.emit("folder", folder))
        self.folder.folder_wanted.connect(self.folder_wanted)
        self.sound = Switch(self.tr("Record with sound"), self.tr("Recordings get what the microphone hears"))
        self.sound.clicked.connect(lambda on: self.changed.emit("sound", on))
        self.sound_note = self._note()
        self.virtual_camera = Switch(
            self.tr("Virtual camera"), self.tr("Offer the picture to meeting programs, as a camera")
        )
        self.virtual_camera.clicked.connect(self.sending_wanted)
        self.virtual_camera_note = self._note()
        self.overlay = Switch(self.tr("Figures on the picture"), self.tr("Frames a second, delay, and what draws"))
        self.overlay.clicked.connect(lambda on: self.changed.emit("overlay", on))

    def _make_actions(self) -> None:
        self.stop = IconButton(
            self.tr("Stop"), "stop", role="primary", hint=self.tr("Stop and free the camera (Ctrl+Return)")
        )
        self.stop.setMinimumHeight(42)
        self.stop.clicked.connect(self.stop_wanted)
        keys = QKeySequence(QKeySequence.StandardKey.Save).toString(QKeySequence.SequenceFormat.NativeText)
        self.snapshot = IconButton(
            self.tr("Snapshot"), "snapshot", hint=self.tr("Save this picture ({0})").format(keys)
        )
        self.snapshot.clicked.connect(self.snapshot_wanted)
        self.record = IconButton(self.tr("Record"), "record", hint=self.tr("Record a video (Ctrl+R)"))
        self.record.clicked.connect(self.record_wanted)

    def _choices(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.setSpacing(GAP)
        wishes = QHBoxLayout()
        wishes.setSpacing(GAP)
        wishes.addWidget(self.size_choice, 3)
        wishes.addWidget(self.rate_choice, 2)
        layout.addWidget(_heading(self.tr("Source")))
        layout.addWidget(self.source)
        layout.addLayout(wishes)
        layout.addWidget(self.mirror)
        layout.addSpacing(GAP)
        layout.addWidget(_heading(self.tr("Style")))
        layout.addWidget(self.models)
        layout.addWidget(self.style_note)
        layout.addWidget(self.device)
        layout.addSpacing(GAP)
        layout.addWidget(_heading(self.tr("Look")))
        for part in (self.intensity, self.steadiness, self.largest):
            layout.addWidget(part)
        layout.addSpacing(GAP)
        layout.addWidget(_heading(self.tr("More")))
        layout.addWidget(self._caption(self.tr("Snapshots and recordings go to")))
        for widget in (
            self.folder,
            self.sound,
            self.sound_note,
            self.virtual_camera,
            self.virtual_camera_note,
            self.overlay,
        ):
            layout.addWidget(widget)
        layout.addStretch()
        return body

    def _choose_source(self, key: str) -> None:
        if key.startswith(_CAMERA):
            self.camera_chosen.emit(key.removeprefix(_CAMERA))
        elif key == "ask network":
            self.network_wanted.emit()
        elif key == "ask file":
            self.file_wanted.emit()
        elif key == "ask example":
            self.example_wanted.emit()

    def _choose_size(self, key: str) -> None:
        width, height = key.split("x")
        self.changed.emit("size", (int(width), int(height)))

    def _note(self) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", "caption")
        label.setWordWrap(True)
        label.hide()
        return label

    def _caption(self, text: str) -> QLabel:
        label = self._note()
        self._say(label, text)
        return label

    def _say(self, label: QLabel, text: str | None) -> None:
        label.setText(heard(text or ""))
        label.setVisible(bool(text))


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label
