"""``python -m export lower``: files of lower precision beside a model's own, kept only if they draw the same.

Both are made from the network as it was trained: they are for hardware that does small convolutions quickly by itself,
and the sums of the rewritten form (:mod:`export.optimise`) need the digits that lower precision gives up.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from core.catalogue import MANIFEST, Hardware, Manifest, Precision, Variant, load_model_folder
from core.generator import INPUT, OUTPUTS
from core.runtime import Device, open_session
from export import onnx_file
from export.crops import crops_from, standard_folder
from training import checkpoints
from training.networks.generator import Generator
from training.perceptual import LPIPS

PURPOSE = "Make int8 and float16 files of a model, and keep those that draw what the model draws."
#: Largest mean LPIPS to the float32 drawing.
ALIKE = 0.03
CALIBRATION = 8
HELD_OUT = 6
#: Convolutions of fewer channels, a third of the work, stay float32: with them LPIPS was 0.14 on the ink portrait.
QUANTISED_CHANNELS = 64
#: What turns to float16. Norms and sums over a map stay: they overflow or lose digits (onnxruntime #10079, #11384).
HALVED = ("Conv", "Pad", "Relu", "AveragePool")
HARDWARE = {Precision.INT8: Hardware.CPU, Precision.FLOAT16: Hardware.CUDA}


@dataclass(frozen=True)
class Outcome:
    """How close a file is to the float32 one: mean and largest LPIPS on held-out crops, and whether it is kept."""

    precision: Precision
    mean: float
    largest: float
    crops: int
    kept: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("checkpoint", type=Path, help="what the model was built from")
    parser.add_argument("model", type=Path, metavar="DIR", help="model folder to add to")
    offered = [str(precision) for precision in HARDWARE]
    parser.add_argument("--precisions", choices=offered, nargs="+", default=offered, help="default: all")
    parser.add_argument("--network", default="average", help="as for build")
    parser.add_argument("--crops", type=Path, metavar="DIR", help="photos to calibrate and check on")


def run(options: argparse.Namespace) -> int:
    """Make, check and keep or drop the files. Raises ModelError, CheckpointError or ValueError."""
    tensors, _ = checkpoints.load(options.checkpoint)
    generator = Generator().eval()
    checkpoints.load_network(generator, checkpoints.under(options.network, tensors), "the report's generator")
    crops = crops_from(options.crops or standard_folder(), CALIBRATION + HELD_OUT)
    half = min(CALIBRATION, len(crops) // 2)
    with tempfile.TemporaryDirectory() as folder:
        straight = Path(folder) / "straight.onnx"
        onnx_file.write(generator, straight)
        precisions = [Precision(name) for name in options.precisions]
        for outcome in add_variants(options.model, straight, precisions, crops[:half], crops[half:]):
            verdict = "kept" if outcome.kept else f"dropped, more than {ALIKE}"
            print(
                f"{outcome.precision}: LPIPS {outcome.mean:.4f} (largest {outcome.largest:.4f}) to float32 on "
                f"{outcome.crops} crops: {verdict}"
            )
    return 0


def add_variants(
    folder: Path,
    straight: Path,
    precisions: list[Precision],
    calibration: NDArray[np.uint8],
    held_out: NDArray[np.uint8],
) -> list[Outcome]:
    """Make ``precisions`` of the file ``straight`` and name those that are close enough in the model's manifest.

    Variants of those precisions that were there before are replaced or, where they are no longer close, removed.
    """
    model = load_model_folder(folder)
    variants = {variant.precision: variant for variant in model.manifest.variants}
    outcomes = []
    with tempfile.TemporaryDirectory() as work:
        for precision in precisions:
            made = Path(work) / f"model.{precision}.onnx"
            _maker(precision)(straight, made, calibration)
            # The exporter notes on every node in which file and line of this machine it began.
            onnx_file.write_metadata(made, {"name": model.manifest.name["en"], "licence": model.manifest.licence})
            distances = lpips_between(model.path, made, held_out)
            mean = float(np.mean(distances))
            outcome = Outcome(precision, mean, max(distances), len(distances), mean <= ALIKE)
            outcomes.append(outcome)
            old = variants.pop(precision, None)
            if old is not None:
                (folder / old.file).unlink(missing_ok=True)
            if outcome.kept:
                shutil.copyfile(made, folder / made.name)
                metrics = {"lpips_to_float32": round(outcome.mean, 4), "crops": outcome.crops}
                digest = hashlib.sha256(made.read_bytes()).hexdigest()
                variants[precision] = Variant(
                    file=made.name, sha256=digest, precision=precision, hardware=HARDWARE[precision], metrics=metrics
                )
    manifest = model.manifest.model_copy(update={"variants": tuple(variants.values())})
    _write_manifest(folder, manifest)
    return outcomes


def _maker(precision: Precision) -> Callable[[Path, Path, NDArray[np.uint8]], None]:
    return to_int8 if precision is Precision.INT8 else to_float16


def to_int8(source: Path, target: Path, crops: NDArray[np.uint8]) -> None:
    """Quantise the wide convolutions (QDQ, a scale for each channel), with ranges seen on ``crops`` (N, S, S, 3)."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Crops(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self.left = iter(crops)

        def get_next(self) -> dict[str, NDArray[np.float32]] | None:
            crop = next(self.left, None)
            return None if crop is None else {INPUT: _batch(crop)}

    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        model = onnx.load(str(prepared))
        widths = {value.name: value.dims[1] for value in model.graph.initializer if len(value.dims) == 4}
        wide = [
            node.name
            for node in model.graph.node
            if node.op_type == "Conv" and widths.get(node.input[1], 0) >= QUANTISED_CHANNELS
        ]
        quantize_static(
            str(prepared),
            str(target),
            Crops(),
            quant_format=QuantFormat.QDQ,
            nodes_to_quantize=wide,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )


