"""Lists of photos on the command line."""

from __future__ import annotations

import csv
from pathlib import Path

from core.errors import AnimirrorError, quoted


def names(table: Path) -> list[str]:
    """The names, without folder and ending, in the first column of a CSV with a heading; empty lines do not count.

    Raises AnimirrorError for a file that cannot be read or has no name.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            found = [Path(row[0]).stem for row in list(csv.reader(file))[1:] if row and row[0].strip()]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AnimirrorError(f"The list {quoted(table)} cannot be read ({error}); check its name.") from error
    if not found:
        raise AnimirrorError(f"The list {quoted(table)} names no photo below its heading.")
    return found
