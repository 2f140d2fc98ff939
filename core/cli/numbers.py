"""Numbers on the command line that mean something."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeVar

_Number = TypeVar("_Number", int, float)


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from ``least`` to ``most``."""

    def number(text: str) -> int:
        return _within(int(text), least, most)

    return number


def real(least: float, most: float) -> Callable[[str], float]:
    """Return a reader of numbers from ``least`` to ``most``; "nan" is none."""

    def number(text: str) -> float:
        return _within(float(text), least, most)

    return number


def _within(value: _Number, least: _Number, most: _Number) -> _Number:
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"must be {least} to {most}")
    return value
