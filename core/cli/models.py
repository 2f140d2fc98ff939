"""``animirror models``: what is installed."""

from __future__ import annotations

import argparse
import json
import sys

from core.catalogue import load_catalogue


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--json", action="store_true", help="print one JSON array")


def run(options: argparse.Namespace) -> int:
    """List the models; return 1 when there is none or a folder is broken."""
    catalogue = load_catalogue()
    if options.json:
        models = [
            {**model.manifest.model_dump(mode="json"), "path": str(model.path)} for model in catalogue.models.values()
        ]
        print(json.dumps(models, indent=2))
    else:
        for identifier, model in catalogue.models.items():
            manifest = model.manifest
            print(f"{identifier}: {model.name()} ({manifest.style}; {manifest.kind}, {manifest.direction})")
            print(f"    {model.path}")
            print(f"    {manifest.licence}")
    for problem in catalogue.problems:
        print(f"animirror: {problem}", file=sys.stderr)
    if not catalogue.models:
        print("animirror: No model is installed.", file=sys.stderr)
    return 0 if catalogue.models and not catalogue.problems else 1
