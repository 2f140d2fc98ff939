"""The style sheet, written from the tokens; widgets pick their part by the property ``role``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.theme import Tokens

# Steps of the type scale, as multiples of the body size.
_CAPTION = 0.9
_HEADING = 1.12
_TITLE = 1.3
_DISPLAY = 1.9


def stylesheet(tokens: Tokens, size: float) -> str:
    """Return the application's style sheet.

    Args:
        tokens: Colours.
        size: The body text's size in points.
    """
    return "\n".join((_text(tokens, size), _cards(tokens), _buttons(tokens), _details(tokens, size)))


def _text(tokens: Tokens, size: float) -> str:
    return f"""
    QLabel[role="caption"] {{ color: {tokens.muted}; font-size: {size * _CAPTION:.2f}pt; }}
    QLabel[role="muted"] {{ color: {tokens.muted}; }}
    QLabel[role="heading"] {{ font-weight: 600; }}
    QLabel[role="brand"] {{ font-size: {size * _HEADING:.2f}pt; font-weight: 700; }}
    QLabel[role="title"] {{ font-size: {size * _TITLE:.2f}pt; font-weight: 600; }}
    QLabel[role="display"] {{ font-size: {size * _DISPLAY:.2f}pt; font-weight: 700; }}
    """


def _cards(tokens: Tokens) -> str:
    return f"""
    QFrame[role="card"] {{ background: {tokens.surface}; border: 1px solid {tokens.border}; border-radius: 16px; }}
    QFrame[role="bar"] {{ background: {tokens.surface}; border: none; border-bottom: 1px solid {tokens.border}; }}
    QFrame[role="banner"] {{
        background: {tokens.surface}; border: 1px solid {tokens.border}; border-radius: 12px;
    }}
    QFrame[role="rule"] {{ background: {tokens.border}; border: none; min-height: 1px; max-height: 1px; }}
    QFrame[role="segments"] {{ background: {tokens.sunken}; border: none; border-radius: 10px; }}
    """


def _buttons(tokens: Tokens) -> str:
    return f"""
    QPushButton {{
        background: {tokens.surface}; color: {tokens.text}; border: 1px solid {tokens.border};
        border-radius: 9px; padding: 7px 14px; min-height: 20px;
    }}
    QPushButton:hover {{ background: {tokens.hover}; }}
    QPushButton:pressed {{ background: {tokens.pressed}; }}
    QPushButton:focus {{ border: 2px solid {tokens.accent}; padding: 6px 13px; }}
    QPushButton:disabled {{ color: {tokens.outline}; background: transparent; }}

    QPushButton[role="primary"] {{
        background: {tokens.accent}; color: {tokens.on_accent}; border: 1px solid {tokens.accent}; font-weight: 600;
    }}
    QPushButton[role="primary"]:hover {{ background: {tokens.accent_hover}; border-color: {tokens.accent_hover}; }}
    QPushButton[role="primary"]:pressed {{ background: {tokens.accent_pressed}; }}
    QPushButton[role="primary"]:focus {{ border: 2px solid {tokens.text}; }}
    QPushButton[role="primary"]:disabled {{
        background: {tokens.sunken}; color: {tokens.outline}; border-color: {tokens.sunken};
    }}

    QPushButton[role="quiet"] {{ background: transparent; border: 1px solid transparent; padding: 6px 8px; }}
    QPushButton[role="quiet"]:hover {{ background: {tokens.hover}; }}
    QPushButton[role="quiet"]:pressed {{ background: {tokens.pressed}; }}
    QPushButton[role="quiet"]:focus {{ border: 2px solid {tokens.accent}; padding: 5px 7px; }}

    QPushButton[role="link"] {{
        background: transparent; border: none; border-radius: 4px; padding: 1px 2px; min-height: 0;
        color: {tokens.accent}; font-weight: 600;
    }}
    QPushButton[role="link"]:hover {{ text-decoration: underline; }}
    QPushButton[role="link"]:focus {{ border: 2px solid {tokens.accent}; padding: 0 1px; }}

    QPushButton[role="segment"] {{
        background: transparent; border: 1px solid transparent; border-radius: 8px; padding: 5px 8px;
        color: {tokens.muted};
    }}
    QPushButton[role="segment"]:hover {{ color: {tokens.text}; }}
    QPushButton[role="segment"]:checked {{
        background: {tokens.surface}; border-color: {tokens.border}; color: {tokens.text};
    }}
    QPushButton[role="segment"]:focus {{ border: 2px solid {tokens.accent}; padding: 4px 7px; }}
    """


def _details(tokens: Tokens, size: float) -> str:
    return f"""
    QToolTip {{
        background: {tokens.text}; color: {tokens.window}; border: none; padding: 5px 8px;
        font-size: {size * _CAPTION:.2f}pt;
    }}
    QProgressBar {{ background: {tokens.sunken}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
    QProgressBar::chunk {{ background: {tokens.accent}; border-radius: 3px; }}
    QListView, QScrollArea {{ background: transparent; border: none; outline: none; }}
    QScrollArea > QWidget > QWidget {{ background: transparent; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar::handle:vertical {{
        background: {tokens.pressed}; border-radius: 3px; min-height: 32px; margin: 2px 2px 2px 2px;
    }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle:horizontal {{
        background: {tokens.pressed}; border-radius: 3px; min-width: 32px; margin: 2px;
    }}
    QScrollBar::handle:hover {{ background: {tokens.outline}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QMenu {{ background: {tokens.surface}; border: 1px solid {tokens.border}; border-radius: 9px; padding: 5px; }}
    QMenu::item {{ padding: 6px 22px 6px 12px; border-radius: 6px; }}
    QMenu::item:selected {{ background: {tokens.hover}; color: {tokens.text}; }}
    QMenu::icon {{ padding-left: 10px; }}
    QMenu::separator {{ background: {tokens.border}; height: 1px; margin: 5px 8px; }}
    QLineEdit {{
        background: {tokens.surface}; border: 1px solid {tokens.border}; border-radius: 9px; padding: 6px 10px;
        selection-background-color: {tokens.accent}; selection-color: {tokens.on_accent};
    }}
    QLineEdit:focus {{ border: 2px solid {tokens.accent}; padding: 5px 9px; }}
    QAbstractSpinBox {{
        background: {tokens.surface}; color: {tokens.text}; border: 1px solid {tokens.border}; border-radius: 9px;
        padding: 6px 10px; min-height: 20px; selection-background-color: {tokens.accent};
        selection-color: {tokens.on_accent};
    }}
    QAbstractSpinBox:focus {{ border: 2px solid {tokens.accent}; padding: 5px 9px; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
    QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {{
        background: transparent; border: none; padding: 0 10px; color: {tokens.text};
    }}
    QPlainTextEdit {{
        background: {tokens.sunken}; border: 1px solid {tokens.border}; border-radius: 9px; padding: 6px;
        selection-background-color: {tokens.accent}; selection-color: {tokens.on_accent};
    }}
    """
