"""Which language the window speaks: the system's or the chosen one, and other texts at once when that changes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator, Signal
from PySide6.QtWidgets import QApplication

from core import paths

ENGLISH = "en"
LANGUAGES = ((ENGLISH, "English"), ("zh_TW", "繁體中文"))
"""Each language by its tag, in its own words."""

_TAGS = {tag for tag, _ in LANGUAGES}
_PROPERTY = "language"


def spoken() -> str:
    """Return the tag of the language that the window speaks now."""
    application = QCoreApplication.instance()
    tag = application.property(_PROPERTY) if application is not None else None
    return str(tag) if tag else ENGLISH


def application() -> QApplication:
    """Return the running application."""
    running = QApplication.instance()
    assert isinstance(running, QApplication)
    return running


def of_system(wanted: Sequence[str]) -> str:
    """Return the tag for a system whose user wants these languages ("zh-Hant-HK", "en-GB"), the dearest first."""
    for name in wanted:
        language, *rest = name.replace("_", "-").split("-")
        if language == "en":
            return ENGLISH
        # The script tells, or else the place: Simplified Chinese is another language to a reader's eye.
        if language == "zh" and "Hans" not in rest and {"Hant", "TW", "HK", "MO"}.intersection(rest):
            return "zh_TW"
    return ENGLISH


class Language(QObject):
    """Makes the application speak; every window hears of a change through ``QEvent.LanguageChange``.

    changed: another one was chosen; carries its tag, None for the system's.
    """

    changed = Signal(object)

    def __init__(self, application: QApplication, chosen: str | None = None) -> None:
        """Speak the chosen language, the system's where None or where it is not known."""
        super().__init__(application)
        self._application = application
        self._chosen = chosen if chosen in _TAGS else None
        self._speak()

    @property
    def chosen(self) -> str | None:
        """The tag of the chosen language, None for the system's."""
        return self._chosen

    def choose(self, tag: str | None) -> None:
        """Speak another language from now on, the system's where None."""
        if tag != self._chosen:
            self._chosen = tag if tag in _TAGS else None
            self._speak()
            self.changed.emit(self._chosen)

    def follow_system(self) -> None:
        """Speak the system's language, which may have changed, where no other was chosen."""
        if self._chosen is None:
            self._speak()

    def _speak(self) -> None:
        tag = self._chosen or of_system(QLocale.system().uiLanguages())
        installed = self._application.findChildren(QTranslator, _PROPERTY)
        if tag == spoken() and bool(installed) == (tag != ENGLISH):
            return
        self._application.setProperty(_PROPERTY, tag)
        # Numbers and dates as in the system, unless another language than its own is spoken.
        system = QLocale.system()
        QLocale.setDefault(system if of_system(system.uiLanguages()) == tag else QLocale(tag))
        for translator in installed:
            self._application.removeTranslator(translator)
            translator.setParent(None)
            translator.deleteLater()
        if tag != ENGLISH:
            # Ours, and Qt's own words for its dialogs and for the menus of fields.
            for name, folder in (
                (f"qtbase_{tag}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
                (f"animirror_{tag}", str(paths.resources() / "translations")),
            ):
                translator = QTranslator(self._application)
                translator.setObjectName(_PROPERTY)
                if translator.load(name, folder):
                    self._application.installTranslator(translator)
