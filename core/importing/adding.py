"""Putting a model that somebody brings into the user's folder of models, whole or not at all, and taking it out."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import paths
from core.alignment import align_centre
from core.catalogue import MANIFEST, Catalogue, Kind, Manifest, Model, load_catalogue, load_model_folder
from core.errors import AnimirrorError, ModelError, quoted
from core.images import load_picture
from core.importing import guard
from core.importing.limits import MIB, Limits
from core.importing.trial import Trial, Wishes
from core.packs_archive import unpack
from core.saving import save_picture
from core.writing import failures_told

SAMPLE = "sample.png"
UNKNOWN = "unknown"
_FILE = "model.onnx"
_PORTRAIT_SIDE = 512
_LARGEST_MANIFEST = MIB
_LONGEST_LINE = 120
_LONGEST_LICENCE = 2000
_STAGING = ".adding-"
_STALE_SECONDS = 86_400


@dataclass(frozen=True)
class Details:
    """What a person says of a model; what is left out is taken from the file's name, or from the file.

    name: by language tag. style, licence: a few words. kind: full where left out.
    """

    name: dict[str, str] = field(default_factory=dict)
    style: str | None = None
    licence: str | None = None
    kind: Kind | None = None


@dataclass(frozen=True)
class Added:
    """A model that was added, and what trying it showed."""

    model: Model
    trial: Trial


def add_model(
    source: Path,
    details: Details | None = None,
    wishes: Wishes | None = None,
    *,
    limits: Limits | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> Added:
    """Add the model at ``source``, an ONNX file, or a folder or ZIP file with one, and return it.

    Nothing in it is run in this process, no file of the user's is ever overwritten, and when this fails nothing is
    left behind. Raises ModelError saying why it is refused, OutputError when the models' folder cannot be written.
    """
    details, limits, wishes = details or Details(), limits or Limits(), wishes or Wishes()
    root = paths.user_models()
    with failures_told(root / source.name), _staging(root) as staging:
        zipped = source.suffix.lower() == ".zip" and os.path.isfile(source)  # noqa: PTH113 (see _found)
        bare = _unzipped(source, staging, limits) if zipped else source
        try:
            file, manifest = _found(bare)
            _copy(file, staging / _FILE, limits)
            if manifest is not None:
                _check_sha256(staging / _FILE, manifest)
                wishes = wishes.model_copy(update={"contract": manifest.contract, "size": manifest.size})
            _check_new(staging / _FILE)
            verdict = guard.examine(staging / _FILE, file.parent, _portrait(), wishes, limits, go_on)
        except ModelError as error:
            raise ModelError(f"{quoted(source.name)} was not added, because {error}.") from error
        _check_new(staging / _FILE)  # weights that lay beside it are in it now
        whole = _manifest(source, staging / _FILE, manifest, details, verdict)
        shutil.rmtree(staging / "unpacked", ignore_errors=True)
        save_picture(staging / SAMPLE, verdict.drawing)
        return Added(_moved_in(staging, root, whole), verdict.trial)


def remove_model(identifier: str) -> str:
    """Delete a model that the user added, whole or broken, and return its name. Raises ModelError for any other."""
    root = paths.user_models()
    catalogue = load_catalogue()
    if identifier not in catalogue.models and _is_broken(root, identifier):
        folder, name = root / identifier, identifier
    else:
        model = catalogue.get(identifier)
        folder, name = model.folder, model.name()
        if folder.resolve().parent != root.resolve():
            raise ModelError(
                f"The model {quoted(identifier)} belongs to Animirror and stays; only added ones are removed."
            )
    with failures_told(folder), _staging(root) as staging:
        # Renamed first, so that it is gone whole even if deleting is interrupted.
        folder.rename(staging / "removed")
    return name


def _is_broken(root: Path, identifier: str) -> bool:
    """Whether a folder of the user's holds what was to be a model; ``identifier`` may be anything that one types."""
    return Path(identifier).name == identifier and os.path.isfile(root / identifier / MANIFEST)  # noqa: PTH113


def _unzipped(source: Path, staging: Path, limits: Limits) -> Path:
    homes = unpack(source, staging / "unpacked", limits)
    if len(homes) > 1:
        raise ModelError(f"{quoted(source.name)} holds {len(homes)} models; unpack it and add them one by one.")
    return homes[0]


def _found(source: Path) -> tuple[Path, Manifest | None]:
    """Return the ONNX file at ``source``, and its manifest where there is one."""
    # pathlib raises for names that are too long and for folders that may not be entered.
    if os.path.isfile(source):  # noqa: PTH113
        return source, None
    if not os.path.isdir(source):  # noqa: PTH112
        raise ModelError("there is no such file or folder")
    manifest = source / MANIFEST
    if os.path.isfile(manifest):  # noqa: PTH113
        if manifest.stat().st_size > _LARGEST_MANIFEST:
            raise ModelError(f"its manifest is larger than {_LARGEST_MANIFEST // MIB} MB")
        try:
            model = load_model_folder(source)
        except ModelError as error:
            raise ModelError(f"its manifest is of no use: {str(error).rstrip('.')}") from error
        return model.path, model.manifest
    files = sorted(source.glob("*.onnx"))
    if len(files) != 1:
        names = ", ".join(quoted(path.name) for path in files[:8]) or "none"
        raise ModelError(f"the folder must hold exactly one .onnx file or a {MANIFEST}, and there is: {names}")
    return files[0], None


