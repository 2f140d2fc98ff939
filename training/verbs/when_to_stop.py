"""``python -m training when-to-stop RUN``: judge a run by its log, and draw its curve."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.saving import write_whole
from training.curve import draw_curve
from training.errors import RunError
from training.recipe import Stopping
from training.runfolder import STATS, read_stats
from training.stopping import Measurement, StopRule


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    default = Stopping()
    parser.add_argument("run", type=Path, help="folder of a run that measured ([stopping] every)")
    parser.add_argument("--svg", type=Path, help="write the curve to this file")
    parser.add_argument("--patience", type=int, default=default.patience, help="measurements without progress")
    parser.add_argument("--least-gain", type=float, default=default.least_gain, help="share of what was won so far")
    parser.add_argument("--flat", type=float, default=default.flat, help="largest change of a level loss, a share")


def run(options: argparse.Namespace) -> int:
    """Print the verdict."""
    path = options.run / STATS
    if not path.is_file():
        raise RunError(f"There is no {STATS} in {options.run}; name the folder of a run.")
    lines = [line for line in read_stats(path) if "kid" in line]
    series = [Measurement(int(line["step"]), line["kid"], line["loss"]) for line in lines]
    if not series:
        raise RunError(f"The run in {options.run} measured nothing; set stopping.every in its recipe.")
    verdict = StopRule(options.patience, options.least_gain, options.flat).verdict(series)
    print(verdict.sentence)
    if options.svg:
        write_whole(options.svg, draw_curve(series, verdict).encode())
    return 0
