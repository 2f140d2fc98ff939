"""``python -m training when-to-stop RUN``: judge a run by its log, and draw its curve."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from pydantic import ValidationError

from core.saving import write_whole
from training.checkpoints import CheckpointError, load_metadata
from training.curve import draw_curve
from training.errors import RunError
from training.recipe import Stopping
from training.runfolder import STATS, RunFolder, read_stats
from training.stopping import Measurement, StopRule
from training.verbs.numbers import at_least, positive, share

_DEFAULT = "default: as in the run's own recipe"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("run", type=Path, help="folder of a run that measured ([stopping] every)")
    parser.add_argument("--svg", type=Path, help="write the curve to this file")
    parser.add_argument("--patience", type=at_least(1), help="measurements without progress, " + _DEFAULT)
    parser.add_argument(
        "--lull", type=positive, help="and so many times what it took to the last progress, " + _DEFAULT
    )
    parser.add_argument("--least-gain", type=share, help="share of what was won so far, " + _DEFAULT)
    parser.add_argument("--flat", type=share, help="largest change of a level loss, a share, " + _DEFAULT)


def run(options: argparse.Namespace) -> int:
    """Print the verdict."""
    path = options.run / STATS
    if not path.is_file():
        raise RunError(f"There is no {STATS} in {options.run}; name the folder of a run.")
    lines = [line for line in read_stats(path) if math.isfinite(line.get("kid", math.nan))]
    series = [Measurement(int(line["step"]), line["kid"], line["loss"]) for line in lines]
    if not series:
        raise RunError(f"The run in {options.run} measured nothing; set stopping.every in its recipe.")
    rule = _rule(options)
    verdict = rule.verdict(series)
    print(
        f"With a patience of {rule.patience}, a lull of {rule.lull:g}, a least gain of {rule.least_gain:g} and a "
        f"flat of {rule.flat:g}:"
    )
    print(verdict.sentence)
    if options.svg:
        write_whole(options.svg, draw_curve(series, verdict).encode())
    return 0


def _rule(options: argparse.Namespace) -> StopRule:
    """The run's own rule, with what the options change of it."""
    try:
        own = load_metadata(RunFolder(options.run).last).get("recipe", {}).get("stopping", {})
        stopping = Stopping.model_validate(own)
    except (CheckpointError, ValidationError):
        stopping = Stopping()
    return StopRule(
        stopping.patience if options.patience is None else options.patience,
        stopping.least_gain if options.least_gain is None else options.least_gain,
        stopping.flat if options.flat is None else options.flat,
        stopping.lull if options.lull is None else options.lull,
    )
