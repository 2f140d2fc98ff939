"""Write files whole or not at all, and tell in words why one could not be written."""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from core.errors import OutputError, quoted


def write_whole(path: Path, data: bytes) -> None:
    """Write a file entirely or not at all: under another name beside it, flushed to the disk, then renamed.

    A symbolic link is followed, so that the file it points to is replaced and the link stays.

    Raises:
        OutputError: the folder is missing, full or may not be written, or something that is no file has the name.
    """
    with failures_told(path):
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise OutputError(f"{quoted(path)} is a folder; choose a file name inside it.")
        if target.exists() and not target.is_file():
            raise OutputError(f"{quoted(path)} is a device or a pipe; choose an ordinary file name.")
        with written_beside(target, data) as written:
            written.replace(target)


@contextlib.contextmanager
def written_beside(target: Path, data: bytes) -> Iterator[Path]:
    """Hold a complete copy of ``data`` in the target's folder; it is deleted unless the caller has renamed it."""
    # Not the target's own name with an ending: that may already be as long as a name can be.
    temporary = target.parent / f".animirror-{secrets.token_hex(8)}.part"
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


@contextlib.contextmanager
def failures_told(path: Path) -> Iterator[None]:
    """Turn what goes wrong while ``path`` is written into an OutputError that says what to do."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise OutputError(_sentence(path, error)) from error


def _sentence(path: Path, error: OSError | ValueError) -> str:
    name, folder = quoted(path.name), quoted(path.parent)
    code = error.errno if isinstance(error, OSError) else None
    if code in {errno.ENOSPC, errno.EDQUOT}:
        return f"{name} could not be saved because the disk is full; free some space or choose another folder."
    if code == errno.EFBIG:
        return f"{name} could not be saved because it is too large for that disk; choose another disk or format."
    if code == errno.ENAMETOOLONG:
        return f"{name} could not be saved because its name is too long; choose a shorter one."
    if not _is_folder(path.parent):
        return f"{name} could not be saved because there is no folder {folder}; create it or choose another."
    if code in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return (
            f"{name} could not be saved because {folder} may not be written, or because another program has the file "
            "open; close that program or choose another folder."
        )
    if code in {None, errno.EINVAL, errno.EILSEQ, errno.ENOENT}:
        return f"{name} could not be saved because this system does not allow that name; choose a simpler one."
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{name} could not be saved ({reason}); choose another folder or disk."


def _is_folder(path: Path) -> bool:
    # A folder inside one that may not be entered cannot be looked at, which does not make it missing.
    try:
        return path.is_dir()
    except OSError:
        return True
