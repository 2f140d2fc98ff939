"""Add the GPU pack: the libraries with which the packaged program uses an NVIDIA card."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QCloseEvent, QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from core import gpu_pack
from core.errors import AnimirrorError
from desktop.theme import GAP
from desktop.widgets.buttons import IconButton
from desktop.words.heard import heard


class GpuPackDialog(QDialog):
    """Says what the pack is and takes its files; they are checked and unpacked on a thread of their own.

    finished_adding: carries an error's sentence, empty where all went well; None where the user stopped it.
    """

    _progressed = Signal(float)
    finished_adding = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the dialog for the pack that this program takes."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("GPU pack"))
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        pack = gpu_pack.wanted()
        title = QLabel(self.tr("Draw on your NVIDIA card"))
        title.setProperty("role", "title")
        lead = QLabel(
            self.tr(
                "Animirror draws on the processor. With the GPU pack it draws on an NVIDIA card, many times as fast. "
                "The pack is NVIDIA's and ONNX Runtime's own published files (about 1.6 GB); put these into one "
                "folder and choose it. Each is checked before it is used."
            )
        )
        lead.setWordWrap(True)
        lead.setProperty("role", "muted")
        names = QPlainTextEdit("\n".join(wheel.name for wheel in pack.wheels) if pack else "")
        names.setReadOnly(True)
        names.setTabChangesFocus(True)
        names.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        names.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        names.setAccessibleName(self.tr("Files of the GPU pack"))
        self.state = QLabel(
            self.tr("The GPU pack is added.") if gpu_pack.installed() else self.tr("The GPU pack is not added.")
        )
        self.state.setWordWrap(True)
        self.progress = QProgressBar(textVisible=False, maximum=1000)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.progress.hide()
        self.choose_button = IconButton(self.tr("Choose the folder …"), "open", role="primary")
        self.choose_button.setEnabled(pack is not None)
        self.choose_button.clicked.connect(self._choose)
        self.remove_button = IconButton(self.tr("Remove the pack"), "remove")
        self.remove_button.setVisible(gpu_pack.installed() is not None)
        self.remove_button.clicked.connect(self._remove)
        close = IconButton(self.tr("Close"))
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addWidget(self.remove_button)
        buttons.addStretch()
        buttons.addWidget(close)
        buttons.addWidget(self.choose_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 3 * GAP)
        layout.setSpacing(GAP)
        for widget in (title, lead, names, self.state, self.progress):
            layout.addWidget(widget)
        layout.addSpacing(GAP)
        layout.addLayout(buttons)
        self._progressed.connect(lambda share: self.progress.setValue(round(share * 1000)))
        self.finished_adding.connect(self._tell)

    def sizeHint(self) -> QSize:
        """Return room for the files' names."""
        return QSize(620, 420)

    def add(self, folder: Path) -> None:
        """Check and unpack what is in ``folder``."""
        self.choose_button.setEnabled(False)
        self.progress.show()
        self.state.setText(self.tr("The files are checked and unpacked …"))
        self._stopped.clear()
        self._thread = threading.Thread(target=self._work, args=(folder,), name="animirror-gpu-pack", daemon=True)
        self._thread.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop what is under way; nothing half done is left."""
        self._stopped.set()
        super().closeEvent(event)

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder with the GPU pack's files"))
        if folder:
            self.add(Path(folder))

    def _remove(self) -> None:
        gpu_pack.remove()
        self.remove_button.hide()
        self.state.setText(self.tr("The GPU pack was removed; the next start uses the processor."))

    def _work(self, folder: Path) -> None:
        def progress(share: float) -> bool:
            self._progressed.emit(share)
            return not self._stopped.is_set()

        try:
            added = gpu_pack.add([folder], progress)
        except AnimirrorError as error:
            self.finished_adding.emit(str(error))
        except OSError as error:
            self.finished_adding.emit(self.tr("The folder cannot be read: {0}.").format(error.strerror))
        else:
            self.finished_adding.emit("" if added else None)

    def _tell(self, sentence: str | None) -> None:
        self.progress.hide()
        self.choose_button.setEnabled(True)
        if sentence == "":
            self.remove_button.show()
            sentence = self.tr("The GPU pack is added. Start Animirror anew to use it.")
        self.state.setText(heard(sentence or "") or self.tr("The GPU pack is not added."))
