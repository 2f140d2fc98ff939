"""Choose names for result files that no file has yet and that every system accepts."""

import itertools
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

# What Windows refuses in a name; results travel there on memory sticks and in shared folders.
_REFUSED: Final = re.compile(r'[<>:"/\\|?*]')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)

_LONGEST_NAME: Final = 255
"""Bytes of UTF-8; some systems count UTF-16 units instead, of which a name never has more."""

_UNNAMED: Final = "picture"


def usual_name(folder: Path, stem: str, suffix: str) -> Path:
    """Give the path that :func:`free_name` gives when nothing is in its way."""
    stem = _accepted_everywhere(stem)
    return folder / (_cut(stem, _LONGEST_NAME - len(suffix.encode())) + suffix)


def free_name(
    folder: Path, stem: str, suffix: str, taken: Callable[[Path], bool] = lambda path: os.path.lexists(path)
) -> Path:
    """Give a path in ``folder`` that no file has yet: ``portrait.png``, then ``portrait (2).png`` and so on.

    The stem is changed where some system would refuse it: forbidden and unprintable characters become ``_``, dots and
    spaces at its end go, a device's name gets a ``_`` before it, and what is too long is cut.

    Another program may take the name before it is used; :func:`core.saving.save_new_picture` copes with that.

    Args:
        folder: Where the file will be; it need not exist.
        stem: The name without its ending, such as ``portrait anime``.
        suffix: The ending with its dot, such as ``.png``.
        taken: Says whether a path is not free.
    """
    stem = _accepted_everywhere(stem)
    endings = itertools.chain((suffix,), (f" ({number}){suffix}" for number in itertools.count(2)))
    paths = (folder / (_cut(stem, _LONGEST_NAME - len(ending.encode())) + ending) for ending in endings)
    return next(path for path in paths if not taken(path))


def _accepted_everywhere(stem: str) -> str:
    printable = "".join(sign if sign.isprintable() else "_" for sign in stem)
    stem = _REFUSED.sub("_", printable).rstrip(". ") or _UNNAMED
    return f"_{stem}" if _DEVICES.fullmatch(stem) else stem


def _cut(stem: str, length: int) -> str:
    return stem.encode()[:length].decode(errors="ignore").rstrip(". ")


PATTERN_WORDS: Final = ("name", "style", "date", "time", "folder")
"""What may stand in braces in a pattern for names; see :func:`result_stem`."""

_WORD: Final = re.compile(r"\{(\w+)\}")


def result_stem(pattern: str, source: Path, style: str, moment: datetime) -> str:
    """Fill in a pattern such as ``{name}-{style}``: the name of a result without its ending.

    ``{name}`` is the source's name without its ending, ``{folder}`` its folder's, ``{style}`` the model's id,
    ``{date}`` and ``{time}`` are ``moment``. What else stands in braces stays as it is. The result may still hold signs
    that some system refuses: :func:`free_name` and :func:`usual_name` replace those.
    """
    known = {
        "name": source.stem,
        "style": style,
        "date": moment.strftime("%Y-%m-%d"),
        "time": moment.strftime("%H.%M.%S"),
        "folder": source.parent.name,
    }
    return _WORD.sub(lambda word: known.get(word[1], word[0]), pattern)
