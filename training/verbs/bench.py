"""``python -m training bench``: our training step against a straightforward one."""

from __future__ import annotations

import argparse

from training.bench import Figures, compare
from training.cyclegan_run import make_fabric
from training.errors import OutOfMemoryError
from training.memory import memory_failures_told
from training.recipe import recipe_from
from training.verbs.numbers import at_least, positive, side


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--size", type=side, default=128, help="side of the pictures (default: 128)")
    parser.add_argument("--batch", type=at_least(1), default=1, help="pictures of each domain a step (default: 1)")
    parser.add_argument("--rounds", type=at_least(1), default=5, help="how often each has its turn (default: 5)")
    parser.add_argument("--steps", type=at_least(1), default=2, help="steps a turn (default: 2)")
    parser.add_argument("--cam", type=positive, default=1000.0, help="weight of the CAM loss (default: 1000)")
    parser.add_argument("--accelerator", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument("--threads", type=at_least(0), default=0, help="CPU threads (default: torch's choice)")


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    recipe = recipe_from(
        {
            "batch": options.batch,
            "data": {"folder": "random pictures", "size": options.size, "load_size": options.size},
            "losses": {"cam": options.cam},
            "device": {"accelerator": options.accelerator, "threads": options.threads},
        },
        "The benchmark",
    )
    try:
        with memory_failures_told(None, recipe.model_dump(mode="json")):
            found = compare(recipe, options.rounds, options.steps, make_fabric(recipe.device))
    except OutOfMemoryError as error:
        raise OutOfMemoryError(
            f"Memory ran out: lower --size (now {options.size}) or --batch (now {options.batch})."
        ) from error
    print(f"{options.size}x{options.size}, batch {options.batch}, fp32, on {found.device}")
    print(f"{'':8}{'images/s':>10}{'peak memory':>14}")
    for name, figures in (("ours", found.ours), ("plain", found.plain)):
        print(f"{name:8}{figures.images_per_second:>10.3f}{_size(figures):>14}")
    memory = "" if found.memory_ratio is None else f" with {found.memory_ratio:.0%} of its memory"
    print(f"Ours is {found.speedup:.2f} times as fast as the plain step{memory}.")
    return 0


def _size(figures: Figures) -> str:
    return "not measured" if figures.peak_memory is None else f"{figures.peak_memory / 2**30:.2f} GiB"
