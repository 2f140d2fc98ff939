"""The list of everything inside the packaged application, with the licence texts that came with it."""

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

from bundle.contents import Entry

_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|copyright|notice|thirdparty|third[-_]party|authors)", re.IGNORECASE)
_DEBIANS = Path("/usr/share/common-licenses")
#: A file there, and how it is named in a distribution's metadata.
_COMMON = {"LGPL-3": "LGPL-3.0", "GPL-3": "GPL-3.0", "GPL-2": "GPL-2.0"}
_NO_TEXT = (".py", ".pyc", ".pyi", ".so", ".html")


@dataclass
class Part:
    """Something inside the application: its name, version, the short name of its licence, and its texts."""

    name: str
    version: str
    licence: str
    texts: list[Path] = field(default_factory=list)


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
    short = stated or "; ".join(classifiers) or str(head.get("license") or "").split("\n")[0]
    files = [file for file in distribution.files or [] if _is_licence(PurePosixPath(file))]
    texts = [Path(str(distribution.locate_file(file))) for file in files]
    return Part(
        str(head["name"]), distribution.version, short or "see the text", [text for text in texts if text.is_file()]
    )


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
        found[package] = Part(package, shown, "see the text", [text] if text.is_file() else [])
    return [found[name] for name in sorted(found)]


def common_texts(parts: Iterable[Part]) -> Part:
    """Return the licences that ``parts`` name without bringing their texts, as Debian keeps them."""
    named = " ".join(part.licence for part in parts if not part.texts)
    wanted = [name for name, sign in _COMMON.items() if sign in named]
    # The texts of Debian's own packages refer to these.
    wanted += ["GPL-2", "LGPL-2", "LGPL-2.1", "Apache-2.0"]
    texts = [_DEBIANS / name for name in dict.fromkeys(wanted) if (_DEBIANS / name).is_file()]
    return Part("common licences", "", "the texts that others refer to", texts)


def models(resources: Path) -> list[Part]:
    """Return the models that ship, with the terms in their manifests."""
    parts = []
    for manifest in sorted(resources.glob("models/*/manifest.json")):
        known = json.loads(manifest.read_text(encoding="utf-8"))
        parts.append(Part(f"model {known['id']}", "", known["licence"], []))
    return parts


def write(folder: Path, parts: Iterable[Part]) -> Path:
    """Write the texts into ``folder``, one folder a part, and ``index.txt`` that lists them; return the latter."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lines = [
        "Animirror contains the following works, each under its own terms. Their texts are in the folders here.",
        "",
        "Animirror's own source is under the MIT licence. PyAV's FFmpeg was built with x264, which is under the GPL 2",
        "or later: this packaged application as a whole may be passed on under the GPL 3. Qt is used under the LGPL 3,",
        "in libraries of its own that you may exchange. The models may be used for non-commercial research only.",
        "",
    ]
    for part in parts:
        own = folder / re.sub(r"[^A-Za-z0-9._-]+", "-", f"{part.name}-{part.version}".rstrip("-"))
        for number, text in enumerate(part.texts):
            own.mkdir(exist_ok=True)
            target = own / (text.name if not (own / text.name).exists() else f"{number}-{text.name}")
            shutil.copyfile(text, target)
        where = f"  [{own.name}]" if part.texts else ""
        lines.append(f"{part.name} {part.version}: {part.licence}{where}".replace(" :", ":"))
    index = folder / "index.txt"
    index.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return index