def to_float16(source: Path, target: Path, _crops: NDArray[np.uint8] | None = None) -> None:
    """Turn the convolutions and what stands around them to float16; the model still takes and gives float32.

    Between two nodes that stay float32 nothing is cast: onnxruntime's own converter sends such values through float16.
    """
    model = onnx.load(str(source))
    graph = model.graph
    weights = {value.name: value for value in graph.initializer}
    halved = {name for node in graph.node if node.op_type in HALVED for name in node.output}
    nodes: list[onnx.NodeProto] = []
    cast: set[str] = set()
    for node in graph.node:
        if node.op_type not in HALVED:
            nodes.append(node)
            continue
        for place, name in enumerate(node.input):
            if not name or (node.op_type == "Pad" and place == 1):
                continue
            half = f"{name}_half"
            if half not in cast and name in weights:
                graph.initializer.append(numpy_helper.from_array(_array(weights[name]).astype(np.float16), half))
            elif half not in cast and name not in halved:
                nodes.append(helper.make_node("Cast", [name], [half], name=half, to=TensorProto.FLOAT16))
            cast.add(half)
            node.input[place] = half
        (output,) = node.output
        node.output[0] = f"{output}_half"
        back = helper.make_node("Cast", [f"{output}_half"], [output], name=f"{output}_back", to=TensorProto.FLOAT)
        nodes += [node, back]
    _keep_used(graph, nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def _keep_used(graph: onnx.GraphProto, nodes: list[onnx.NodeProto]) -> None:
    """Give ``graph`` those of ``nodes`` and of its weights whose values something takes."""
    used = {value.name for value in graph.output}
    kept = []
    for node in reversed(nodes):
        if used.intersection(node.output):
            kept.append(node)
            used.update(node.input)
    weights = [value for value in graph.initializer if value.name in used]
    for old, new in ((graph.node, kept[::-1]), (graph.initializer, weights)):
        del old[:]
        old.extend(new)
    # Their types are not what they were.
    del graph.value_info[:]


def _array(value: onnx.TensorProto) -> NDArray[np.float32]:
    return np.asarray(numpy_helper.to_array(value), np.float32)


@torch.no_grad()
def lpips_between(reference: Path, other: Path, crops: NDArray[np.uint8]) -> list[float]:
    """Return LPIPS between what two files draw of each of ``crops`` (N, S, S, 3); infinite where not finite."""
    measure = LPIPS()
    sessions = [open_session(path, Device.CPU) for path in (reference, other)]
    distances = []
    for crop in crops:
        drawn = [session.run([OUTPUTS[0]], {INPUT: _batch(crop)})[0] for session in sessions]
        finite = bool(np.isfinite(drawn[1]).all())
        distances.append(float(measure(*map(torch.from_numpy, drawn))) if finite else float("inf"))
    return distances


def _batch(crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.ascontiguousarray(crop.transpose(2, 0, 1)[None], np.float32) / np.float32(127.5) - np.float32(1)


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    text = json.dumps(manifest.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
