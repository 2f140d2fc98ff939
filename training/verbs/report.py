"""``python -m training report``: one HTML page on one or several runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.saving import write_whole
from training.report.page import build_page
from training.report.runs import read_runs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="folders of runs")
    parser.add_argument("--out", type=Path, help="file to write (default: report.html in the first run's folder)")
    parser.add_argument("--portraits", type=Path, help="folder of photos to draw with each run's best checkpoint")


def run(options: argparse.Namespace) -> int:
    """Write the page."""
    page = build_page(read_runs(options.runs), options.portraits).encode("utf-8")
    target = options.out or options.runs[0] / "report.html"
    write_whole(target, page)
    print(f"Written to {target} ({len(page) / 1e6:.1f} MB); it is one file that any browser shows.")
    return 0
