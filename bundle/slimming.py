"""Makes the Linux application smaller without taking anything away that it does.

Python's wheels each bring their own copy of what they need: OpenCV and PyAV an FFmpeg each, Pillow and OpenCV an AVIF
library each. Where two have the same ABI (the major version in the file's name), one of them becomes a link to the
other. Libraries that are loaded and never called become small stand-ins compiled from ``native/``; so do both OpenBLAS,
of which only the simplest is asked.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath

from bundle.contents import Entry

NATIVE = Path(__file__).parent / "native"

#: Library -> the folder whose copy all others become links to.
SHARED = {
    **dict.fromkeys(("libavcodec", "libavformat", "libavutil", "libswscale", "libswresample"), "av.libs"),
    **dict.fromkeys(("libavif", "libpng16", "libwebp"), "pillow.libs"),
    # The system's, which Qt asks for.
    "libXau": ".",
}

_NAME = re.compile(r"^(?P<name>lib[A-Za-z0-9_+]+?)(-[0-9a-f]{8,}(-[0-9a-f]{8,})?)?\.so\.(?P<major>\d+)")


def without_orphans(entries: Iterable[Entry], imports_of: Callable[[str], Iterable[str]]) -> list[Entry]:
    """Return the entries without libraries that only left-out files had asked for, and without links to those.

    imports_of: gives the names of the libraries that a file asks the loader for.
    """
    kept = list({entry[0]: entry for entry in entries}.values())
    libraries = {PurePosixPath(entry[0]).name: entry for entry in kept if _is_library(entry) and entry[2] != "SYMLINK"}
    # A link that stands for a second copy has the name that is asked for.
    links = (
        (PurePosixPath(place).name, PurePosixPath(target).name) for place, target, kind in kept if kind == "SYMLINK"
    )
    targets = {name: target for name, target in links if target != name}
    waiting = [entry[1] for entry in kept if not _is_library(entry) and entry[2] in ("BINARY", "EXTENSION")]
    reached: set[str] = set()
    while waiting:
        for asked in imports_of(waiting.pop()):
            name = PurePosixPath(asked).name
            for needed in {name, targets.get(name, name)} - reached:
                reached.add(needed)
                if needed in libraries:
                    waiting.append(libraries[needed][1])
    return [entry for entry in kept if not _is_library(entry) or PurePosixPath(entry[0]).name in reached]


def _is_library(entry: Entry) -> bool:
    """Tell whether an entry is a library that is inside because something asked for it, or a link to such a one."""
    place = PurePosixPath(entry[0])
    loose = place.parent == PurePosixPath(".") or place.parent.name.endswith(".libs")
    named = place.name.startswith("lib") and not place.name.startswith("libpython")
    return loose and named and entry[2] != "EXTENSION"


def with_one_copy(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries with second copies of the SHARED libraries replaced by links to the first."""
    chosen: dict[tuple[str, str], str] = {}
    for place, _, kind in entries:
        found = _NAME.match(PurePosixPath(place).name)
        if found and kind == "BINARY" and SHARED.get(found["name"]) == PurePosixPath(place).parent.as_posix():
            chosen[found["name"], found["major"]] = place
    result = []
    for place, source, kind in entries:
        found = _NAME.match(PurePosixPath(place).name)
        folder = PurePosixPath(place).parent
        target = chosen.get((found["name"], found["major"])) if found else None
        second = kind == "BINARY" and folder.name.endswith(".libs") and target not in (None, place)
        result.append((place, f"../{target}", "SYMLINK") if second and target else (place, source, kind))
    return result


