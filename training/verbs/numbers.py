"""Numbers on the command line, each kind with its limits; argparse prints what is wrong with one."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable

#: The finest level of the generators' hourglasses is a sixteenth of the picture.
_GRAIN = 16


def finite(text: str) -> float:
    """Any number but infinity and "nan", which no comparison would hold for."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return value


def positive(text: str) -> float:
    """A number of 0 or more."""
    value = finite(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return value


def share(text: str) -> float:
    """A number from 0 to 1."""
    value = finite(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def at_least(least: int) -> Callable[[str], int]:
    """Whole numbers from ``least`` on."""

    def whole(text: str) -> int:
        try:
            value = int(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from error
        if value < least:
            raise argparse.ArgumentTypeError(f"{text} is not at least {least}")
        return value

    return whole


def side(text: str) -> int:
    """The side of pictures that the networks can take, in pixels."""
    value = at_least(2 * _GRAIN)(text)
    if value % _GRAIN:
        raise argparse.ArgumentTypeError(f"{text} is not a multiple of {_GRAIN}")
    return value
