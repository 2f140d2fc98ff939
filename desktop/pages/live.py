"""The page where the camera's picture becomes anime while it moves."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.cameras import Camera
from core.views import LiveSource, LiveView
from desktop.dialogs import files
from desktop.dialogs.address import AddressDialog
from desktop.live.controller import LiveController
from desktop.live.messages import Phase
from desktop.live.state import LiveState
from desktop.notices import Notice, Tone
from desktop.pages.live_saving import LiveSaving
from desktop.theme import GAP
from desktop.widgets.banner import Banner
from desktop.widgets.live_panel import LivePanel
from desktop.widgets.live_stage import LiveStage
from desktop.widgets.live_views import LiveViews
from desktop.widgets.readout import provider_name
from desktop.words.heard import is_core

_FIGURES = 500  # milliseconds between two looks at them


class LivePage(QWidget):
    """Shows how things stand with the controller and tells it what the user wants.

    full_screen_wanted: carries whether the picture is to fill the screen.
    """

    full_screen_wanted = Signal(bool)

    def __init__(self, controller: LiveController, parent: QWidget | None = None) -> None:
        """Make the page; nothing is looked for before it is seen."""
        super().__init__(parent)
        self._controller = controller
        self._full_screen, self._off, self._seen = False, True, False
        self.stage = LiveStage()
        self.panel = LivePanel()
        self.views = LiveViews()
        column = QVBoxLayout()
        column.setSpacing(GAP)
        column.addWidget(self.views)
        column.addWidget(self.stage, 1)
        self._layout = QHBoxLayout(self)
        self._layout.setSpacing(2 * GAP)
        self._layout.addLayout(column, 1)
        self._layout.addWidget(self.panel)
        self.banner = Banner(closable=True, parent=self)
        self.saving = LiveSaving(controller, self)
        self._ticks = QTimer(self, interval=_FIGURES)
        self._ticks.timeout.connect(self._show_figures)
        self._connect()
        self._add_shortcuts()
        self.set_full_screen(False)
        if controller.found is not None:
            self.panel.show_found(controller.found)
        self._show_state(controller.state)
        self._show_phase()
        self._show_virtual_camera()

    def succeed(self, before: LivePage) -> None:
        """Take the place of a page that showed the same in another language; what runs goes on."""
        before._seen = False  # its end is not the end of what it showed
        self.stage.picture.show_image(before.stage.picture.image)
        self._show_running()
        self.set_full_screen(before._full_screen)
        notice = before.banner.notice
        if notice is not None and not notice.actions and is_core(notice.text):
            self._tell(notice)

    def show_file(self, path: Path) -> None:
        """Show a video file."""
        self._controller.change(kind=LiveSource.FILE, file=str(path.absolute()))
        self._controller.start()

    def show_address(self, address: str) -> None:
        """Show a network camera."""
        self._controller.change(kind=LiveSource.NETWORK, address=address)
        self._controller.start()

    def show_example(self) -> None:
        """Show a computed face that moves."""
        self._controller.change(kind=LiveSource.EXAMPLE)
        self._controller.start()

    def set_full_screen(self, full_screen: bool) -> None:
        """Leave everything but the picture away, or show it again."""
        self._full_screen = full_screen
        margin = 0 if full_screen else 2 * GAP
        self._layout.setContentsMargins(margin, margin, margin, margin)
        self._layout.setSpacing(margin)
        self.panel.setVisible(not full_screen)
        self.views.setVisible(not full_screen)
        self.stage.set_full_screen(full_screen)
        if full_screen:
            self._tell(Notice(Tone.INFO, self.tr("Esc or a double click brings the window back.")))

    def showEvent(self, event: QShowEvent) -> None:
        """Look for what there is."""
        super().showEvent(event)
        self._seen = True
        self._controller.enter()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop everything when another page is shown; a window that is merely minimised goes on."""
        super().hideEvent(event)
        if self._seen and not event.spontaneous():
            self._seen = False
            self._controller.leave()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what is laid over the page in its place."""
        super().resizeEvent(event)
        self.banner.fit()
        self._place_banner()

    def _connect(self) -> None:
        controller, panel, stage = self._controller, self.panel, self.stage
        for welcome, wanted in (
            (stage.welcome.network_wanted, self.ask_address),
            (stage.welcome.file_wanted, self.ask_file),
            (stage.welcome.example_wanted, self.show_example),
            (panel.network_wanted, self.ask_address),
            (panel.file_wanted, self.ask_file),
            (panel.example_wanted, self.show_example),
        ):
            welcome.connect(wanted)
        self.views.chosen.connect(lambda key: controller.change(view=LiveView(key)))
        self.views.full_screen_wanted.connect(self._toggle_full_screen)
        stage.welcome.start_wanted.connect(controller.start)
        stage.again.connect(controller.again)
        stage.other.connect(self._choose_another)
        stage.address.connect(self.ask_address)
        stage.stopped.connect(controller.stop)
        stage.picture.painted.connect(controller.painted)
        stage.picture.split_moved.connect(lambda place: controller.change(split=place))
        stage.picture.double_clicked.connect(self._toggle_full_screen)
        stage.readout.folded_changed.connect(lambda folded: controller.change(unfolded=not folded))
        panel.camera_chosen.connect(controller.choose_camera)
        panel.changed.connect(self._change)
        panel.mirrored.connect(controller.mirror)
        panel.sending_wanted.connect(controller.send)
        panel.stop_wanted.connect(controller.stop)
        panel.snapshot_wanted.connect(self.saving.snapshot)
        panel.record_wanted.connect(self.saving.record)
        panel.folder_wanted.connect(self.saving.ask_folder)
        controller.state_changed.connect(self._show_state)
        controller.cameras_changed.connect(self._show_cameras)
        controller.found_changed.connect(panel.show_found)
        controller.found_changed.connect(self._show_drawing)
        controller.phase_changed.connect(self._show_phase)
        controller.drawing_changed.connect(self._show_drawing)
        controller.recording_changed.connect(self._show_recording)
        controller.virtual_camera_changed.connect(self._show_virtual_camera)
        controller.ready.connect(self._paint_latest)
        self.saving.told.connect(self._tell)
        controller.noticed.connect(self._tell)

    def _add_shortcuts(self) -> None:
        for keys, act in (
            (QKeySequence(QKeySequence.StandardKey.Save), self.saving.snapshot),
            (QKeySequence("Ctrl+R"), self.saving.record),
            (QKeySequence("Ctrl+Return"), self._toggle),
            (QKeySequence("F11"), self._toggle_full_screen),
        ):
            QShortcut(keys, self, act)
        QShortcut(Qt.Key.Key_Escape, self, lambda: self.full_screen_wanted.emit(False))

    def ask_address(self) -> None:
        """Let the user type a network camera's address."""
        dialog = AddressDialog(self._controller.state.address, self)
        dialog.accepted.connect(lambda: self.show_address(dialog.address))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def ask_file(self) -> None:
        """Let the user choose a video."""
        before = self._controller.state.file
        if path := files.ask_video(self, Path(before).parent if before else files.videos_folder()):
            self.show_file(path)

    def _change(self, field: str, value: object) -> None:
        if field == "size" and isinstance(value, tuple):
            self._controller.change(width=value[0], height=value[1])
        else:
            self._controller.change(**{field: value})

    def _choose_another(self) -> None:
        self.full_screen_wanted.emit(False)
        self.panel.source.click()

    def _toggle(self) -> None:
        (self._controller.stop if self._controller.running else self._controller.start)()

    def _toggle_full_screen(self) -> None:
        if self._full_screen or not self.stage.picture.image.isNull():
            self.full_screen_wanted.emit(not self._full_screen)

    def _paint_latest(self) -> None:
        image = self._controller.take(self.stage.picture.room)
        if image is None:
            return
        first = self.stage.picture.image.isNull() or self.stage.picture.image.size() != image.size()
        self.stage.picture.show_image(image)
        if first:
            self._show_running()
            self._show_figures()
            self.stage.place_overlays()

    def _show_state(self, state: LiveState) -> None:
        self.panel.show_state(state)
        self._show_cameras(self._controller.cameras)
        self._show_drawing()
        self.views.segments.choose(state.view)
        both = (self.tr("You"), self.tr("Anime"))
        split = state.view is LiveView.SPLIT
        self.stage.picture.show_sides(both if split or state.view is LiveView.SIDE_BY_SIDE else None, split=split)
        self.stage.picture.show_split(state.split)
        self.stage.readout.set_folded(not state.unfolded)
        self._show_figures()
        self.stage.place_overlays()

    def _show_cameras(self, cameras: tuple[Camera, ...] | None) -> None:
        state, camera = self._controller.state, self._controller.camera
        self.panel.show_sources(state, cameras, camera)
        names = {
            LiveSource.CAMERA: self.tr("“{0}”").format(camera) if camera else self.tr("your camera"),
            LiveSource.NETWORK: self.tr("the network camera"),
            LiveSource.FILE: self.tr("“{0}”").format(Path(state.file).name),
            LiveSource.EXAMPLE: self.tr("the example"),
        }
        none = state.kind is LiveSource.CAMERA and cameras is not None and not cameras
        self.stage.welcome.show_source(names[state.kind], possible=not none)
        self._show_running()

    def _show_drawing(self) -> None:
        controller, drawing = self._controller, self._controller.drawing
        provider = provider_name(drawing.provider) if drawing is not None and controller.running else ""
        self.panel.show_drawing(controller.found, controller.model, controller.state.device, provider)
        self._show_waiting()

    def _show_phase(self) -> None:
        self._show_drawing()
        self._show_cameras(self._controller.cameras)
        off = self._controller.phase is Phase.OFF
        if off is not self._off:
            self._off = off
            self.banner.show_notice(None)  # it spoke of what is over
        if off:
            self._ticks.stop()
            self.full_screen_wanted.emit(False)
        else:
            self._ticks.start()
        self._show_figures()

    def _show_waiting(self) -> None:
        phase = self._controller.phase
        waiting_for = ""
        if phase is Phase.OPENING:
            waiting_for = self.tr("Opening the source…")
        elif phase is Phase.RUNNING and self._controller.drawing is None:
            waiting_for = self.tr("Getting the style ready…")
        network = self._controller.state.kind is LiveSource.NETWORK
        self.stage.show_phase(phase, self._controller.reason, waiting_for, network=network)

    def _show_running(self) -> None:
        running = self._controller.running
        pictures = running and not self.stage.picture.image.isNull()
        self.panel.show_running(running=running, pictures=pictures)
        self.views.full_screen.setEnabled(pictures)

    def _show_recording(self) -> None:
        self.panel.show_recording(recording=self._controller.recording, seconds=self._controller.recorded)

    def _show_virtual_camera(self) -> None:
        self.panel.show_virtual_camera(self._controller.virtual_camera, wanted=self._controller.sending)

    def _show_figures(self) -> None:
        figures = self._controller.figures
        shown = self._controller.state.overlay and figures is not None and not self.stage.picture.image.isNull()
        if shown and figures is not None:
            # As the panel says it: the first picture of a model that is ready may still be in work.
            drawing = self._controller.drawing
            self.stage.readout.show_figures(figures, provider_name(drawing.provider if drawing is not None else None))
        self.stage.readout.setVisible(shown)
        self._show_recording()

    def _tell(self, notice: Notice | None) -> None:
        self.banner.show_notice(notice)
        self._place_banner()

    def _place_banner(self) -> None:
        # Over the picture: what can be clicked stays free.
        place = self.stage.geometry()
        self.banner.move(max(0, place.center().x() - self.banner.width() // 2), place.top() + 2 * GAP)