def _copy(file: Path, target: Path, limits: Limits) -> None:
    if not file.is_file():
        raise ModelError(f"{quoted(file.name)} is not an ordinary file")
    if file.stat().st_size > limits.file_bytes:
        raise ModelError(f"it is larger than {limits.file_bytes // MIB} MB")
    try:
        with file.open("rb") as opened:
            opened.read(1)
    except OSError as error:
        raise ModelError(f"it cannot be read ({error.strerror})") from error
    shutil.copyfile(file, target)


def _check_sha256(file: Path, manifest: Manifest) -> None:
    if _sha256(file) != manifest.sha256:
        raise ModelError("its file is damaged or was exchanged: its SHA-256 is not the one in its manifest")


def _check_new(file: Path) -> None:
    sha256 = _sha256(file)
    for model in load_catalogue().models.values():
        if model.manifest.sha256 == sha256:
            raise ModelError(f"it is installed already, as {quoted(model.manifest.id)}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _portrait() -> NDArray[np.uint8]:
    """Return the portrait of nobody that ships with the program, (512, 512, 3) uint8, its face in the middle."""
    try:
        pixels = load_picture(paths.resources() / "samples" / "portrait.jpg").pixels
    except AnimirrorError as error:
        raise ModelError("the portrait to try it with is missing; install Animirror again") from error
    return align_centre(pixels.shape[1], pixels.shape[0], _PORTRAIT_SIDE).crop(pixels)


def _manifest(source: Path, file: Path, given: Manifest | None, details: Details, verdict: guard.Verdict) -> Manifest:
    trial = verdict.trial
    measured = trial.model_dump(mode="json", exclude={"contract", "size"})
    found = {"file": _FILE, "sha256": _sha256(file), "sample": SAMPLE}
    stem = source.stem if source.is_file() else source.name
    if given is not None:
        names = {tag: _line(name, _LONGEST_LINE) for tag, name in [*given.name.items(), *details.name.items()][:16]}
        told = {
            "id": _identifier(given.id),
            "name": {tag: name for tag, name in names.items() if name} or {"en": _title(stem)},
            "style": _line(details.style or given.style, _LONGEST_LINE),
            "licence": _line(details.licence or given.licence, _LONGEST_LICENCE) or UNKNOWN,
            "kind": details.kind or given.kind,
            # Only the file that was tried is taken.
            "variants": (),
            "metrics": {**given.metrics, "trial": measured},
        }
        return given.model_copy(update={**found, **told})
    return Manifest(
        id=_identifier(stem.replace("_", "-")),
        name={"en": _title(stem), **details.name},
        style=details.style or "added by you",
        kind=details.kind or Kind.FULL,
        size=trial.size,
        contract=trial.contract,
        licence=_line(details.licence or verdict.licence or "", _LONGEST_LICENCE) or UNKNOWN,
        metrics={"trial": measured},
        **found,
    )


def _identifier(stem: str) -> str:
    found = re.sub(r"[^a-z0-9_]+", "-", stem.lower()).strip("-_")[:60].strip("-_") or "model"
    # Windows has no folders of these names.
    return f"{found}-model" if re.fullmatch(r"con|nul|prn|aux|(com|lpt)\d", found) else found


def _title(stem: str) -> str:
    return _line(stem.replace("_", " "), _LONGEST_LINE) or "Model"


def _line(text: str, most: int) -> str:
    """Return what can be shown of a text that somebody else wrote: one line of signs that can be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:most].strip()


def _moved_in(staging: Path, root: Path, manifest: Manifest) -> Model:
    """Give the staged folder its final name: the id, or the id with a number where it is taken."""
    taken = load_catalogue().models
    for number in itertools.count(1):
        identifier = manifest.id if number == 1 else f"{manifest.id}-{number}"
        if identifier in taken or os.path.lexists(root / identifier):
            continue
        named = manifest.model_copy(update={"id": identifier})
        text = json.dumps(named.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
        (staging / MANIFEST).write_text(text, encoding="utf-8")
        staging.rename(root / identifier)
        break
    return load_model_folder(root / identifier)


@contextmanager
def _staging(root: Path) -> Iterator[Path]:
    """Hold a folder on the disk of ``root`` that is deleted afterwards, if it is still there."""
    root.mkdir(parents=True, exist_ok=True)
    for left in root.parent.glob(f"{_STAGING}*"):  # by a program that was ended
        if time.time() - left.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    # Not inside: what is half there must not be found by the catalogue.
    folder = Path(tempfile.mkdtemp(prefix=_STAGING, dir=root.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def installed_by_user(catalogue: Catalogue) -> set[str]:
    """Return the ids of the models in ``catalogue`` that the user added."""
    root = paths.user_models().resolve()
    return {key for key, model in catalogue.models.items() if model.folder.resolve().parent == root}
