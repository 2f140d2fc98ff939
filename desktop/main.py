"""The command ``animirror``: a verb goes to the command line, everything else opens the window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from core import __version__
from core.cli import VERBS
from core.cli import main as run_verb
from desktop import display

NO_DISPLAY = 2
"""Exit code where a window was wanted and cannot be shown."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``arguments`` (``sys.argv`` where None) and return the exit code.

    Qt is imported only when the window is wanted, so that the verbs work on machines that cannot show one.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["--"]:  # as in `python dev.py run -- models`
        del given[0]
    if given and given[0] in VERBS:
        return run_verb(given)
    options = _parser().parse_args(given)
    display.forget_foreign_qt()
    problem = display.problem()
    if problem is not None:
        print(problem, file=sys.stderr)
        return NO_DISPLAY
    from desktop.application import run

    return run(options.photos)


def _parser() -> argparse.ArgumentParser:
    verbs = "\n".join(f"  {verb:<10} {purpose}" for verb, purpose in VERBS.items())
    parser = argparse.ArgumentParser(
        prog="animirror",
        description="Turn faces into anime. Opens the window, with the named photos in it.",
        epilog=f"without a window:\n{verbs}\n\n`animirror VERB --help` tells more about each.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("photos", nargs="*", type=Path, metavar="PHOTO", help="picture to start with")
    parser.add_argument("--version", action="version", version=f"animirror {__version__}")
    return parser
