"""The file that the settings are kept in."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import ValidationError

from core import paths
from core.errors import OutputError, quoted
from core.naming import free_name
from core.settings.migration import migrate
from core.settings.model import VERSION, Settings
from core.writing import failures_told, write_whole

FILE = "settings.json"
#: Seconds to wait for another program that is saving; after that it is taken to hang.
_PATIENCE = 2.0


@dataclass(frozen=True)
class Loaded:
    """Settings that can be used, and a sentence for the user where they are not those that were saved."""

    settings: Settings
    notice: str | None = None


def load_settings(path: Path | None = None) -> Loaded:
    """Read the settings, or take the defaults where there are none or they make no sense. Never fails.

    path: the file, None for the user's own. A file that is broken, wholly or in part, is kept under another name, and
    the notice says under which.
    """
    path = path or paths.config() / FILE
    try:
        content = migrate(_read(path))
        settings, wrong = _usable(content)
    except FileNotFoundError:
        return Loaded(Settings())
    except OSError as error:
        reason = error.strerror or str(error)
        return Loaded(
            Settings(), f"The settings in {quoted(path)} cannot be read ({reason}), so the usual ones are used for now."
        )
    except (ValueError, RecursionError):
        kept = _set_aside(path)
        return Loaded(Settings(), f"The settings were damaged and are the usual ones again. {kept}")
    # A newer version may know values that this one does not; they are its own business and stay in its file.
    if not wrong or content["version"] > VERSION:
        return Loaded(settings)
    kept = _set_aside(path, copied=True)
    for section, key in wrong:
        _remove(content, section, key)
    with contextlib.suppress(OutputError):  # it is told again at the next start, and once something is saved
        write_whole(path, _encoded(content))
    names = ", ".join(section + (f".{key}" if key else "") for section, key in wrong)
    several = f"{len(wrong)} settings made" if len(wrong) > 1 else "One setting made"
    return Loaded(settings, f"{several} no sense and got the usual value again: {names}. {kept}")


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Write what was changed in ``settings`` since it was loaded or saved; the rest of the file stays.

    Raises OutputError with what to do; the file is then as it was.
    """
    path = path or paths.config() / FILE
    with failures_told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        content = _merged(settings.origin, settings.model_dump(mode="json"), _current(path, settings.origin))
        content["version"] = max(VERSION, content.get("version", VERSION))
        write_whole(path, _encoded(content))
    settings.origin = settings.model_dump(mode="json")


def _read(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(content, dict):
        raise ValueError("the settings are no object")
    return content


def _encoded(content: dict[str, Any]) -> bytes:
    text = json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True)
    # Half a surrogate pair, which a file name can hold, has no UTF-8; JSON's own escape for it is the same as Python's.
    return (text + "\n").encode("utf-8", "backslashreplace")


def _usable(content: dict[str, Any]) -> tuple[Settings, list[tuple[str, str]]]:
    """Return the settings in ``content``, the usual value for each that is wrong, and section and key of those."""
    remaining = copy.deepcopy(content)
    wrong: dict[tuple[str, str], None] = {}
    while True:
        try:
            settings = Settings.model_validate(remaining)
        except ValidationError as error:
            for found in error.errors():
                section, key = (*(str(part) for part in found["loc"][:2]), "")[:2]
                _remove(remaining, section, key)
                wrong[section, key] = None
            continue
        # The values as they are used: where the file holds something else, saving leaves it until that is changed.
        settings.origin = settings.model_dump(mode="json")
        return settings, list(wrong)


def _remove(content: dict[str, Any], section: str, key: str) -> None:
    inner = content.get(section)
    if key and isinstance(inner, dict):
        inner.pop(key, None)
    else:
        content.pop(section, None)


def _set_aside(path: Path, copied: bool = False) -> str:
    """Keep a broken file under another name; answers with a sentence about that."""
    target = free_name(path.parent, f"{path.stem}-broken", path.suffix)
    try:
        if copied:
            write_whole(target, path.read_bytes())
        else:
            path.replace(target)
    except (OSError, OutputError):
        return f"The old file is {quoted(path)}."
    return f"The old file was kept as {quoted(target)}."


def _current(path: Path, otherwise: dict[str, Any]) -> dict[str, Any]:
    """Return what the file holds at this moment, which another program may have written."""
    try:
        return migrate(_read(path))
    except (OSError, ValueError, RecursionError):
        return copy.deepcopy(otherwise)


def _merged(origin: dict[str, Any], mine: dict[str, Any], current: dict[str, Any]) -> dict[str, Any]:
    """Return ``current`` with those values of ``mine`` that differ from ``origin``, key by key."""
    merged = dict(current)
    for key, value in mine.items():
        before, now = origin.get(key), current.get(key)
        if isinstance(value, dict):
            merged[key] = _merged(
                before if isinstance(before, dict) else {}, value, now if isinstance(now, dict) else {}
            )
        elif key not in origin or value != before or key not in current:
            merged[key] = value
    for key in origin.keys() - mine.keys():
        merged.pop(key, None)
    return merged


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other programs from saving at the same time, where the disk can do that."""
    lock = FileLock(path.with_suffix(".lock"), timeout=_PATIENCE)
    try:
        lock.acquire()
    except (OSError, Timeout, NotImplementedError):
        yield
        return
    try:
        yield
    finally:
        lock.release()
