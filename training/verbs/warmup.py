"""``python -m training warmup``: learn a drawing style from aligned pairs."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from training.pairs import Pairs
from training.warmup import WarmupRecipe, WarmupRun, evaluate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    default = WarmupRecipe()
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and test/ of photo/ and cartoon/")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run; a run that is there goes on")
    parser.add_argument("--init", type=Path, help="start from this checkpoint's averaged weights")
    parser.add_argument("--steps", type=int, default=default.steps)
    parser.add_argument("--size", type=int, default=default.size)
    parser.add_argument("--batch", type=int, default=default.batch)
    parser.add_argument("--learning-rate", type=float, default=default.learning_rate)
    parser.add_argument("--decay-from", type=float, default=default.decay_from)
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())


def run(options: argparse.Namespace) -> int:
    """Train to the last step and print the held-out figures before and after."""
    torch.set_num_threads(options.threads)
    recipe = WarmupRecipe(
        steps=options.steps,
        size=options.size,
        batch=options.batch,
        learning_rate=options.learning_rate,
        decay_from=options.decay_from,
        seed=options.seed,
    )
    warmup = WarmupRun(recipe, options.out, options.init)
    held_out = Pairs(options.data / "test")
    if warmup.step == 0:
        print("before:", evaluate(warmup.average, held_out), flush=True)
    warmup.train(Pairs(options.data / "train"), held_out)
    print(f"after {warmup.step} steps, {warmup.hours:.2f} h:", evaluate(warmup.average, held_out), flush=True)
    return 0
