"""The list of everything inside the packaged application, with the licence texts, and where the sources are.

Why the application as a whole is under the GPL 3: FFmpeg, as PyAV's wheels bring it, is under the LGPL 3 but for x264,
which writes H.264. Left out, videos and recordings would be H.264 only where a graphics card or a Mac's chip encodes
them; what else this FFmpeg writes without it (VP9, or MPEG-4 of 1999) many phones, browsers and chats do not show. So
x264 stays, and the GPL 3 is kept: its text, Animirror's own source and the list of all other sources are inside. x265,
under the same licence and never asked for, is left out on Linux. Everything else goes together with the GPL 3; the
models are data under terms of their own. Animirror's source stays under the MIT licence.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from bundle import sources
from bundle.contents import Entry

_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|copyright|notice|thirdparty|third[-_]party|authors)", re.IGNORECASE)
_TEXTS = Path(__file__).parent / "texts"
#: What does not say its licence in a way that is read here.
_KNOWN = {"insightface": "MIT"}
_DEBIANS = Path("/usr/share/common-licenses")
_NO_TEXT = (".py", ".pyc", ".pyi", ".so", ".html")


@dataclass
class Part:
    """Something inside the application: its name, version, the short name of its licence, and its texts.

    source: where its source is, for what is under the GPL or LGPL.
    """

    name: str
    version: str
    licence: str
    texts: list[Path] = field(default_factory=list)
    source: str = ""


def python_parts(modules: Iterable[str]) -> list[Part]:
    """Return the distributions that the collected ``modules`` come from, by name; ours is not among them."""
    owners = importlib.metadata.packages_distributions()
    names = {owner for module in modules for owner in owners.get(module.split(".")[0], [])}
    return [_distribution(name) for name in sorted(names, key=str.lower) if name != "animirror"]


def _distribution(name: str) -> Part:
    distribution = importlib.metadata.distribution(name)
    head = distribution.metadata.json
    known = [str(line) for line in head.get("classifier", [])]
    classifiers = [line.rsplit(" :: ", 1)[1] for line in known if line.startswith("License ::")]
    stated = str(head.get("license_expression") or "")
    short = _KNOWN.get(name) or stated or "; ".join(classifiers) or str(head.get("license") or "").split("\n")[0]
    files = [file for file in distribution.files or [] if _is_licence(PurePosixPath(file))]
    found = [Path(str(distribution.locate_file(file))) for file in files]
    texts = [text for text in found if text.is_file()] or _own_text(name)
    return Part(str(head["name"]), distribution.version, short or "see the text", texts)


def _is_licence(file: PurePosixPath) -> bool:
    # Inside a package, only its uppermost folder: deeper ones hold licences of test data and the like.
    shallow = len(file.parts) <= 2 or any(part.endswith(".dist-info") for part in file.parts)
    return shallow and file.suffix not in _NO_TEXT and bool(_LICENCE_FILE.search(file.name))


def python_itself() -> Part:
    """Return Python, whose licence text lies with its library."""
    library = Path(sysconfig.get_paths()["stdlib"])
    texts = [path for path in (library / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt") if path.is_file()]
    return Part("Python", sys.version.split()[0], "PSF-2.0", texts[:1])


def system_parts(entries: Iterable[Entry]) -> list[Part]:
    """Return the Debian packages that libraries in ``entries`` were copied from; none on other systems."""
    asked = shutil.which("dpkg-query")
    found: dict[str, Part] = {}
    sources = {str(Path(source).resolve()) for _, source, kind in entries if kind == "BINARY"}
    outside = [source for source in sorted(sources) if source.startswith(("/lib/", "/usr/lib/"))]
    if asked is None or not outside:
        return []
    # dpkg knows files by their places before /lib became a link to /usr/lib.
    names = [name for source in outside for name in (source, source.removeprefix("/usr"))]
    owners = subprocess.run([asked, "--search", *names], capture_output=True, text=True).stdout
    for line in owners.splitlines():
        package = line.split(": ")[0].split(":")[0].split(",")[0]
        if package in found:
            continue
        shown = subprocess.run([asked, "--show", "-f", "${Version}", package], capture_output=True, text=True).stdout
        text = Path("/usr/share/doc") / package / "copyright"
        source = f"https://snapshot.debian.org, the source of {package} {shown}"
        found[package] = Part(package, shown, "see the text", [text] if text.is_file() else [], source)
    return [found[name] for name in sorted(found)]


def library_parts(entries: Iterable[Entry]) -> list[Part]:
    """Return the libraries that others have built into their wheels, with the names of their files."""
    import av

    parts = []
    for library, files in sources.libraries(entries):
        version = av.ffmpeg_version_info if library.project == "FFmpeg" else ""
        named = f"{library.project} {version}".strip()
        texts = _own_text(library.project)
        parts.append(Part(named, f"({', '.join(files[:3])})", library.licence, texts, library.source))
    return parts


def _own_text(name: str) -> list[Path]:
    """The text of a part whose wheel brings none, though its licence asks for the notice beside every copy."""
    text = _TEXTS / "parts" / f"{name}.txt"
    return [text] if text.is_file() else []


def common_texts() -> Part:
    """Return the licences that several parts are under; Debian's own packages refer to some more."""
    texts = sorted(_TEXTS.glob("*.txt"))
    texts += [_DEBIANS / name for name in ("LGPL-2", "Apache-2.0") if (_DEBIANS / name).is_file()]
    return Part("common licences", "", "the texts that others refer to", texts)


