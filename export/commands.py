"""The verbs of ``python -m export``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from core.blending import Blend
from core.catalogue import Direction
from core.errors import AnimirrorError
from export import bench, peers, precision
from export.build import RESEARCH_LICENCE, Description, build
from export.distil import verb
from export.parity import ParityError
from training.checkpoints import CheckpointError


def main() -> int:
    """Run one verb; return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m export", description="Make the models that the app runs.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    making = verbs.add_parser("build", help="turn a checkpoint into a model folder")
    making.add_argument("checkpoint", type=Path)
    making.add_argument("--out", type=Path, required=True, help="model folder; its name is the model's id")
    making.add_argument("--name", required=True, help="name to show, in English")
    making.add_argument("--name-zh", help="name to show, in Traditional Chinese")
    making.add_argument("--style", required=True, help='a few words, "line art on white"')
    making.add_argument("--direction", type=Direction, choices=list(Direction), default=Direction.A2B)
    making.add_argument(
        "--blend",
        type=Blend,
        choices=list(Blend),
        default=Blend.COVER,
        help="cover the photo, draw ink on it, or cover it in a tint of its own colours",
    )
    making.add_argument("--licence", default=RESEARCH_LICENCE)
    making.add_argument(
        "--network", default="average", help="which of the checkpoint's generators (average, generator)"
    )
    making.add_argument("--crops", type=Path, help="folder of photos to check on; default: those of insightface")
    making.add_argument("--half", action="store_true", help="store the weights in half precision: half the size")
    making.add_argument("--metrics", type=Path, help="JSON file with figures for the manifest")
    distilling = verbs.add_parser("distil", help="make the live twin of a full model", description=verb.PURPOSE)
    verb.add_arguments(distilling)
    measuring = verbs.add_parser("peers", help="measure our models beside others'", description=peers.PURPOSE)
    peers.add_arguments(measuring)
    timing = verbs.add_parser("bench", help="measure ONNX files against each other", description=bench.PURPOSE)
    bench.add_arguments(timing)
    lowering = verbs.add_parser("lower", help="add files of lower precision to a model", description=precision.PURPOSE)
    precision.add_arguments(lowering)
    arguments = parser.parse_args()
    if arguments.verb == "lower":
        return _lower(arguments)
    if arguments.verb == "bench":
        return _bench(arguments)
    if arguments.verb == "distil":
        return _distil(arguments)
    if arguments.verb == "peers":
        return _peers(arguments)
    description = Description(
        id=arguments.out.resolve().name,
        name={"en": arguments.name, **({"zh_TW": arguments.name_zh} if arguments.name_zh else {})},
        style=arguments.style,
        direction=arguments.direction,
        blend=arguments.blend,
        licence=arguments.licence,
        metrics=json.loads(arguments.metrics.read_text(encoding="utf-8")) if arguments.metrics else {},
    )
    try:
        manifest = build(
            arguments.checkpoint, arguments.out, description, arguments.network, arguments.crops, half=arguments.half
        )
    except (AnimirrorError, CheckpointError, ParityError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(manifest.model_dump(mode="json"), indent=2, ensure_ascii=False))
    return 0


def _distil(arguments: argparse.Namespace) -> int:
    try:
        return verb.run(arguments)
    except (AnimirrorError, ParityError) as error:
        print(f"export: {error}", file=sys.stderr)
        return 1


def _lower(arguments: argparse.Namespace) -> int:
    try:
        return precision.run(arguments)
    except (AnimirrorError, CheckpointError, ValueError) as error:
        print(f"export: {error}", file=sys.stderr)
        return 1


def _bench(arguments: argparse.Namespace) -> int:
    try:
        return bench.run(arguments)
    except AnimirrorError as error:
        print(f"export: {error}", file=sys.stderr)
        return 1


def _peers(arguments: argparse.Namespace) -> int:
    try:
        return peers.run(arguments)
    except (AnimirrorError, ValueError) as error:
        print(f"export: {error}", file=sys.stderr)
        return 1
