"""The files that a preparation leaves in its folder, and the list of them that lets a later run change its mind."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import OutputError, quoted
from core.saving import write_whole
from core.writing import failures_told
from training.prepare.choosing import Chosen
from training.prepare.looking import Domain
from training.prepare.records import located

#: Folder names of the two sides, as training recipes expect them.
SIDE = {Domain.PHOTO: "A", Domain.ANIME: "B"}
_LONGEST_NAME = 80


class Outputs:
    """Where everything of one domain goes below ``folder``; made and proven writable. Raises OutputError."""

    def __init__(self, folder: Path, domain: Domain) -> None:
        self.folder = folder
        self.train = folder / f"train{SIDE[domain]}"
        self.test = folder / f"test{SIDE[domain]}"
        self.journal = folder / f"{domain}.journal.jsonl"
        self.manifest = folder / f"{domain}.manifest.csv"
        self.kept_sheet = folder / f"{domain}.kept.jpg"
        self.rejected_sheet = folder / f"{domain}.rejected.jpg"
        self._list = folder / f"{domain}.files.json"
        for needed in (self.train, self.test):
            try:
                needed.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(
                    f"The folder {quoted(needed)} cannot be made ({error.strerror}); choose another --out."
                ) from error
            write_whole(needed / ".writable", b"")
            (needed / ".writable").unlink()

    def from_elsewhere(self, sources: Sequence[Path]) -> list[str]:
        """Name the files, neither among nor below ``sources``, that pictures in this folder were made from."""
        roots = [source.resolve() for source in sources]
        origins = {origin: located(origin).resolve() for origin in self._origins().values() if origin}
        return sorted(
            origin
            for origin, path in origins.items()
            if not any(root == path or root in path.parents for root in roots)
        )

    def adopt(self, targets: Mapping[Path, str], cut: Mapping[str, Any], tell: Callable[[str], None] = print) -> None:
        """Make ``targets`` (each with the source that it is made from) this folder's pictures, before any is written.

        Pictures of an earlier run are deleted where they are not wanted any more or were cut in another way; how many
        is told first. Raises OutputError when a target is a file that no earlier run wrote.
        """
        origins = {self._name(target): source for target, source in targets.items()}
        wanted = set(origins)
        before = self._read_list()
        old = self._origins()
        own = set(old)
        strangers = sorted(name for name in wanted - own if (self.folder / name).exists())
        if strangers:
            raise OutputError(
                f"{quoted(self.folder / strangers[0])} is in the way and was not made by this command; choose another "
                "--out."
            )
        same = json.loads(json.dumps(dict(cut))) == before.get("cut")
        # The list first: a file that is on it and not on the disk does no harm, the reverse would never be cleaned up.
        self._write_list({**old, **origins}, cut if same or not own else {})
        # Another picture may have got the name of one that was there.
        renamed = {name for name in own & wanted if old[name] not in {"", origins[name]}}
        gone = own - wanted | renamed if same else own
        outdated = sorted(name for name in gone if (self.folder / name).is_file())
        if outdated:
            why = "not wanted any more" if same else "cut in another way"
            tell(f"{len(outdated)} pictures of an earlier preparation are {why} and are taken back.")
        for name in outdated:
            with failures_told(self.folder / name):
                (self.folder / name).unlink(missing_ok=True)
        self._write_list(origins, cut)

    def write_manifest(self, rows: Sequence[Chosen], files: Mapping[tuple[str, int], Sequence[Path]]) -> None:
        """Write a line a candidate, and one for each picture without any."""
        text = io.StringIO(newline="")
        table = csv.writer(text)
        table.writerow(_HEADINGS)
        for row in rows:
            table.writerow(self._cells(row, files.get((row.look.source, row.number), ())))
        # The byte order mark tells spreadsheets that names are UTF-8.
        write_whole(self.manifest, text.getvalue().encode("utf-8-sig"))

    def _cells(self, row: Chosen, files: Sequence[Path]) -> list[object]:
        found = row.candidate
        measures: list[object] = [""] * 6
        if found is not None:
            measures = [
                _rounded(value)
                for value in (
                    found.eye_distance, found.coverage, found.sharpness, found.yaw, found.woman, found.age,
                )
            ]  # fmt: skip
        return [
            row.look.source,
            row.number + 1 if found is not None else "",
            "rejected" if row.rejection else "kept",
            row.rejection.why.value if row.rejection else "",
            row.rejection.reason if row.rejection else "",
            "" if row.rejection else "test" if row.test else "train",
            "" if row.person is None else row.person,
            *measures,
            " ".join(self._name(file) for file in files),
        ]

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _read_list(self) -> dict[str, Any]:
        try:
            found = json.loads(self._list.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _origins(self) -> dict[str, str]:
        """The pictures of an earlier run by name, each with its source; empty where the list does not say it."""
        files = self._read_list().get("files", {})
        return {str(name): str(files[name]) if isinstance(files, dict) else "" for name in files}

    def _write_list(self, origins: Mapping[str, str], cut: Mapping[str, Any]) -> None:
        text = json.dumps({"cut": dict(cut), "files": dict(origins)}, indent=1, sort_keys=True)
        write_whole(self._list, text.encode("utf-8"))


_HEADINGS = (
    "source", "face", "decision", "kind", "reason", "split", "person", "eye_distance_px", "coverage", "sharpness",
    "yaw_degrees", "woman", "age", "files",
)  # fmt: skip


def file_names(rows: Sequence[Chosen], variants: int, suffix: str) -> dict[tuple[str, int], list[str]]:
    """Name the files of every kept candidate, by source and number: after the source, each name once.

    A name depends on nothing but the sources, so that it stays when the run is repeated.
    """
    kept = [row for row in rows if row.rejection is None]
    stems = [_stem(row) for row in kept]
    # Some systems do not tell upper from lower case.
    count: dict[str, int] = {}
    for stem in stems:
        count[stem.lower()] = count.get(stem.lower(), 0) + 1
    names: dict[tuple[str, int], list[str]] = {}
    for row, stem in zip(kept, stems, strict=True):
        if count[stem.lower()] > 1:
            stem = f"{stem}-{hashlib.sha256(row.look.source.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"
        endings = [f"-{number + 1}" for number in range(variants)] if variants > 1 else [""]
        names[row.look.source, row.number] = [f"{stem}{ending}{suffix}" for ending in endings]
    return names


def _stem(row: Chosen) -> str:
    allowed = re.sub(r"[^\w.-]+", "_", Path(row.look.source).stem, flags=re.ASCII)
    plain = allowed.strip("._")[:_LONGEST_NAME] or "picture"
    return f"{plain}-face{row.number + 1}" if row.number else plain


def _rounded(value: float | None) -> object:
    return "" if value is None else round(value, 3)