def with_stand_ins(entries: Sequence[Entry], work: Path) -> list[Entry]:
    """Return the entries with libraries that are never called, and OpenBLAS, replaced by small ones.

    These are compiled from ``native/`` into ``work``. Without a C compiler everything stays as it is.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        return list(entries)
    work.mkdir(parents=True, exist_ok=True)
    compile_ = _Compiler(compiler, work)
    result = []
    for place, source, kind in entries:
        replacement = None if kind == "SYMLINK" else _stand_in(compile_, Path(source))
        result.append((place, str(replacement or source), kind))
    return result


def _stand_in(compile_: _Compiler, library: Path) -> Path | None:
    name = library.name
    if name.startswith(("libicudata.so.", "libicui18n.so.", "libicuuc.so.")):
        return compile_(name, "no_icu.c", f"-DICU_SUFFIX={name.split('.so.')[1].split('.')[0]}")
    if name.startswith("libx265-"):
        return compile_(name, "no_x265.c", f"-DX265_API_GET=x265_api_get_{name.split('.so.')[1]}")
    if name.startswith("libSvtAv1Enc-"):
        return compile_(name, "no_svt_av1.c", more=_each(library, "REFUSES"))
    if name.startswith("libsystemd.so."):
        return compile_(name, "no_systemd.c", *_versions(library, compile_.work), more=_each(library, "SAYS_NO"))
    if name.startswith(("libopenblas", "libscipy_openblas64_")):
        return compile_(name, "small_blas.c", "-O2", "-fcx-limited-range", "-lm")
    return None


def _each(library: Path, macro: str) -> str:
    return "".join(f"{macro}({function})\n" for function in exported(library))


def _versions(library: Path, work: Path) -> list[str]:
    """Return the compiler's option that gives a stand-in's functions the versions that the library's have."""
    names: dict[str, list[str]] = {}
    for symbol in _symbols(library):
        name, _, version = symbol.replace("@@", "@").partition("@")
        names.setdefault(version, []).append(name)
    script = work / f"{library.name}.map"
    nodes = (f"{version} {{ {'; '.join(sorted(found))}; }};\n" for version, found in sorted(names.items()) if version)
    script.write_text("".join(nodes), encoding="ascii")
    return [f"-Wl,--version-script={script}"]


class _Compiler:
    """Compiles sources of ``native/`` into libraries in ``work``."""

    def __init__(self, compiler: str, work: Path) -> None:
        self._compiler, self.work = compiler, work

    def __call__(self, name: str, source: str, *options: str, more: str = "") -> Path:
        """Return the library called ``name`` made of ``source`` with the lines ``more`` after it."""
        text = self.work / source
        text.write_text((NATIVE / source).read_text(encoding="utf-8") + more, encoding="utf-8")
        target = self.work / name
        command = [self._compiler, "-shared", "-fPIC", "-Os", "-s", f"-Wl,-soname,{name}", "-o", str(target), str(text)]
        subprocess.run([*command, *options], check=True)
        return target


def exported(library: Path) -> list[str]:
    """Return the names of the functions that a library offers."""
    return sorted({symbol.split("@")[0] for symbol in _symbols(library)})


def _symbols(library: Path) -> list[str]:
    listing = subprocess.run(
        ["nm", "--dynamic", "--defined-only", str(library)], capture_output=True, text=True, check=True
    ).stdout
    symbols = [line.split()[1:] for line in listing.splitlines()]
    return [name for kind, name in symbols if kind == "T" and not name.startswith("_")]


def needed_by(library: str) -> list[str]:
    """Return the names of the libraries that a file itself asks the loader for, not those that they ask for in turn."""
    told = subprocess.run(["readelf", "--dynamic", "--wide", library], capture_output=True, text=True).stdout
    return [line.split("[")[1].rstrip("]") for line in told.splitlines() if "(NEEDED)" in line]


#: What holds symbols for debuggers and may lose them, as patterns below the application's inner folder. The wheels'
#: makers have moved parts of other libraries about (``auditwheel``), and ``strip`` breaks those.
STRIPPED = ("libpython*.so*", "python3*/lib-dynload/*.so", "av/**/*.so", "PIL/*.so")


def strip_debugging(inner: Path) -> None:
    """Remove what only debuggers read from the STRIPPED files below ``inner``, where ``strip`` is installed."""
    strip = shutil.which("strip")
    files = [path for pattern in STRIPPED for path in inner.glob(pattern) if path.is_file() and not path.is_symlink()]
    if strip is not None and files:
        subprocess.run([strip, "--strip-unneeded", *map(str, files)], check=True)
