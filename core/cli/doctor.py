"""``animirror doctor``: what is installed, what is in use, what is wrong and how to mend it."""

from __future__ import annotations

import argparse
import json
from typing import Any

from core.doctor import examine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Examine this installation; return 1 when something is wrong."""
    report = examine()
    if options.json:
        print(json.dumps(report.as_json(), indent=2))
    else:
        for title, content in report.as_json().items():
            if title != "problems":
                _show(title, content)
        print()
        for problem in report.problems:
            print(f"Problem: {problem.what}\n   Mend: {problem.mend}")
        if not report.problems:
            print("Nothing is wrong.")
    return 1 if report.problems else 0


def _show(title: str, content: Any, depth: int = 0) -> None:
    indent = "  " * depth
    label = title.replace("_", " ")
    if isinstance(content, dict) and content:
        print(f"{indent}{label}:")
        for key, value in content.items():
            _show(key, value, depth + 1)
    elif isinstance(content, list):
        shown = [
            ", ".join(f"{key} {value}" for key, value in row.items()) if isinstance(row, dict) else str(row)
            for row in content
        ]
        print(f"{indent}{label}: {'; '.join(shown) or 'none'}")
    else:
        print(f"{indent}{label}: {content if content not in (None, {}) else 'none'}")
