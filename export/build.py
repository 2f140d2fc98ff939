"""``python -m export build``: a checkpoint becomes a model folder that the app can load."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from core import paths
from core.alignment import CROP_SIZE
from core.blending import Blend
from core.catalogue import MANIFEST, Direction, Kind, Manifest
from core.saving import save_picture
from export import onnx_file
from export.crops import crops_from, standard_folder
from export.optimise.generator import for_inference
from export.parity import TOLERANCE, TOLERANCE_OF_HALF, compare
from export.storage import store_in_half
from training import checkpoints
from training.cyclegan import build_generator
from training.networks.generator import Generator, GeneratorOutput
from training.pairs import to_tensor
from training.recipe import Networks
from training.unpaired import to_pixels

FILE = "model.onnx"
SAMPLE = "sample.jpg"
#: The generators of a CycleGAN's checkpoint from photos to anime, and those of the other way.
_WAYS_BACK = {"average": "average_b2a", "generator": "generator_b2a"}
#: What a recipe calls the CycleGAN's small generator.
SMALL = "small"
RESEARCH_LICENCE = "Trained on data for non-commercial research use; the model is for non-commercial use only."


class AtSize(nn.Module):
    """A generator that draws crops of another size than it was trained at: made smaller before, and larger after."""

    def __init__(self, generator: nn.Module, size: int) -> None:
        super().__init__()
        if CROP_SIZE % size:
            raise ValueError(f"A generator of {size} pixels cannot be exported: {CROP_SIZE} is no multiple of it.")
        self.generator, self._factor = generator, CROP_SIZE // size

    def forward(self, image: Tensor) -> GeneratorOutput:
        """Draw ``image``, (N, 3, S, S) in [-1, 1]."""
        drawn: GeneratorOutput = self.generator(F.avg_pool2d(image, self._factor))
        larger = F.interpolate(drawn.image, scale_factor=self._factor, mode="bicubic", align_corners=False)
        attention = F.interpolate(drawn.attention, scale_factor=self._factor, mode="bilinear", align_corners=False)
        return GeneratorOutput(larger.clamp(-1, 1), drawn.cam_logits, attention)


@dataclass(frozen=True)
class Description:
    """What a person says of a model; the rest is read from the checkpoint."""

    id: str
    name: dict[str, str]
    style: str
    direction: Direction = Direction.A2B
    kind: Kind = Kind.FULL
    blend: Blend = Blend.COVER
    licence: str = RESEARCH_LICENCE
    metrics: dict[str, Any] = field(default_factory=dict)


def build(
    checkpoint: Path,
    out: Path,
    description: Description,
    network: str = "average",
    crops: Path | None = None,
    architecture: Callable[[], nn.Module] = Generator,
    rewrite: bool = True,
    half: bool = False,
) -> Manifest:
    """Export the checkpoint's ``network`` to the folder ``out``, which is made or replaced as a whole.

    With ``rewrite`` the network is rewritten for inference first (see :mod:`export.optimise`); without, the file holds
    it as it was trained. A CycleGAN's small generator is exported as it is, at the size that it was trained at, between
    a reduction and an enlargement of the crop, and counts as a live model. With ``half`` weights are stored in half
    precision. The file is checked against torch on
    up to six aligned crops (of ``crops``, or of the photos that insightface brings) before it takes its place; the
    outcome stands in its metadata. Raises CheckpointError or ParityError.
    """
    tensors, record = checkpoints.load(checkpoint)
    generator, rewrite, kind = architecture(), rewrite, description.kind
    networks = record.get("recipe", {}).get("networks", {})
    # A CycleGAN's checkpoint has both ways; a warm-up's has one, which is what its pairs made it.
    if (
        description.direction is Direction.B2A
        and network in _WAYS_BACK
        and checkpoints.under(_WAYS_BACK[network], tensors)
    ):
        network = _WAYS_BACK[network]
    if architecture is Generator and networks.get("generator") == SMALL:
        generator, rewrite, kind = build_generator(Networks.model_validate(networks)), False, Kind.LIVE
    checkpoints.load_network(generator, checkpoints.under(network, tensors), "the report's generator")
    if kind is Kind.LIVE and description.kind is Kind.FULL:
        generator = AtSize(generator, int(record["recipe"].get("data", {}).get("size", CROP_SIZE)))
    generator.eval()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as work:
        path = Path(work) / FILE
        onnx_file.write(for_inference(generator, CROP_SIZE) if rewrite else generator, path)
        if half:
            store_in_half(path)
        tolerance = TOLERANCE_OF_HALF if half else TOLERANCE
        parity = compare(generator, path, crops_from(crops or standard_folder(), count=6), tolerance)
        if description.direction is Direction.A2B:
            save_picture(Path(work) / SAMPLE, sample(generator), quality=90)
        known = ("kind", "step", "seconds", "recipe", "history")
        training = {key: _without_folders(record[key]) for key in known if key in record}
        onnx_file.write_metadata(
            path,
            {
                "name": description.name["en"],
                "style": description.style,
                "direction": description.direction,
                "licence": description.licence,
                "training": json.dumps(training),
                "parity": json.dumps(asdict(parity)),
                "torch": torch.__version__.split("+")[0],
            },
        )
        manifest = Manifest(
            id=description.id,
            name=description.name,
            style=description.style,
            direction=description.direction,
            kind=kind,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            size=CROP_SIZE,
            blend=description.blend,
            sample=SAMPLE if (Path(work) / SAMPLE).is_file() else None,
            licence=description.licence,
            training=training,
            metrics={**description.metrics, "parity": asdict(parity)},
        )
        text = json.dumps(manifest.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
        (Path(work) / MANIFEST).write_text(text, encoding="utf-8")
        _replace(Path(work), out)
    return manifest


@torch.no_grad()
def sample(generator: nn.Module) -> NDArray[np.uint8]:
    """Return how ``generator`` draws the portrait of nobody that ships with the app, (256, 256, 3) uint8 RGB."""
    (crop,) = crops_from(paths.resources() / "samples", count=1)
    drawn: Tensor = generator(to_tensor([np.asarray(crop / np.float32(255), dtype=np.float32)])).image
    return to_pixels(drawn)[0]


def _without_folders(value: Any) -> Any:
    """What a checkpoint notes, with the names of files and folders for their whole paths: a model is for strangers."""
    if isinstance(value, dict):
        return {key: _without_folders(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_folders(part) for part in value]
    if isinstance(value, str) and (PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute()):
        return PureWindowsPath(value).name
    return value


def _replace(new: Path, out: Path) -> None:
    """Put the new files into ``out``, the manifest last, so that a folder with a manifest is always complete."""
    out.mkdir(exist_ok=True)
    (out / MANIFEST).unlink(missing_ok=True)
    for name in (FILE, *([SAMPLE] if (new / SAMPLE).is_file() else []), MANIFEST):
        shutil.move(str(new / name), str(out / name))
