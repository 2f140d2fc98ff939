"""``python -m training``: see each verb's --help."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from training.pairs import Pairs
from training.warmup import WarmupRecipe, WarmupRun, evaluate


def main() -> int:
    """Run one verb; return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    warmup = verbs.add_parser("warmup", help="learn a drawing style from aligned pairs")
    default = WarmupRecipe()
    warmup.add_argument("--data", type=Path, required=True, help="folder with train/ and test/ of photo/ and cartoon/")
    warmup.add_argument("--out", type=Path, required=True, help="folder of the run; a run that is there goes on")
    warmup.add_argument("--init", type=Path, help="start from this checkpoint's averaged weights")
    warmup.add_argument("--steps", type=int, default=default.steps)
    warmup.add_argument("--size", type=int, default=default.size)
    warmup.add_argument("--batch", type=int, default=default.batch)
    warmup.add_argument("--learning-rate", type=float, default=default.learning_rate)
    warmup.add_argument("--decay-from", type=float, default=default.decay_from)
    warmup.add_argument("--seed", type=int, default=default.seed)
    warmup.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    recipe = WarmupRecipe(
        steps=arguments.steps,
        size=arguments.size,
        batch=arguments.batch,
        learning_rate=arguments.learning_rate,
        decay_from=arguments.decay_from,
        seed=arguments.seed,
    )
    run = WarmupRun(recipe, arguments.out, arguments.init)
    held_out = Pairs(arguments.data / "test")
    if run.step == 0:
        print("before:", evaluate(run.average, held_out), flush=True)
    run.train(Pairs(arguments.data / "train"), held_out)
    print(f"after {run.step} steps, {run.hours:.2f} h:", evaluate(run.average, held_out), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
