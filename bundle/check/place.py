"""The empty place: a copy of the application, and a user who has nothing else."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import socket
import struct
import subprocess
import tempfile
from pathlib import Path

#: Whom the application runs as where the check is root, whom no file permission stops.
_NOBODY = 65534


class Place:
    """A folder with the application that cannot be written, and a home with a name in other scripts."""

    def __init__(self, application: Path) -> None:
        """Copy ``application`` there."""
        self.root = Path(tempfile.mkdtemp(prefix="animirror-check-"))
        self.root.chmod(0o755)
        self.folder = self.root / "Prüfung 檢查" / "animirror"
        shutil.copytree(application, self.folder, symlinks=True)
        self.home = self.root / "家 Zoë"
        self.desk = self.root / "desk"
        for folder in (self.home, self.desk):
            folder.mkdir()
        for path in [self.folder, *self.folder.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o222)
        if os.geteuid() == 0:
            for folder in (self.home, self.desk):
                os.chown(folder, _NOBODY, _NOBODY)
        self._before = self.fingerprint()

    def command(self, *arguments: str) -> list[str]:
        """Return what starts the application as the user."""
        lowered = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
        return [*(lowered if os.geteuid() == 0 else []), str(self.folder / "animirror"), *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        """Return all that the application is told: a home, and folders without a Python."""
        runtime = self.root / "runtime"
        if not runtime.exists():
            runtime.mkdir(mode=0o700)
            if os.geteuid() == 0:
                os.chown(runtime, _NOBODY, _NOBODY)
        return {
            "HOME": str(self.home),
            "USER": "zoe",
            "LANG": "C.UTF-8",
            "PATH": "/nonexistent",
            "XDG_RUNTIME_DIR": str(runtime),
            "QT_QPA_PLATFORM": "xcb",
            **more,
        }

    def run(self, *arguments: str, timeout: float = 300.0, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the application to its end."""
        return subprocess.run(
            _absolute(self.command(*arguments)),
            cwd=self.desk,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start the application and leave it running."""
        return subprocess.Popen(
            _absolute(self.command(*arguments)),
            cwd=self.desk,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def fingerprint(self) -> str:
        """Return what changes with anything in the application's folder."""
        digest = hashlib.sha256()
        for path in sorted(self.folder.rglob("*")):
            state = path.lstat()
            digest.update(f"{path.relative_to(self.folder)} {state.st_size} {state.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    @property
    def untouched(self) -> bool:
        """Whether the application's folder is as it was."""
        return self.fingerprint() == self._before

    def remove(self) -> None:
        """Delete everything."""
        for path in [self.folder, *self.folder.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)
        shutil.rmtree(self.root, ignore_errors=True)


def _absolute(command: list[str]) -> list[str]:
    # The environment's PATH leads nowhere, on purpose.
    return [shutil.which(command[0]) or command[0], *command[1:]]


def forget_files() -> bool:
    """Let the system forget what it has read from disk, for a cold start; answers whether it could be told to."""
    try:
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3", encoding="ascii")
    except OSError:
        return False
    return True


def wake_loopback() -> None:
    """Switch on the loopback device of a network that was just made and has nothing else."""
    up, flags_at = 0x1, 16
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        request = struct.pack("16sh", b"lo", up)
        fcntl.ioctl(handle, 0x8914, request.ljust(flags_at + 16, b"\0"))


def connections() -> set[tuple[str, int]]:
    """Return the far ends (address, port) of all sockets in this network that have or want one."""
    found = set()
    for name in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path("/proc/net", name).read_text(encoding="ascii").splitlines()[1:]:
            address, port = line.split()[2].split(":")
            if int(port, 16):
                found.add((address, int(port, 16)))
    return found
