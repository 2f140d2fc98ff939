"""``python -m training VERB``: every verb is the module of its name in training/verbs."""

from __future__ import annotations

import argparse
import importlib
import io
import sys
from collections.abc import Sequence
from typing import Any

#: Verb -> what it does. Its module has ``add_arguments(parser)`` and ``run(options) -> exit code``, and is imported
#: only when it is wanted.
VERBS = {
    "prepare": "turn raw pictures into training crops",
    "crop": "cut the faces of photos as the app cuts them",
    "prepare-head": "fit the gender and age head to labelled faces",
    "warmup": "learn a drawing style from aligned pairs",
    "run": "train a CycleGAN from a recipe",
    "draw": "draw photos with a checkpoint, as pairs for the warm-up of another generator",
    "sheet": "show what models make of the same photos, on one picture",
    "ablate": "train with the attention loss and without it, all else equal",
    "bench": "measure a training step against a plain version of it",
    "evaluate": "put numbers on checkpoints and models: KID, FID, the cycle, the person, the attention",
    "report": "show runs on one HTML page, with the student report's figures",
    "when-to-stop": "say from a run's log when it was done",
}


def main(arguments: Sequence[str]) -> int:
    """Run ``arguments`` (a verb and its own arguments); return the exit code: 0 only when everything worked."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        # Importing torch takes seconds; one may think better of it even then.
        print("training: stopped.", file=sys.stderr)
        return 130


def _run(arguments: Sequence[str]) -> int:
    from core.errors import AnimirrorError

    parser = argparse.ArgumentParser(prog="python -m training", description="Prepare data, train, measure.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, purpose in VERBS.items():
        own = verbs.add_parser(verb, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        if arguments and arguments[0] == verb:
            _module(verb).add_arguments(own)
    options = parser.parse_args(list(arguments))
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks is printed with escapes instead of ending the run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return int(_module(options.verb).run(options))
    except AnimirrorError as error:
        print(f"training: {error}", file=sys.stderr)
        return 1


def _module(verb: str) -> Any:
    return importlib.import_module(f"training.verbs.{verb.replace('-', '_')}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
