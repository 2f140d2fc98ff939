"""``python -m training evaluate``: put numbers on checkpoints."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.card import write_on_card
from core.errors import AnimirrorError
from core.writing import failures_told
from training.evaluate import Evaluation, Evaluator, described
from training.held_out import held_out_domain
from training.opening import SHIPPED, Checkpoint, open_checkpoint
from training.recipe import recipe_from
from training.runfolder import STATS, RunFolder
from training.unpaired import domain
from training.verbs.numbers import at_least, side

METRICS = "metrics.jsonl"
SIZE = 256


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument(
        "checkpoints", type=Path, nargs="+", metavar="CHECKPOINT", help="checkpoints, folders of runs or of models"
    )
    parser.add_argument("--a", type=Path, help="held-out photos (default: those of the checkpoint's recipe)")
    parser.add_argument("--b", type=Path, help="held-out anime, likewise")
    parser.add_argument("--pictures", type=at_least(2), default=100, help="of each domain, default %(default)s")
    parser.add_argument("--size", type=side, help=f"side of the pictures (default: the recipe's, otherwise {SIZE})")
    parser.add_argument("--subsets", type=at_least(1), default=100, help="of KID, default %(default)s")
    parser.add_argument("--subset-size", type=at_least(2), default=50, help="pictures in each, default %(default)s")
    parser.add_argument("--all", action="store_true", help="of a run's folder, evaluate every checkpoint that was kept")
    parser.add_argument(
        "--card", metavar="NAME", help="write a model's figures into its manifest, under this name of the pictures"
    )
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="default %(default)s")


def run(options: argparse.Namespace) -> int:
    """Print the figures; those of a run also go into its metrics.jsonl."""
    paths = list(_expanded(options.checkpoints, options.all))
    first = open_checkpoint(paths[0])
    photos, anime = _pictures(options, first)
    if min(len(photos), len(anime)) < 2:
        raise AnimirrorError("At least two held-out pictures of each domain are needed; name folders with --a and --b.")
    evaluator = Evaluator(photos, anime, _device(options.device), options.subsets, options.subset_size)
    for path in paths:
        checkpoint = first if path == paths[0] else open_checkpoint(path)
        evaluation = evaluator.evaluate(checkpoint)
        print("\n".join(described(evaluation)), flush=True)
        _note(checkpoint.path, evaluation)
        if options.card and checkpoint.kind == SHIPPED:
            write_on_card(checkpoint.path, options.card, _figures(evaluation))
    return 0


def _expanded(paths: Sequence[Path], everything: bool) -> Iterator[Path]:
    for path in paths:
        kept = RunFolder(path).numbered() if everything and path.is_dir() else []
        yield from kept or [path]


def _pictures(options: argparse.Namespace, checkpoint: Checkpoint) -> tuple[Tensor, Tensor]:
    size = options.size or checkpoint.recipe.get("data", {}).get("size", SIZE)
    if options.a and options.b:
        domains = domain(options.a), domain(options.b)
    elif checkpoint.kind == "cyclegan":
        recipe = recipe_from(checkpoint.recipe, f"The recipe in {checkpoint.path}")
        domains = (
            domain(options.a) if options.a else held_out_domain(recipe, "a"),
            domain(options.b) if options.b else held_out_domain(recipe, "b"),
        )
    else:
        raise AnimirrorError(
            f"{checkpoint.path} does not say which held-out pictures belong to it; name two folders with --a and --b."
        )
    return domains[0].plain(options.pictures, size), domains[1].plain(options.pictures, size)


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise AnimirrorError(f"The device {name!r} cannot be used here; leave --device out, or name cpu.") from error
    return device


def _figures(evaluation: Evaluation) -> dict[str, Any]:
    """Return what belongs on a card; the checkpoint's path is not anybody else's business."""
    figures = asdict(evaluation)
    for key in ("checkpoint", "step", "b2a", "identity_cycle", "milliseconds", "device"):
        del figures[key]
    way = figures.pop("a2b")
    return {"drawings": way["distances"], "attention": way["attention"], **figures}


def _note(checkpoint: Path, evaluation: Evaluation) -> None:
    """Append the figures to the run that the checkpoint belongs to, if it lies in one."""
    for folder in (checkpoint.parent, checkpoint.parent.parent):
        if (folder / STATS).is_file():
            with failures_told(folder / METRICS), (folder / METRICS).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(evaluation)) + "\n")
            return
