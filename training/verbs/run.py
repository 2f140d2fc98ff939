"""``python -m training run RECIPE``: train a CycleGAN; a run that is there goes on."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
from pathlib import Path

import torch
from lightning_fabric import Fabric

from training import checkpoints
from training.cyclegan import build_generator
from training.cyclegan_run import CycleGANRun, make_fabric
from training.loop import INTERRUPTED, Ending, Loop
from training.pairs import Pairs
from training.processes import by_the_first, in_every_process, told_by_the_first
from training.recipe import Recipe, load_recipe
from training.runfolder import LAST, RunFolder
from training.warmup import Warmup, WarmupRecipe, warm_up

WARMUP = "warmup"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("recipe", type=Path, help="a TOML file, as in training/recipes")
    parser.add_argument("--out", type=Path, help="folder of the run (default: runs/NAME-OF-THE-RECIPE)")
    parser.add_argument(
        "--set",
        dest="changes",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a setting of the recipe, as in losses.cam=0; may be repeated",
    )


def run(options: argparse.Namespace) -> int:
    """Train; return 130 after Ctrl-C, when all was saved and nothing is lost."""
    recipe = load_recipe(options.recipe, options.changes)
    folder = RunFolder(options.out or Path("runs") / options.recipe.stem)
    fabric = make_fabric(recipe.device)
    fabric.launch()
    return in_every_process(fabric, lambda: INTERRUPTED if train(recipe, folder, fabric) is Ending.INTERRUPTED else 0)


def train(recipe: Recipe, folder: RunFolder, fabric: Fabric, until: int | None = None) -> Ending:
    """Train to the recipe's last step, or only to the step ``until``; a run that is in ``folder`` goes on.

    Raises RecipeError, DataError, WeightsError, CheckpointError, OutputError or RunError; in all
            processes but the first AlreadyToldError where the first has told why.
    """
    with contextlib.ExitStack() as kept:
        with told_by_the_first(fabric):
            by_the_first(fabric, folder.prove_writable)
            by_the_first(fabric, lambda: kept.enter_context(folder.held()))
        return _train(recipe, folder, fabric, until)


def _train(recipe: Recipe, folder: RunFolder, fabric: Fabric, until: int | None) -> Ending:
    with told_by_the_first(fabric):
        folder.refuse_if_lost()
        begins = not folder.last.is_file()
        init = Path(recipe.networks.init) if recipe.networks.init and begins else None
        if recipe.warmup.steps and begins:
            warm_up_in = folder.path / WARMUP
            if by_the_first(fabric, lambda: _warm_up(recipe, init, warm_up_in, fabric.device)) is Ending.INTERRUPTED:
                return Ending.INTERRUPTED
            init = warm_up_in / LAST
        trainee = CycleGANRun(recipe, folder.path, fabric, init, tell=fabric.print)
        plan = trainee.plan()
        if until is not None:
            plan = dataclasses.replace(plan, steps=min(until, plan.steps))
    with trainee.batches:
        with told_by_the_first(fabric):
            loop = Loop(trainee, folder, plan, fabric, tell=fabric.print)
        ending = loop.run()
    fabric.print(f"{ending.value.capitalize()} at step {loop.step}; the run is in {folder.path}.")
    if loop.measurements:
        fabric.print(loop.verdict().sentence)
    skipped = trainee.skipped()
    if skipped:
        fabric.print(f"{skipped} pictures could not be read and were left out.")
    return ending


def _warm_up(recipe: Recipe, init: Path | None, folder: Path, device: torch.device) -> Ending:
    """Teach the A2B generator from pairs; a warm-up that is in ``folder`` goes on."""
    wish = recipe.warmup
    settings = WarmupRecipe(
        steps=wish.steps, batch=wish.batch, size=wish.size, learning_rate=wish.learning_rate, seed=recipe.seed
    )
    generator = build_generator(recipe.networks)
    if init:
        checkpoints.load_average(generator, init)
    pairs = Path(wish.pairs)
    return warm_up(
        Warmup(settings, Pairs(pairs / "train"), Pairs(pairs / "test"), folder, generator, device=device),
        RunFolder(folder),
    )
