"""``python -m training draw``: draw photos with a checkpoint, as pairs for the warm-up of another generator."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from core.catalogue import Direction
from core.faces import FaceDetector
from training.evening import Evening
from training.features import Features
from training.features.beards import Beards
from training.features.blinks import Blinks
from training.features.cels import Cels
from training.features.shadows import Shadows
from training.features.spectacles import Spectacles
from training.features.wrinkles import Wrinkles
from training.line_tidying import LineTidying
from training.networks.parsing import FaceParser
from training.opening import hand_of, open_checkpoint
from training.own_colours import OwnColours
from training.teaching import Change, Hand, Teacher, Variant, draw_pairs
from training.tidying import Tidying
from training.unpaired import domain
from training.verbs.lists import names
from training.verbs.numbers import share, side


class _Second(NamedTuple):
    """What photos are written a second time with, and how the names of these pairs end."""

    ending: str
    change: Callable[[FaceParser], Change]
    what: str


_SECONDS = {
    "spectacles": _Second("spectacled", Spectacles, "glasses put on photo and drawing"),
    "blinks": _Second("blinking", Blinks, "closed eyes on photo and drawing"),
    "beards": _Second("bearded", Beards, "a beard that is not drawn"),
    "shadows": _Second("shadowed", Shadows, "a hard shadow that is not drawn"),
    "wrinkles": _Second("wrinkled", Wrinkles, "wrinkles and a sheen that are not drawn"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument(
        "checkpoints",
        type=Path,
        nargs="+",
        metavar="CHECKPOINT",
        help="a checkpoint, a folder of a run or a model; of several, each draws what the one before it drew",
    )
    parser.add_argument("--photos", type=Path, required=True, help="folder of aligned photos")
    parser.add_argument("--out", type=Path, required=True, help="folder of the pairs; those that are there stay")
    parser.add_argument("--size", type=side, help="side at which they draw (default: what each was trained at)")
    parser.add_argument(
        "--even",
        action="store_true",
        help="draw what the photo is with even light and a fair complexion, for a teacher that knows no other; "
        "the pair keeps the photo as it is",
    )
    parser.add_argument(
        "--own-colours", action="store_true", help="give the drawing the colours that the photo has of skin and hair"
    )
    parser.add_argument("--tidy", action="store_true", help="take stray marks out of what the photo shows as bare skin")
    parser.add_argument(
        "--tidy-lines",
        action="store_true",
        help="for line art: take strokes off what the photo shows as bare skin or wall, and whiten teeth",
    )
    parser.add_argument(
        "--features",
        action="store_true",
        help="draw eyes, brows, nose, mouth and outline anew, as the photo has them; photos without them are left out",
    )
    parser.add_argument(
        "--cels",
        action="store_true",
        help="paint hair in three flat tones with an edge around it, hats, clothes and the backdrop in flat areas",
    )
    for option, second in _SECONDS.items():
        parser.add_argument(
            f"--{option}",
            type=share,
            default=0.0,
            help=f"share of photos that are written a second time, with {second.what}",
        )
    parser.add_argument(
        "--deepen", type=share, default=0.0, help="share of photos before white whose complexion is darkened first"
    )
    parser.add_argument(
        "--direction",
        type=Direction,
        choices=list(Direction),
        default=Direction.A2B,
        help="B2A paints photos of anime, with a CycleGAN's way back",
    )
    parser.add_argument(
        "--sure",
        type=share,
        metavar="SCORE",
        help="leave out pairs on whose drawing the app's detector is less sure than this that there is a face",
    )
    parser.add_argument("--without", type=Path, help="a CSV whose first column names photos that are left out")
    parser.add_argument("--test", type=share, default=0.05, help="share that is held out, default %(default)s")


def run(options: argparse.Namespace) -> int:
    """Draw every photo and print the counts."""
    hands = [hand_of(open_checkpoint(path), options.size, options.direction) for path in options.checkpoints]
    left_out = names(options.without) if options.without else []
    paths = [path for path in domain(options.photos).paths if path.stem not in left_out]
    photos = tqdm(paths, unit="photo", disable=None)
    drawn = draw_pairs(_teacher(hands, options), photos, options.out, options.test, options.deepen, tqdm.write)
    print(f"{drawn.train} pairs to train on and {drawn.test} held out are in {options.out}.")
    if drawn.broken:
        print(f"Photos that could not be read: {drawn.broken}.")
    if drawn.unsuited:
        print(f"Photos left out, since they do not show eyes, mouth and chin: {drawn.unsuited}.")
    if drawn.rejected:
        print(f"Drawings left out, since they do not show a face: {drawn.rejected}.")
    if drawn.unchanged:
        print(f"Second ways not written, since the photo does not show what they change: {drawn.unchanged}.")
    return 0


def _teacher(hands: Sequence[Hand], options: argparse.Namespace) -> Teacher:
    accepts = None if options.sure is None else _Sure(options.sure)
    finishes = (
        (options.own_colours, OwnColours),
        (options.tidy, Tidying),
        (options.tidy_lines, LineTidying),
        (options.features, Features),
        (options.cels, Cels),
    )
    seconds = [(second, part) for option, second in _SECONDS.items() if (part := getattr(options, option))]
    if not (options.even or seconds or any(asked for asked, _ in finishes)):
        return Teacher(hands, accepts=accepts)
    parser = FaceParser()
    return Teacher(
        hands,
        Evening(parser) if options.even else None,
        [finish(parser) for asked, finish in finishes if asked],
        Features(parser).seen if options.features else None,
        [Variant(second.ending, part, second.change(parser)) for second, part in seconds],
        accepts,
    )


class _Sure:
    """Whether the app's detector finds a face in the middle of a picture, and is sure of it."""

    def __init__(self, score: float) -> None:
        self._detector, self._score = FaceDetector(), score

    def __call__(self, picture: NDArray[np.uint8]) -> bool:
        middle = np.array(picture.shape[1::-1]) / 2
        return any(
            face.score >= self._score and np.abs(face.landmarks.mean(axis=0) - middle).max() < picture.shape[0] / 4
            for face in self._detector.detect(picture)
        )
