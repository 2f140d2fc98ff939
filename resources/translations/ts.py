"""Reads and writes Qt Linguist's .ts files."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from pathlib import Path

from resources.translations.sources import Text

Translations = Mapping[Text, str]


def read(path: Path) -> dict[Text, str]:
    """Return the translations in a file, those that are not finished as empty texts; none where there is no file."""
    if not path.is_file():
        return {}
    found = {}
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            text = Text(context.findtext("name", ""), message.findtext("source", ""), message.get("numerus") == "yes")
            translation = message.find("translation")
            found[text] = _words(translation) if translation is not None else ""
    return found


def write(path: Path, texts: Iterable[Text], translations: Translations, language: str) -> None:
    """Write the texts with their translations, ordered, so that a change is seen as what it is."""
    root = ET.Element("TS", version="2.1", language=language, sourcelanguage="en")
    contexts: dict[str, ET.Element] = {}
    for text in sorted(texts):
        if text.context not in contexts:
            contexts[text.context] = ET.SubElement(root, "context")
            ET.SubElement(contexts[text.context], "name").text = text.context
        message = ET.SubElement(contexts[text.context], "message", {"numerus": "yes"} if text.several else {})
        ET.SubElement(message, "source").text = text.source
        words = translations.get(text, "")
        translation = ET.SubElement(message, "translation", {} if words else {"type": "unfinished"})
        if text.several:
            ET.SubElement(translation, "numerusform").text = words
        else:
            translation.text = words
    ET.indent(root, "    ")
    body = ET.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8", newline="\n")


def _words(translation: ET.Element) -> str:
    if translation.get("type") == "unfinished":
        return ""
    form = translation.find("numerusform")
    return (form if form is not None else translation).text or ""
