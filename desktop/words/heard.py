"""Says in the user's language what core has said in English.

Core knows nothing of the window, and its sentences come through queues, files and other processes. So they stay
English until they are shown, and are recognised here by their templates, the fixed words around what was filled in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QCoreApplication

from core import paths
from desktop.words.language import ENGLISH, spoken

_CONTEXT = "core"
_look_up = QCoreApplication.translate
_PLACE = re.compile(r"\{(\d+)\}")
_SENTENCE = re.compile(r"(?<=[.!?]) (?=\S)")


@dataclass(frozen=True)
class _Template:
    """text: with ``{0}`` and so on. longest: the longest of its fixed pieces, by which most others are ruled out."""

    text: str
    pattern: re.Pattern[str]
    longest: str
    fixed: int

    def values(self, sentence: str) -> list[str] | None:
        """Return what was filled in, or None where the sentence is none of this kind."""
        if self.longest not in sentence:
            return None
        match = self.pattern.fullmatch(sentence)
        return None if match is None else list(match.groups())


def heard(sentence: str) -> str:
    """Return the sentence in the language that the window speaks, or as it is where it is not one of core's.

    Several sentences in a row, and sentences within sentences, are said one by one.
    """
    if spoken() == ENGLISH or not sentence.strip():
        return sentence
    return "\n".join(_said(line) or line for line in sentence.split("\n"))


def is_core(sentence: str) -> bool:
    """Say whether a sentence is one of core's, which can be said in any language."""
    return bool(sentence.strip()) and all(next(_matches(part), None) for part in _SENTENCE.split(sentence))


def _said(sentence: str) -> str | None:
    """Return what is said instead, or None where the sentence is not known."""
    matches = list(_matches(sentence))
    for template, values in matches:
        said = [_said(value) for value in values]
        # What was filled in, such as a name, hardly goes over the end of a sentence, unless it is one itself.
        if all(words or not _SENTENCE.search(value) for value, words in zip(values, said, strict=True)):
            return _filled(template, [words or value for value, words in zip(values, said, strict=True)])
    parts = _SENTENCE.split(sentence)
    for count in range(len(parts) - 1, 0, -1):
        first = _said(" ".join(parts[:count]))
        if first is not None:
            rest = " ".join(parts[count:])
            return f"{first}{'' if first.endswith('。') else ' '}{_said(rest) or rest}"
    return _filled(*matches[0]) if matches else None


def _filled(template: _Template, values: list[str]) -> str:
    words = _look_up(_CONTEXT, template.text)
    return _PLACE.sub(lambda place: values[int(place[1])], words)


def _matches(sentence: str) -> Iterator[tuple[_Template, list[str]]]:
    """Return the templates that fit, those with the most fixed words first, and what was filled into each."""
    for template in _templates():
        values = template.values(sentence.strip())
        if values is not None:
            yield template, values


@cache
def _templates() -> tuple[_Template, ...]:
    path = paths.resources() / "translations" / "sentences.json"
    templates = [_compiled(text) for text in json.loads(path.read_text(encoding="utf-8"))]
    return tuple(sorted(templates, key=lambda template: -template.fixed))


def _compiled(text: str) -> _Template:
    pieces = _PLACE.split(text)[::2]
    last = len(pieces) - 1
    pattern = ""
    for place, piece in enumerate(pieces):
        pattern += re.escape(piece)
        if place < last:
            # Where two are filled in without a word between them, the first has it all.
            neighbour = place > 0 and not piece
            pattern += "()" if neighbour else "(.*?)" if place < last - 1 or pieces[last] else "(.*)"
    return _Template(text, re.compile(pattern, re.DOTALL), max(pieces, key=len), sum(map(len, pieces)))
