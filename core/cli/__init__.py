"""The command line: ``animirror convert``, ``models``, ``doctor``, ``gpu``, ``bench``. Knows nothing of windows."""

from __future__ import annotations

import argparse
import errno
import importlib
import sys
from collections.abc import Sequence

from core import __version__
from core.errors import AnimirrorError

#: Verb -> what it does; each lives in the module of its name, which is imported when it is wanted.
VERBS = {
    "convert": "turn pictures and videos into anime",
    "models": "list the installed models",
    "doctor": "say what is installed, what is in use and what is wrong",
    "gpu": "add the packaged program's GPU pack, or tell what it consists of",
    "bench": "measure how fast live pictures, or a folder of photos, are drawn here",
}


def main(arguments: Sequence[str]) -> int:
    """Run ``arguments`` (a verb and its own arguments); return the exit code: 0 only when everything worked."""
    _print_any_name()
    try:
        return _run(arguments)
    except AnimirrorError as error:
        print(f"animirror: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("animirror: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        sys.stderr.close()
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print("animirror: what is printed cannot be written: the disk is full.", file=sys.stderr)
        return 1


def _run(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="animirror", description="Turn faces into anime. Without a verb: the window.")
    parser.add_argument("--version", action="version", version=f"animirror {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, purpose in VERBS.items():
        # Only the wanted verb fills in its arguments, so that no other module is imported for it.
        own = verbs.add_parser(verb, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        if arguments and arguments[0] == verb:
            importlib.import_module(f"core.cli.{verb}").add_arguments(own)
    options = parser.parse_args(list(arguments))
    return int(importlib.import_module(f"core.cli.{options.verb}").run(options))


def _print_any_name() -> None:
    """Let names that the terminal's encoding lacks be printed with escapes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")