def models(resources: Path) -> list[Part]:
    """Return the models that ship, with the terms in their manifests."""
    parts = []
    for manifest in sorted(resources.glob("models/*/manifest.json")):
        known = json.loads(manifest.read_text(encoding="utf-8"))
        parts.append(Part(f"model {known['id']}", "", known["licence"], []))
    return parts


_INTRODUCTION = """\
Animirror contains the following works, each under its own terms. Their texts are in the folders here.

This packaged application as a whole is under the GNU General Public License, version 3 (common-licences/GPL-3.0.txt).
You may use it for whatever you like, study and change it, and pass it on under the same licence, with its source or
the way to it: Animirror's own is in {own}, and sources.txt tells where that of the other parts is.
The reason is x264, which writes H.264, the one kind of video that every phone, browser and player shows; it is under
the GPL 2 or later. Animirror's own source is under the MIT licence and can be used without x264 under that.
Qt is used under the LGPL 3, and FFmpeg under the LGPL 3 or later, in libraries of their own that you may exchange.
The models are data beside the program and under terms of their own: for non-commercial research only.
"""

_SOURCES = """\
Where the source of what is under the GPL or LGPL is, for the versions that are inside. Animirror's own is in {own}.
"""


def write(folder: Path, parts: Iterable[Part], own: Path | None = None) -> Path:
    """Write the texts into ``folder``, one folder a part, and ``index.txt`` that lists them; return the latter.

    own: Animirror's own source, which goes there too, beside ``sources.txt`` with the places of all others.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    source = own.name if own else "its repository"
    lines, places = [_INTRODUCTION.format(own=source)], [_SOURCES.format(own=source)]
    for part in parts:
        target = folder / re.sub(r"[^A-Za-z0-9._-]+", "-", f"{part.name}-{part.version}".rstrip("-"))
        written: set[bytes] = set()
        for number, text in enumerate(part.texts):
            content = text.read_bytes()
            if content not in written:
                written.add(content)
                target.mkdir(exist_ok=True)
                name = text.name if not (target / text.name).exists() else f"{number}-{text.name}"
                (target / name).write_bytes(content)
        where = f"  [{target.name}]" if part.texts else ""
        named = f"{part.name} {part.version}".strip()
        lines.append(f"{named}: {part.licence}{where}")
        if part.source:
            places.append(f"{named}: {part.source}")
    if own is not None:
        shutil.copyfile(own, folder / own.name)
    (folder / "sources.txt").write_text("\n".join(places) + "\n", encoding="utf-8")
    index = folder / "index.txt"
    index.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return index
