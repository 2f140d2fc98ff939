"""Models that are dropped on the window: looked at and tried in the background, then told and shown."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal

from desktop.notices import Notice, Tone
from desktop.words.language import spoken

_MANIFEST = "manifest.json"


def models_in(mime: QMimeData) -> tuple[Path, ...]:
    """Return the model files, and the folders with a model, among dropped files."""
    urls = mime.urls() if mime.hasUrls() else []
    return tuple(path for url in urls if url.isLocalFile() and _is_model(path := Path(url.toLocalFile())))


def without(mime: QMimeData, models: Sequence[Path]) -> QMimeData | None:
    """Return what was dropped besides ``models``; None where that is nothing."""
    rest = [url for url in mime.urls() if not (url.isLocalFile() and Path(url.toLocalFile()) in models)]
    if not rest:
        return None
    others = QMimeData()
    others.setUrls(rest)
    return others


class Newcomers(QObject):
    """Adds models one after the other on a thread of its own, where waiting for the trial holds nothing up.

    told: carries a Notice. added: a model is there that was not; carries its id.
    """

    told = Signal(object)
    added = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        """Wait for models."""
        super().__init__(parent)
        self._turn = threading.Lock()
        self._ending = threading.Event()

    def add(self, models: Sequence[Path]) -> None:
        """Try ``models`` and add those that pass."""
        # A daemon: it waits for a process that ends with this one.
        threading.Thread(target=self._add_all, args=(tuple(models),), name="animirror-newcomers", daemon=True).start()

    def end(self) -> None:
        """Give up what is not done."""
        self._ending.set()

    def _add_all(self, models: tuple[Path, ...]) -> None:
        with self._turn:
            outcomes = [outcome for path in models if (outcome := self._add(path)) is not None]
            # Each took the place of the one before.
            refused = any(outcome.tone is Tone.ERROR for outcome in outcomes)
            if len(outcomes) > 1 and not self._ending.is_set():
                together = "\n".join(outcome.text for outcome in outcomes)
                self.told.emit(Notice(Tone.ERROR if refused else Tone.SUCCESS, together))

    def _add(self, path: Path) -> Notice | None:
        """Return what came of it, which was told; None where that is no longer wanted."""
        if self._ending.is_set():
            return None
        from core.errors import AnimirrorError
        from core.importing.adding import add_model

        self.told.emit(Notice(Tone.INFO, self.tr("Trying “{0}” before it is added…").format(path.name)))
        try:
            model = add_model(path, go_on=lambda: not self._ending.is_set()).model
        except AnimirrorError as error:
            if self._ending.is_set():
                return None
            outcome = Notice(Tone.ERROR, str(error))
            self.told.emit(outcome)
            return outcome
        self.added.emit(model.manifest.id)
        added = self.tr("Added “{0}”. It is among the styles now.").format(model.name(spoken()))
        outcome = Notice(Tone.SUCCESS, added)
        self.told.emit(outcome)
        return outcome


def _is_model(path: Path) -> bool:
    # pathlib raises for names that are too long and for folders that may not be entered.
    if os.path.isdir(path):  # noqa: PTH112
        return os.path.isfile(path / _MANIFEST) or next(path.glob("*.onnx"), None) is not None  # noqa: PTH113
    return path.suffix.lower() in {".onnx", ".zip"}
