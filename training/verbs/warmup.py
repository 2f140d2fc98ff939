"""``python -m training warmup``: learn a drawing style from aligned pairs."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from training import checkpoints
from training.closeup import FACE_WEIGHT, MOUTH_WEIGHT
from training.cyclegan_run import make_fabric
from training.errors import RunError
from training.loop import INTERRUPTED, Ending
from training.networks.generator import Generator
from training.pairs import Pairs
from training.recipe import Device
from training.runfolder import RunFolder
from training.unpaired import domain
from training.verbs.numbers import at_least, positive, share, side
from training.warmup import Warmup, WarmupRecipe, evaluate, warm_up


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    default = WarmupRecipe()
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and test/ of photo/ and cartoon/")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run; a run that is there goes on")
    parser.add_argument("--init", type=Path, help="start from this checkpoint's averaged weights")
    parser.add_argument("--steps", type=at_least(1), default=default.steps)
    parser.add_argument("--size", type=side, default=default.size)
    parser.add_argument("--batch", type=at_least(1), default=default.batch)
    parser.add_argument("--learning-rate", type=positive, default=default.learning_rate)
    parser.add_argument("--adversarial", type=positive, default=default.adversarial, help="weight of a discriminator")
    parser.add_argument("--true", type=Path, help="folder of true drawings for the discriminator (default: the pairs')")
    parser.add_argument(
        "--keep-colours",
        action="store_true",
        help="the drawings have the photos' colours and backdrop: vary no skin, and what is behind on both",
    )
    parser.add_argument(
        "--lpips", type=positive, default=default.lpips, help="weight of LPIPS instead of VGG16's distance"
    )
    parser.add_argument("--whole", action="store_true", help="show whole faces at --size, not parts of larger ones")
    parser.add_argument(
        "--faces",
        action="store_true",
        help="with --whole: look at eyes and mouth above all, for drawings whose features follow from the photo's",
    )
    parser.add_argument("--bfloat16", action="store_true", help="compute in mixed precision, where devices can")
    parser.add_argument("--accelerator", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument("--workers", type=at_least(0), default=0, help="threads that make pairs in advance")
    parser.add_argument("--save-every", type=at_least(1), default=default.save_every)
    parser.add_argument("--decay-from", type=share, default=default.decay_from)
    parser.add_argument("--seed", type=at_least(0), default=default.seed)
    parser.add_argument("--threads", type=at_least(1), default=torch.get_num_threads())


def run(options: argparse.Namespace) -> int:
    """Train to the last step and print the held-out figures before and after."""
    if options.faces and not options.whole:
        raise RunError("--faces needs --whole: in a part of a face eyes and mouth may lie anywhere.")
    recipe = WarmupRecipe(
        steps=options.steps,
        size=options.size,
        batch=options.batch,
        learning_rate=options.learning_rate,
        adversarial=options.adversarial,
        decay_from=options.decay_from,
        keep_colours=options.keep_colours,
        lpips=options.lpips,
        whole=options.whole,
        face=FACE_WEIGHT if options.faces else 0.0,
        mouth=MOUTH_WEIGHT if options.faces else 0.0,
        bfloat16=options.bfloat16,
        seed=options.seed,
        save_every=options.save_every,
    )
    folder = RunFolder(options.out)
    folder.prove_writable()
    with folder.held():
        return _train(recipe, options, folder)


def _train(recipe: WarmupRecipe, options: argparse.Namespace, folder: RunFolder) -> int:
    folder.refuse_if_lost()
    held_out = Pairs(options.data / "test")
    true = domain(options.true) if options.true else None
    fabric = make_fabric(Device(accelerator=options.accelerator, threads=options.threads))
    trainee = Warmup(
        recipe,
        Pairs(options.data / "train"),
        held_out,
        folder.path,
        _generator(options.init),
        true,
        fabric.device,
        options.workers,
    )
    if not folder.last.is_file():
        print("before:", evaluate(trainee.average.network, held_out), flush=True)
    ending = warm_up(trainee, folder)
    if ending is Ending.INTERRUPTED:
        print(f"Interrupted; saved in {folder.path}.")
        return INTERRUPTED
    print("after:", evaluate(trainee.average.network, held_out), flush=True)
    return 0


def _generator(init: Path | None) -> Generator | None:
    if init is None:
        return None
    generator = Generator()
    checkpoints.load_average(generator, init)
    return generator
