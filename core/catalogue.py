"""The models that are at hand: one folder each, with ``model.onnx`` and ``manifest.json``."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core import gpu_pack, paths
from core.blending import Blend
from core.contract import Contract
from core.errors import ModelError, quoted

MANIFEST = "manifest.json"
DEFAULT_LANGUAGE = "en"


class Direction(StrEnum):
    """A2B draws anime from photos, B2A paints photos from anime."""

    A2B = "A2B"
    B2A = "B2A"


class Kind(StrEnum):
    """FULL is the report's generator, for files; LIVE is small enough for a camera."""

    FULL = "full"
    LIVE = "live"


class Precision(StrEnum):
    """What a file computes in; where it is lower than float32, norms still are in float32."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    INT8 = "int8"


class Hardware(StrEnum):
    """What a file is made for."""

    CPU = "cpu"
    CUDA = "cuda"


class Variant(BaseModel):
    """Another file of the same model, which some machines run faster; it lies beside the first, or in the GPU pack."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    file: str = Field(pattern=r"^[^/\\]+\.onnx$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    precision: Precision
    hardware: Hardware
    metrics: dict[str, Any] = Field(default_factory=dict, description="how close it is to the first, and on what")


class Manifest(BaseModel):
    """What is known of a model besides its weights."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    format: int = Field(default=1, ge=1, le=1, description="version of this file's layout")
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: dict[str, str] = Field(min_length=1, description="by language tag; English is the fallback")
    style: str
    direction: Direction = Direction.A2B
    kind: Kind = Kind.FULL
    file: str = Field(default="model.onnx", pattern=r"^[^/\\]+\.onnx$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(default=256, ge=64, le=1024, description="side of the crop in pixels")
    blend: Blend = Field(default=Blend.COVER, description="how its faces meet the picture they are put back into")
    contract: Contract = Field(default_factory=Contract, description="how it takes pictures and gives drawings")
    variants: tuple[Variant, ...] = Field(default=(), description="files of lower precision, tried where they may help")
    sample: str | None = Field(default=None, pattern=r"^[^/\\]+\.(png|jpg)$", description="a drawing to look at")
    licence: str
    training: dict[str, Any] = Field(default_factory=dict)
    metrics: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """A model that is installed."""

    manifest: Manifest
    folder: Path

    @property
    def path(self) -> Path:
        """The ONNX file."""
        return self.folder / self.manifest.file

    @property
    def sample(self) -> Path | None:
        """A picture that the model drew, where there is one."""
        sample = self.folder / self.manifest.sample if self.manifest.sample else None
        return sample if sample is not None and sample.is_file() else None

    def name(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the name to show in ``language`` ("zh_TW"), falling back to English, then to any."""
        names = self.manifest.name
        return names.get(language) or names.get(DEFAULT_LANGUAGE) or next(iter(names.values()))

    def path_of(self, variant: Variant) -> Path | None:
        """The file of ``variant``; None where it is not installed: the packaged program has it in its GPU pack."""
        places = (self.folder / variant.file, gpu_pack.model(variant.sha256))
        return next((place for place in places if place is not None and place.is_file()), None)

    def verify(self) -> None:
        """Raise ModelError unless its file and the installed variants are those that the manifest describes."""
        self._verify(self.path, self.manifest.sha256)
        for variant in self.manifest.variants:
            path = self.path_of(variant)
            if path is not None:
                self._verify(path, variant.sha256)

    def _verify(self, path: Path, sha256: str) -> None:
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ModelError(f"The model {quoted(self.manifest.id)} has no readable {path.name}.") from error
        if found != sha256:
            raise ModelError(
                f"The file of the model {quoted(self.manifest.id)} is damaged or was exchanged: its SHA-256 is not the "
                "one in its manifest. Install the model again."
            )


@dataclass(frozen=True)
class Catalogue:
    """All installed models by id, and a sentence for each folder that holds none that can be used."""

    models: dict[str, Model]
    problems: tuple[str, ...] = ()

    def get(self, identifier: str | None = None) -> Model:
        """Return the model with this id, or the default one for photos; raises ModelError naming those that are there.

        The default draws anime, and draws it as well as it can: a full model comes before a live one, and then the
        first counts.
        """
        if not self.models:
            raise ModelError("No model is installed. Install Animirror again, or add one to resources/models.")
        if identifier is None:
            return min(self.models.values(), key=_rank_for_photos)
        if identifier not in self.models:
            raise ModelError(f"There is no model {quoted(identifier)}; installed: {', '.join(self.models)}.")
        return self.models[identifier]


def _rank_for_photos(model: Model) -> tuple[bool, bool]:
    return model.manifest.direction is Direction.B2A, model.manifest.kind is Kind.LIVE


def load_catalogue(roots: Iterable[Path] | None = None) -> Catalogue:
    """Read the manifests under ``roots`` (what ships with the program, then the user's own).

    A model of the user's never replaces a shipped one of the same id. They stand in the order of their folders' names.
    """
    models: dict[str, Model] = {}
    problems: list[str] = []
    for root in roots if roots is not None else (paths.resources() / "models", paths.user_models()):
        for manifest_path in _manifests_below(root):
            try:
                model = load_model_folder(manifest_path.parent)
            except ModelError as error:
                problems.append(str(error))
                continue
            models.setdefault(model.manifest.id, model)
    return Catalogue(models, tuple(problems))


def _manifests_below(root: Path) -> list[Path]:
    try:
        return sorted(root.glob(f"*/{MANIFEST}"))
    except OSError:  # a folder that may not be read has no models for this user
        return []


def load_model_folder(folder: Path) -> Model:
    """Read the manifest in ``folder``; raises ModelError when it is missing, broken or names no file."""
    try:
        manifest = Manifest.model_validate(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ModelError(
            f"The manifest of the model folder {quoted(folder.name)} is wrong at {field}: {first['msg']}."
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"The manifest of the model folder {quoted(folder.name)} cannot be read.") from error
    model = Model(manifest, folder)
    if not os.path.isfile(model.path):  # noqa: PTH113 (pathlib raises for a name that is too long)
        raise ModelError(f"The model folder {quoted(folder.name)} lacks its file {manifest.file}.")
    return model
