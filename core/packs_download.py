"""Downloading one file that is known by its size and SHA-256: with progress, resumed where it broke off, never run."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import requests

from core.errors import ModelError, quoted
from core.writing import failures_told

Progress = Callable[[int, int], bool]
"""Called with the bytes there are and the bytes there will be; answers whether to go on."""

_BLOCK = 1 << 16
_TIMEOUT = (10.0, 30.0)
_TRIES = 5
#: Seconds before another try, so that a server that is busy is not asked at once again.
_PAUSE = 0.5
_PARTIAL = 206
_NOT_SATISFIABLE = 416


class _BrokenOffError(Exception):
    """The connection ended before the file did; another try goes on from there."""


def download(address: str, size: int, sha256: str, folder: Path, progress: Progress) -> Path:
    """Return the file from ``address``, complete and checked, in ``folder``, which is made.

    What is there of it from another time is kept and only the rest is fetched. Raises ModelError when the server does
    not give it, gives another file, or ``progress`` says stop; OutputError when it cannot be written.
    """
    whole = folder / f"{sha256[:16]}-{PurePosixPath(urlsplit(address).path).name[-80:]}"
    part = whole.with_name(f"{whole.name}.part")
    with failures_told(whole):
        folder.mkdir(parents=True, exist_ok=True)
        if whole.is_file() and _sha256(whole) == sha256:
            return whole
        _check_room(folder, size - _size(part))
        _fetch(address, size, part, progress)
        if _sha256(part) != sha256:
            part.unlink()
            raise ModelError(
                f"What {quoted(address)} gives is not the file that was expected: its SHA-256 is another one. It was "
                "deleted; try again later, or ask who made the list of packs."
            )
        part.replace(whole)
    return whole


def _fetch(address: str, size: int, part: Path, progress: Progress) -> None:
    """Bring ``part`` to ``size`` bytes, over several connections where they break off."""
    failure: Exception | None = None
    tries = 0
    while _size(part) < size and tries < _TRIES:
        before = _size(part)
        try:
            _fetch_on(address, size, part, progress)
        except (_BrokenOffError, requests.RequestException) as error:
            failure = error
        # Only tries that bring nothing count: a large file over a bad line may take many.
        tries = tries + 1 if _size(part) <= before else 0
        if _size(part) < size and tries:
            time.sleep(_PAUSE)
    if _size(part) < size:
        raise ModelError(
            f"{quoted(address)} cannot be downloaded: {_reason(failure)}. Check the connection and try again; what is "
            "there already is kept."
        ) from failure


def _fetch_on(address: str, size: int, part: Path, progress: Progress) -> None:
    present = _size(part)
    headers = {"Accept-Encoding": "identity"}
    if present:
        headers["Range"] = f"bytes={present}-"
    with requests.get(address, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
        if answer.status_code == _NOT_SATISFIABLE:
            part.unlink(missing_ok=True)
            raise _BrokenOffError("the server's file is shorter than it should be")
        answer.raise_for_status()
        resumed = answer.status_code == _PARTIAL and answer.headers.get("Content-Range", "").startswith(
            f"bytes {present}-"
        )
        _write(answer, part, present if resumed else 0, size, progress)


def _write(answer: requests.Response, part: Path, present: int, size: int, progress: Progress) -> None:
    with part.open("ab" if present else "wb") as file:
        for block in answer.iter_content(_BLOCK):
            if present + len(block) > size:
                file.close()
                part.unlink()
                raise ModelError("The server gives a larger file than the list of packs says, so it is not used.")
            file.write(block)
            present += len(block)
            if not progress(present, size):
                raise ModelError("The download was stopped; what is there of it is kept for the next time.")
    if present < size:
        raise _BrokenOffError("the connection broke off")


def _check_room(folder: Path, missing: int) -> None:
    if shutil.disk_usage(folder).free < 2 * missing:  # the models are copied out of it
        raise ModelError(f"There is not enough room on the disk of {quoted(folder)} for the download; free some.")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reason(error: Exception | None) -> str:
    match error:
        case requests.HTTPError(response=requests.Response(status_code=code)):
            return f"the server answers with error {code}"
        case requests.Timeout():
            return "the server does not answer"
        case requests.ConnectionError():
            return "the server cannot be reached"
    return str(error) if isinstance(error, _BrokenOffError) else "the server gives nothing more"
