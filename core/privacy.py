"""Texts that may leave this computer in a bug report: without people's names and without the names of their files."""

from __future__ import annotations

import getpass
import re
from pathlib import Path

#: Parts of a path that are kept: from them on, it names the program's own files.
_PROGRAM = ("site-packages", "_internal", "core", "desktop")

_SIGN = r"[^\s\"'<>|:*?()\[\],;]"
#: An apostrophe in a name ("Mei's photo.jpg") opens and closes nothing: quotations begin and end at the edge of a word.
_QUOTED = re.compile(
    r"(?:(?<!\w)|(?<=\bb))(?P<quote>[\"'])(?P<inside>(?:(?!(?P=quote)(?!\w))[^\n])+)(?P=quote)"
    r"|[“「](?P<other>[^“”「」\n]+)[”」]"
)
_START = r"(?:(?<![\w.~/\\])(?:[A-Za-z]:)?[\\/]|(?<!\w)~[\\/])"
#: Names may hold spaces: a path without quotation marks goes on as far as a later separator or ending tells.
_REST = r"(?<!\.py)(?: [^\n\"'<>|:*?“”]*(?:[\\/]" + _SIGN + r"+|\.[A-Za-z][A-Za-z0-9]{1,4}(?!\w)))?"
_BARE = re.compile(rf"{_START}(?:{_SIGN}+[\\/])*{_SIGN}+{_REST}")
_URL = re.compile(r"\b(?P<scheme>[a-z][a-z0-9+]*)://[^\s\"'<>]+")
_FILE = re.compile(r"^.*?(?P<suffix>\.[A-Za-z0-9]{2,5})$")


def without_names(text: str, user: str | None = None) -> str:
    """Return ``text`` with paths, file names and addresses shortened to what they are: "(path).jpg", "(http address)".

    Paths of the program's own modules keep their end, which tracebacks need. ``user`` is the name to leave out; the
    present user's where None.
    """
    text = _URL.sub(lambda found: f"({found['scheme']} address)", text)
    text = _QUOTED.sub(lambda found: found[0][0] + _inside(found["inside"] or found["other"]) + found[0][-1], text)
    text = _BARE.sub(lambda found: _path(found[0]), text)
    name = _user() if user is None else user
    if len(name) > 2 and name != "root":
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "(user)", text)
    return text


def _inside(text: str) -> str:
    if " address)" in text:
        return text
    if "/" in text or "\\" in text:
        return _path(text)
    file = _FILE.match(text)
    return f"(file){file['suffix']}" if file and not text.endswith(".py") else text


def _path(text: str) -> str:
    parts = re.split(r"[\\/]", text)
    if text.endswith(".py") or ".py:" in text:
        own = [place for place, part in enumerate(parts) if part in _PROGRAM]
        return "/".join(parts[own[0] :] if own else parts[-1:])
    file = _FILE.match(parts[-1])
    return f"(path){file['suffix'] if file else ''}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        return Path.home().name
