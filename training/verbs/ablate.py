"""``python -m training ablate RECIPE``: the report's experiment, CAM 0 against CAM 1000, all else equal."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from lightning_fabric import Fabric

from core.errors import AnimirrorError
from core.saving import write_whole
from training.checkpoints import load_metadata
from training.cyclegan_run import make_fabric
from training.loop import INTERRUPTED, Ending
from training.processes import in_every_process
from training.recipe import Recipe, load_recipe
from training.report.page import build_page
from training.report.runs import read_runs
from training.runfolder import RunFolder
from training.verbs.numbers import at_least, positive
from training.verbs.run import train

CAM = (0.0, 1000.0)
REPORT = "report.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("recipe", type=Path, help="a TOML file, as in training/recipes; its CAM weight does not count")
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs; runs that are there go on")
    parser.add_argument("--cam", type=positive, nargs=2, default=CAM, help="the two weights, default %(default)s")
    parser.add_argument(
        "--set",
        dest="changes",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a setting of the recipe for both runs; may be repeated",
    )
    parser.add_argument(
        "--turn",
        type=at_least(1),
        default=1000,
        help="steps that one run trains before the other does, so that both are equally far whenever it is stopped; "
        "default %(default)s",
    )


def run(options: argparse.Namespace) -> int:
    """Train both by turns and write a report on them; return 130 after Ctrl-C, when all was saved."""
    if options.cam[0] == options.cam[1]:
        raise AnimirrorError("An ablation needs two different CAM weights.")
    # The same seed gives both the same first weights and, step by step, the same pictures.
    # Neither may end before the other.
    fixed = [*options.changes, "stopping.ends_run=false"]
    recipes = [load_recipe(options.recipe, [*fixed, f"losses.cam={cam!r}"]) for cam in options.cam]
    folders = [RunFolder(options.out / f"cam{cam:g}") for cam in options.cam]
    fabric = make_fabric(recipes[0].device)
    fabric.launch()
    return in_every_process(fabric, lambda: _by_turns(recipes, folders, fabric, options))


def _by_turns(
    recipes: Sequence[Recipe], folders: Sequence[RunFolder], fabric: Fabric, options: argparse.Namespace
) -> int:
    steps = recipes[0].steps
    for until in [*range(options.turn, steps, options.turn), steps]:
        for recipe, folder in zip(recipes, folders, strict=True):
            if _step(folder) < until and train(recipe, folder, fabric, until) is Ending.INTERRUPTED:
                return INTERRUPTED
    if fabric.is_global_zero:
        page = build_page(read_runs([folder.path for folder in folders]))
        write_whole(options.out / REPORT, page.encode("utf-8"))
        print(f"Both runs are at step {steps}; {options.out / REPORT} shows them side by side.")
    return 0


def _step(folder: RunFolder) -> int:
    return int(load_metadata(folder.last)["step"]) if folder.last.is_file() else 0
