"""Libraries inside the packages' wheels, their licences, and where the source of those under the GPL and LGPL is.

Whoever passes on something under these licences has to pass on its source, too, or to say where it is. Animirror's own
lies in the application.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from bundle.contents import Entry


class Library(NamedTuple):
    """A library that others build into their wheels: its project, licence, and the address of its source."""

    project: str
    licence: str
    source: str


_FFMPEG = Library("FFmpeg", "LGPL-3.0-or-later", "https://ffmpeg.org, built with github.com/PyAV-Org/pyav-ffmpeg")
_QT = "https://download.qt.io/official_releases/QtForPython and /qt"
_NETTLE = Library("nettle", "LGPL-3.0-or-later", "https://git.lysator.liu.se/nettle/nettle")

#: By the beginning of a file's name, after "lib".
LIBRARIES: Mapping[str, Library] = {
    **dict.fromkeys(("avcodec", "avdevice", "avfilter", "avformat", "avutil", "swresample", "swscale"), _FFMPEG),
    "x264": Library("x264", "GPL-2.0-or-later", "https://code.videolan.org/videolan/x264"),
    "x265": Library("x265", "GPL-2.0-or-later", "https://bitbucket.org/multicoreware/x265_git"),
    "gnutls": Library("GnuTLS", "LGPL-2.1-or-later", "https://gitlab.com/gnutls/gnutls"),
    "nettle": _NETTLE,
    "hogweed": _NETTLE,
    "gmp": Library("GMP", "LGPL-3.0-or-later", "https://gmplib.org"),
    "unistring": Library("libunistring", "LGPL-3.0-or-later", "https://ftp.gnu.org/gnu/libunistring"),
    "mp3lame": Library("LAME", "LGPL-2.0-or-later", "https://lame.sourceforge.io"),
    "asound": Library("alsa-lib", "LGPL-2.1-or-later", "https://github.com/alsa-project/alsa-lib"),
    "heif": Library("libheif", "LGPL-3.0-or-later", "https://github.com/strukturag/libheif"),
    "de265": Library("libde265", "LGPL-3.0-or-later", "https://github.com/strukturag/libde265"),
    "Qt6": Library("Qt", "LGPL-3.0-only", _QT),
    "pyside6": Library("Qt for Python", "LGPL-3.0-only", _QT),
    "shiboken6": Library("Qt for Python", "LGPL-3.0-only", _QT),
    "dav1d": Library("dav1d", "BSD-2-Clause", ""),
    "vpx": Library("libvpx", "BSD-3-Clause", ""),
    "opus": Library("Opus", "BSD-3-Clause", ""),
    **dict.fromkeys(("opencore-amrnb", "opencore-amrwb"), Library("opencore-amr", "Apache-2.0", "")),
    "vpl": Library("Intel VPL", "MIT", ""),
    "drm": Library("libdrm", "MIT", ""),
    "SvtAv1Enc": Library("SVT-AV1", "BSD-3-Clause-Clear", ""),
    "aom": Library("libaom", "BSD-2-Clause", ""),
}

#: What Animirror's own source consists of, below the repository.
OWN = (
    *("core", "desktop", "bundle", "resources/icons", "resources/samples", "resources/translations"),
    *("build.spec", "dev.py", "pyproject.toml", "constraints.txt", "LICENSE", "README.md", "CONTRIBUTING.md"),
)


def libraries(entries: Iterable[Entry]) -> list[tuple[Library, list[str]]]:
    """Return the known libraries among collected files, each with the names of its files."""
    found: dict[Library, set[str]] = {}
    for place, _, kind in entries:
        name = PurePosixPath(place.replace("\\", "/")).name
        stem = name.removeprefix("lib")
        begins = [prefix for prefix in LIBRARIES if stem.startswith(prefix) and not stem[len(prefix) :][:1].islower()]
        if kind in ("BINARY", "EXTENSION") and begins and _is_library(name) and "plugins" not in place:
            found.setdefault(LIBRARIES[max(begins, key=len)], set()).add(name)
    return [(library, sorted(files)) for library, files in sorted(found.items())]


def _is_library(name: str) -> bool:
    return ".so" in name or name.endswith((".dll", ".dylib"))


def pack(root: Path, target: Path) -> Path:
    """Write Animirror's own source below ``root`` into ``target`` (.tar.xz) and return it."""

    def clean(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        return None if "__pycache__" in member.name else member

    target.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(target, "w:xz") as archive:
        for name in OWN:
            if (root / name).exists():
                archive.add(root / name, f"animirror/{name}", filter=clean)
    return target
