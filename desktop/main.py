"""The command ``animirror``: a verb goes to the command line, everything else opens the window."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Sequence
from pathlib import Path

from core import __version__, gpu_pack
from core.cli import VERBS
from core.cli import main as run_verb
from desktop import display

NO_DISPLAY = 2
"""Exit code where a window was wanted and cannot be shown."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``arguments`` (``sys.argv`` where None) and return the exit code.

    Qt is imported only when the window is wanted, so that the verbs work on machines that cannot show one.
    """
    # In the packaged program, the child that tries a foreign model is this program started once more.
    multiprocessing.freeze_support()
    gpu_pack.activate()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["--"]:  # as in `python dev.py run -- models`
        del given[0]
    if given and given[0] in VERBS:
        return run_verb(given)
    options = _parser().parse_args(given)
    if options.self_test:
        return _self_test(options.json)
    display.forget_foreign_qt()
    problem = display.problem()
    if problem is not None:
        print(problem, file=sys.stderr)
        return NO_DISPLAY
    from desktop.application import run

    return run(options.photos, options.startup_time)


def _self_test(as_json: bool) -> int:
    from core import selftest

    test = selftest.run()
    print(json.dumps(test.as_json(), indent=2) if as_json else selftest.as_text(test))
    return 0 if test.passed else 1


def _parser() -> argparse.ArgumentParser:
    verbs = "\n".join(f"  {verb:<10} {purpose}" for verb, purpose in VERBS.items())
    parser = argparse.ArgumentParser(
        prog="animirror",
        description="Turn faces into anime. Opens the window, with what is named in it.",
        epilog=f"without a window:\n{verbs}\n\n`animirror VERB --help` tells more about each.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("photos", nargs="*", type=Path, metavar="PHOTO", help="picture, video or folder to start with")
    parser.add_argument("--version", action="version", version=f"animirror {__version__}")
    parser.add_argument(
        "--self-test", action="store_true", help="check that everything works here: draw a sample and compare"
    )
    parser.add_argument("--json", action="store_true", help="with --self-test: print one JSON object, for bug reports")
    parser.add_argument(
        "--startup-time", action="store_true", help="print the seconds until the window is seen, and close it again"
    )
    return parser
