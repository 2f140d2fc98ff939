"""Write pictures so that a failure leaves nothing half-written behind and no file of the user's is lost."""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.encoding import encode_picture
from core.errors import OutputError, quoted
from core.naming import free_name

__all__ = ["encode_picture", "free_name", "save_new_picture", "save_picture", "write_whole"]


def save_picture(
    path: Path,
    pixels: NDArray[np.uint8],
    *,
    alpha: NDArray[np.uint8] | None = None,
    exif: bytes | None = None,
    quality: int = 95,
) -> None:
    """Write a picture in the format of the path's suffix; a file of that name is replaced, or kept on failure.

    The arguments are those of :func:`core.encoding.encode_picture`.

    Raises:
        OutputError: the suffix is unknown, the format cannot hold the picture, or the folder is missing, full or
            may not be written.
    """
    write_whole(path, encode_picture(path.suffix, pixels, alpha=alpha, exif=exif, quality=quality))


def save_new_picture(
    folder: Path,
    stem: str,
    suffix: str,
    pixels: NDArray[np.uint8],
    *,
    alpha: NDArray[np.uint8] | None = None,
    exif: bytes | None = None,
    quality: int = 95,
) -> Path:
    """Write a picture under a name that no file has yet, even while other programs write to the same folder.

    Args:
        folder: An existing folder.
        stem: The name to start from; :func:`core.naming.free_name` says what becomes of it.
        suffix: The format, as in ``.png``.
        pixels: As in :func:`core.encoding.encode_picture`, like the next three.
        alpha: Opacity.
        exif: Exif block.
        quality: 1..100.

    Returns:
        The path that was written.

    Raises:
        OutputError: as in :func:`save_picture`.
    """
    data = encode_picture(suffix, pixels, alpha=alpha, exif=exif, quality=quality)
    target = free_name(folder, stem, suffix)
    with _failures_told(target), _written_beside(target, data) as written:
        while not _claimed(target):
            target = free_name(folder, stem, suffix)
        try:
            written.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                target.unlink()
            raise
    return target


def write_whole(path: Path, data: bytes) -> None:
    """Write a file entirely or not at all: under another name beside it, flushed to the disk, then renamed.

    A symbolic link is followed, so that the file it points to is replaced and the link stays.

    Raises:
        OutputError: the folder is missing, full or may not be written, or something that is no file has the name.
    """
    with _failures_told(path):
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise OutputError(f"{quoted(path)} is a folder; choose a file name inside it.")
        if target.exists() and not target.is_file():
            raise OutputError(f"{quoted(path)} is a device or a pipe; choose an ordinary file name.")
        with _written_beside(target, data) as written:
            written.replace(target)


@contextlib.contextmanager
def _written_beside(target: Path, data: bytes) -> Iterator[Path]:
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


def _claimed(path: Path) -> bool:
    """Create an empty file of that name, or say that another program was faster."""
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    return True


@contextlib.contextmanager
def _failures_told(path: Path) -> Iterator[None]:
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
