"""Ask for a network camera's address."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop.theme import GAP
from desktop.widgets.buttons import IconButton

_EXAMPLE = "http://192.168.1.20:8080/video"


class AddressDialog(QDialog):
    """A field for the address, with how to come by one."""

    def __init__(self, address: str = "", parent: QWidget | None = None) -> None:
        """Make the dialog with the address of last time."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Network camera"))
        title = QLabel(self.tr("Use a phone or network camera"))
        title.setProperty("role", "title")
        lead = QLabel(
            self.tr(
                "Start a webcam app on the phone, in the same network as this computer. It shows an address that "
                "begins with http:// or rtsp://; type it here. Nothing else is contacted, unless an rtsp:// camera "
                "itself names another place."
            )
        )
        lead.setWordWrap(True)
        lead.setProperty("role", "muted")
        self.field = QLineEdit(address)
        self.field.setPlaceholderText(_EXAMPLE)
        self.field.setAccessibleName(self.tr("Address"))
        self.field.setInputMethodHints(Qt.InputMethodHint.ImhUrlCharactersOnly)
        self.field.setMinimumHeight(34)
        self.field.selectAll()
        secret = QLabel(self.tr("With a password: {0}").format("http://name:password@192.168.1.20:8080/video"))
        secret.setProperty("role", "caption")
        secret.setWordWrap(True)
        self.use_button = IconButton(self.tr("Show it"), role="primary")
        self.use_button.setDefault(True)
        self.use_button.clicked.connect(self.accept)
        cancel = IconButton(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        self.field.textChanged.connect(self._check)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(self.use_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 3 * GAP)
        layout.setSpacing(GAP)
        for widget in (title, lead, self.field, secret):
            layout.addWidget(widget)
        layout.addSpacing(GAP)
        layout.addLayout(buttons)
        self._check()

    @property
    def address(self) -> str:
        """What was typed."""
        return self.field.text().strip()

    def sizeHint(self) -> QSize:
        """Return room for an address in one line."""
        return QSize(480, self.heightForWidth(480) if self.hasHeightForWidth() else 260)

    def _check(self) -> None:
        self.use_button.setEnabled(bool(self.address))
