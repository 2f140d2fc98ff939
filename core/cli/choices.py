"""The window's choices of how a drawing is to be seen, as arguments."""

from __future__ import annotations

import argparse

from core.errors import FaceError
from core.finishing import Finish
from core.handcrop import HandCrop
from core.views import Background


def add_choices(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--intensity", type=_intensity, default=1.0, metavar="0..1", help="0: the photo, 1: the drawing"
    )
    parser.add_argument(
        "--attention", action="store_true", help="of photos: show where the model looked instead of its drawing"
    )
    parser.add_argument(
        "--background",
        type=Background,
        choices=list(Background),
        default=Background.KEEP,
        help="behind the people; all but keep need a small network that is not part of Animirror (default: keep)",
    )
    parser.add_argument(
        "--leave-out",
        type=_places,
        default=frozenset(),
        metavar="N,...",
        help="faces of photos that stay as they are with --view frame; 1 is the largest",
    )
    parser.add_argument(
        "--crop",
        type=_crop,
        metavar="X,Y,SIDE[,ANGLE]",
        help="of photos: draw this square instead of the faces: its centre, side (pixels) and turn (degrees)",
    )
    parser.add_argument("--side-by-side", action="store_true", help="of photos: put the original beside the result")


def chosen_finish(options: argparse.Namespace) -> Finish:
    """Return what was chosen."""
    return Finish(
        intensity=options.intensity,
        attention=options.attention,
        left_out=options.leave_out,
        background=options.background,
    )


def _intensity(text: str) -> float:
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def _places(text: str) -> frozenset[int]:
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        numbers = [0]
    if min(numbers) < 1:
        raise argparse.ArgumentTypeError(f"{text} are not numbers of faces, such as 2 or 1,3")
    return frozenset(number - 1 for number in numbers)


def _crop(text: str) -> HandCrop:
    try:
        return HandCrop.parse(text)
    except FaceError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
