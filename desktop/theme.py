"""The look in numbers: colours for light and dark, type sizes, spacing and radii, as a palette and a style sheet."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from desktop.stylesheet import stylesheet

RADIUS = 9
"""Of buttons and fields, in device-independent pixels."""

CARD_RADIUS = 16
GAP = 8
"""The unit of spacing: gaps and margins are multiples of it."""


_TRADITIONAL_CHINESE = (
    "Microsoft JhengHei UI",
    "PingFang TC",
    "Noto Sans CJK TC",
    "Noto Sans TC",
    "Source Han Sans TC",
)


@dataclass(frozen=True)
class Tokens:
    """The colours of one scheme, as ``#rrggbb``; text on each of the grounds it is used on has a contrast of 4.5:1."""

    window: str
    surface: str
    sunken: str
    hover: str
    pressed: str
    border: str
    outline: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    soft: str
    success: str
    warning: str
    danger: str


LIGHT = Tokens(
    window="#f6f5f8",
    surface="#ffffff",
    sunken="#ebe9ef",
    hover="#f1eff4",
    pressed="#e6e3eb",
    border="#e3e0e9",
    outline="#8d889a",
    text="#1d1a26",
    muted="#625d70",
    accent="#cf2e63",
    accent_hover="#bb2456",
    accent_pressed="#a11b48",
    on_accent="#ffffff",
    soft="#fbe8ee",
    success="#1b7a4b",
    warning="#96590a",
    danger="#b3261e",
)

DARK = Tokens(
    window="#151419",
    surface="#1f1e24",
    sunken="#0f0e12",
    hover="#2a2831",
    pressed="#34323c",
    border="#34323c",
    outline="#7d788b",
    text="#f3f1f6",
    muted="#aaa5b6",
    accent="#ff7ba6",
    accent_hover="#ff93b6",
    accent_pressed="#f06593",
    on_accent="#36081d",
    soft="#3c1e2b",
    success="#63d39a",
    warning="#f0b35c",
    danger="#ff8f86",
)


def current_tokens() -> Tokens:
    """Return the colours that the application is shown in now.

    They are read from the application's palette: a widget's own is changed by the style sheet.
    """
    return DARK if QGuiApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def follow_system(application: QApplication) -> None:
    """Dress the application in the system's scheme, light where the system names none, and change with it."""
    hints = application.styleHints()

    def follow() -> None:
        wear(application, DARK if hints.colorScheme() is Qt.ColorScheme.Dark else LIGHT)

    hints.colorSchemeChanged.connect(follow)
    follow()


def wear(application: QApplication, tokens: Tokens) -> None:
    """Dress the application in these colours."""
    application.setPalette(_palette(tokens))
    application.setStyleSheet(stylesheet(tokens, application.font().pointSizeF()))


def base_font(system: QFont) -> QFont:
    """Return the system's font in a size that is read with ease.

    Where no desktop chose a font, Qt takes whatever ``sans`` is, often DejaVu; a plainer one is used if it is there.
    """
    font = QFont(system)
    if QFontDatabase.families() and font.family() in {"Sans Serif", "Sans", "DejaVu Sans"}:
        chosen = [family for family in ("Inter", "Noto Sans", "Open Sans", "Roboto") if QFontDatabase.hasFamily(family)]
        font.setFamilies([*chosen, font.family()])
    # Of the fonts that have Chinese letters, many systems take a Japanese one where none is named.
    there = set(QFontDatabase.families())
    font.setFamilies([*font.families(), *(family for family in _TRADITIONAL_CHINESE if family in there)])
    font.setPointSizeF(max(10.0, font.pointSizeF()))
    return font


def _palette(tokens: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for target, colour in {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.hover,
        role.ToolTipBase: tokens.text,
        role.ToolTipText: tokens.surface,
        role.PlaceholderText: tokens.muted,
        role.Text: tokens.text,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.on_accent,
        role.Light: tokens.surface,
        role.Midlight: tokens.hover,
        role.Mid: tokens.border,
        role.Dark: tokens.outline,
        role.Shadow: tokens.sunken,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Accent: tokens.accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
    }.items():
        palette.setColor(target, QColor(colour))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(tokens.outline))
    return palette
