"""Packs: models that can be downloaded when the user asks. Nothing here contacts anybody unless it is called to.

A list of packs is a JSON file: ``{"format": 1, "packs": [{"id", "name", "address", "size", "sha256", "licence"}]}``.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core import paths
from core.errors import ModelError, quoted
from core.importing.adding import Added, Details, add_model
from core.importing.limits import MIB
from core.packs_archive import unpack
from core.packs_download import Progress, download

LIST = "packs.json"
_LARGEST_LIST = MIB


class Pack(BaseModel):
    """A file that can be downloaded: an ``.onnx`` file, or a ``.zip`` with model folders in it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: dict[str, str] = Field(min_length=1, description="by language tag; English is the fallback")
    address: str = Field(pattern=r"^https?://\S+\.(onnx|zip)$")
    size: int = Field(gt=0, le=2048 * MIB, description="bytes")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    licence: str = Field(min_length=1)


class PackList(BaseModel):
    """The packs that are on offer."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    format: int = Field(default=1, ge=1, le=1)
    packs: tuple[Pack, ...] = ()

    def get(self, identifier: str) -> Pack:
        """Return the pack with this id; raises ModelError naming those that are there."""
        for pack in self.packs:
            if pack.id == identifier:
                return pack
        offered = ", ".join(pack.id for pack in self.packs) or "none"
        raise ModelError(f"There is no pack {quoted(identifier)}; on offer: {offered}.")


def load_packs(path: Path | None = None) -> PackList:
    """Read a list of packs: the one at ``path``, or the one that ships with the program. Raises ModelError."""
    path = path or paths.resources() / LIST
    try:
        if path.stat().st_size > _LARGEST_LIST:
            raise ModelError(f"The list of packs {quoted(path)} is too large to be one.")
        return PackList.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"The list of packs {quoted(path)} is wrong at {field}: {first['msg']}.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"The list of packs {quoted(path)} cannot be read.") from error


def install_pack(pack: Pack, progress: Progress, go_on: Callable[[], bool] = lambda: True) -> tuple[Added, ...]:
    """Download ``pack``, check it and add the models in it, each looked at and tried like any foreign model.

    progress: called with the bytes there are and the bytes there will be; answers whether to go on.
    What was downloaded before an interruption is kept for the next time. Raises ModelError.
    """
    file = download(pack.address, pack.size, pack.sha256, paths.cache() / "packs", progress)
    details = Details(licence=pack.licence)
    try:
        if file.suffix == ".onnx":
            return (add_model(file, Details(name=pack.name, licence=pack.licence), go_on=go_on),)
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            return tuple(add_model(model, details, go_on=go_on) for model in unpack(file, Path(folder)))
    finally:
        file.unlink(missing_ok=True)
