"""A trained generator, ready to draw: out of a checkpoint, a run's folder, or a finished model's."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from torch import nn

from core.alignment import CROP_SIZE
from core.catalogue import MANIFEST, Direction, load_model_folder
from training import checkpoints
from training.checkpoints import CheckpointError
from training.cyclegan import build_generator
from training.recipe import Networks
from training.runfolder import BEST, LAST
from training.shipped import ShippedGenerator
from training.teaching import Hand

#: The kind of a finished model, of which only the way that it was made for is there.
SHIPPED = "shipped"


class Checkpoint(NamedTuple):
    """The averaged generators of a checkpoint; ``b2a`` is None after a warm-up, which has only the way to anime."""

    path: Path
    step: int
    kind: str
    recipe: dict[str, Any]
    a2b: nn.Module
    b2a: nn.Module | None


def open_checkpoint(path: Path) -> Checkpoint:
    """Load the generators of a checkpoint, or of a run's best (otherwise last) one, or a finished model's.

    Raises CheckpointError, or ModelError for a model's folder.
    """
    if (path / MANIFEST).is_file():
        model = load_model_folder(path)
        step = int(model.manifest.training.get("step", 0))
        return Checkpoint(path, step, SHIPPED, {}, ShippedGenerator(model), None)
    if path.is_dir():
        path = path / BEST if (path / BEST).is_file() else path / LAST
    tensors, metadata = checkpoints.load(path)
    recipe = metadata.get("recipe", {})
    try:
        networks = Networks.model_validate(recipe.get("networks", {}))
    except ValidationError as error:
        raise CheckpointError(f"{path} was made by a recipe that this version does not know.") from error
    generators = []
    for name in ("average", "average_b2a"):
        own = checkpoints.under(name, tensors)
        generator = build_generator(networks).eval().requires_grad_(False) if own or name == "average" else None
        if generator is not None:
            checkpoints.load_network(generator, own, "the generator")
        generators.append(generator)
    a2b, b2a = generators
    assert a2b is not None
    return Checkpoint(path, int(metadata.get("step", 0)), str(metadata.get("kind", "")), recipe, a2b, b2a)


def hand_of(checkpoint: Checkpoint, size: int | None = None, direction: Direction = Direction.A2B) -> Hand:
    """A generator to draw at ``size`` pixels: where that is None, at what it was trained at.

    Raises CheckpointError where the checkpoint has none from anime to photos.
    """
    generator = checkpoint.b2a if direction is Direction.B2A else checkpoint.a2b
    if generator is None:
        raise CheckpointError(f"{checkpoint.path} has no generator from anime to photos; a CycleGAN's run has.")
    return Hand(generator, size or checkpoint.recipe.get("data", {}).get("size", CROP_SIZE))
