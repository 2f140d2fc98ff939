"""``python -m export``: see each verb's --help."""

from __future__ import annotations

import sys


def main() -> int:
    """Run one verb; return the process's exit code."""
    try:
        # Here, since torch takes seconds to import, and one may think better of it even then.
        from export.commands import main as run

        return run()
    except KeyboardInterrupt:
        print("export: stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
