"""``python -m training draw``: draw photos with a checkpoint, as pairs for the warm-up of another generator."""

from __future__ import annotations

import argparse
from pathlib import Path

from tqdm import tqdm

from training.evaluate import open_checkpoint
from training.teaching import draw_pairs
from training.unpaired import domain
from training.verbs.numbers import share, side

SIZE = 256


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="a checkpoint, or a run's folder")
    parser.add_argument("--photos", type=Path, required=True, help="folder of aligned photos")
    parser.add_argument("--out", type=Path, required=True, help="folder of the pairs; those that are there stay")
    parser.add_argument("--size", type=side, help=f"side at which it draws (default: the recipe's, otherwise {SIZE})")
    parser.add_argument("--test", type=share, default=0.05, help="share that is held out, default %(default)s")


def run(options: argparse.Namespace) -> int:
    """Draw every photo and print the counts."""
    checkpoint = open_checkpoint(options.checkpoint)
    size = options.size or checkpoint.recipe.get("data", {}).get("size", SIZE)
    photos = tqdm(domain(options.photos).paths, unit="photo", disable=None)
    drawn = draw_pairs(checkpoint.a2b, photos, options.out, size, options.test, tqdm.write)
    print(f"{drawn.train} pairs to train on and {drawn.test} held out are in {options.out}.")
    if drawn.broken:
        print(f"Photos that could not be read: {drawn.broken}.")
    return 0
