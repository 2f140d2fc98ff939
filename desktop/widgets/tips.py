"""Tooltips with names that somebody else gave."""

from __future__ import annotations

import html

from PySide6.QtGui import Qt


def tip(text: str) -> str:
    """Return what a tooltip shows as ``text``, letter for letter.

    Qt takes a tooltip that looks like markup for markup and loads the pictures that it names: a model called
    ``<img src="file:///dev/zero">`` would take all memory.
    """
    return f"<qt>{html.escape(text)}</qt>" if Qt.mightBeRichText(text) else text
