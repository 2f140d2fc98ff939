"""Write files whole or not at all, and tell in words why one could not be written."""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import OutputError, quoted
from core.naming import free_name, usual_name


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
    with part_beside(target) as temporary:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary


@contextlib.contextmanager
def part_beside(target: Path) -> Iterator[Path]:
    """Give a name in the target's folder to write under; what then lies there is deleted unless it was renamed."""
    # Not the target's own name with an ending: that may already be as long as a name can be.
    temporary = target.parent / f".animirror-{secrets.token_hex(8)}.part"
    try:
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


@dataclass(frozen=True)
class Destination:
    """Where a result goes: the folder is made where it is missing, and a name that is taken gets a number.

    stem: the name without its ending. replace: a file of exactly that name is replaced instead.
    """

    folder: Path
    stem: str
    replace: bool = False

    def expected(self, suffix: str) -> Path:
        """Return the path that a result gets if nothing comes in between."""
        return (usual_name if self.replace else free_name)(self.folder, self.stem, suffix)

    def put(self, data: bytes, suffix: str) -> Path:
        """Write a file entirely or not at all; returns its path. Raises OutputError."""
        with self.part(suffix) as part:
            part.write_bytes(data)
            return self.take(part, suffix)

    @contextlib.contextmanager
    def part(self, suffix: str) -> Iterator[Path]:
        """Give a name in the folder to write under before :meth:`take`; failures inside are told as OutputError."""
        target = self.expected(suffix)
        with failures_told(target):
            self.folder.mkdir(parents=True, exist_ok=True)
            with part_beside(target) as part:
                yield part

    def take(self, written: Path, suffix: str) -> Path:
        """Give a complete file in the folder its name, which no other program gets meanwhile. Raises OutputError."""
        target = self.expected(suffix)
        with failures_told(target):
            # Without this a crash of the system might leave a file of the right name with nothing in it.
            with written.open("rb+") as file:
                os.fsync(file.fileno())
            if self.replace:
                if target.is_dir():
                    raise OutputError(f"{quoted(target)} is a folder; move it away or choose another name.")
                written.replace(target)
                return target
            while not _claimed(target):
                target = self.expected(suffix)
            try:
                written.replace(target)
            except BaseException:
                with contextlib.suppress(OSError):
                    target.unlink()
                raise
        return target


def _claimed(path: Path) -> bool:
    """Create an empty file of that name, or say that another program was faster."""
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    return True


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
