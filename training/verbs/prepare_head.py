"""``python -m training prepare-head``: fit the gender and age head anew."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.prepare.head import FILE
from training.prepare.headfit import fit_head
from training.prepare.work import cores
from training.verbs.numbers import at_least


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("faces", type=Path, help="folder of adults' faces named AGE_GENDER_RACE_ID, as in UTKFace")
    parser.add_argument("--out", type=Path, default=FILE, help="file to write (default: the one that prepare uses)")
    parser.add_argument("--seed", type=at_least(0), default=0, help="draws the held-out people, default %(default)s")
    parser.add_argument(
        "--jobs", type=at_least(1), default=cores(), help="processes (default: one a core, here %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Fit, print the held-out figures and save."""
    fit_head(options.faces, seed=options.seed, jobs=options.jobs).save(options.out)
    print(f"Written to {options.out}.")
    return 0
