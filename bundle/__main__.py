"""``python dev.py package``: makes the application, packs it, and with ``--check`` tries it as a user would."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bundle import sizes
from core import __version__

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Do what ``arguments`` ask for; return 0 where all of it worked."""
    options = _parser().parse_args(arguments)
    application = options.out / ("Animirror.app" if sys.platform == "darwin" else "animirror")
    if options.check_only is None:
        if not _build(options.out, options.work):
            return 1
        name = f"animirror-{__version__}-{sys.platform.replace('32', '')}-{platform.machine().lower()}"
        archive = None if options.no_archive else sizes.pack(application, options.out / name)
        print(sizes.report(application, archive))
    else:
        application = options.check_only
    if options.check or options.check_only is not None:
        return _check(application.resolve(), options.pictures.resolve())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python dev.py package", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where the application goes (default: dist)")
    parser.add_argument("--work", type=Path, default=ROOT / "build", help="what PyInstaller keeps (default: build)")
    parser.add_argument("--no-archive", action="store_true", help="do not pack it")
    parser.add_argument("--check", action="store_true", help="then meet it as a user does (Linux, with Xvfb, xdotool)")
    parser.add_argument("--check-only", type=Path, metavar="FOLDER", help="check an application that is there already")
    parser.add_argument(
        "--pictures", type=Path, default=ROOT / "build" / "pictures", help="where the check's screenshots go"
    )
    return parser


def _build(out: Path, work: Path) -> bool:
    shutil.rmtree(out / "animirror", ignore_errors=True)
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    places = ["--distpath", str(out), "--workpath", str(work), str(ROOT / "build.spec")]
    return subprocess.run([*command, *places], cwd=ROOT).returncode == 0


def _check(application: Path, pictures: Path) -> int:
    from bundle.check import robot

    missing = robot.missing_tools()
    if missing:
        print(f"The check needs {' and '.join(missing)}; on Debian: apt install xvfb xdotool", file=sys.stderr)
        return 2
    if os.geteuid() == 0 and "ANIMIRROR_CHECK_INSIDE" not in os.environ:
        # A network of its own, which leads nowhere: what tries to reach anything is seen.
        inside = [sys.executable, "-m", "bundle", "--check-only", str(application), "--pictures", str(pictures)]
        cut_off = ["unshare", "--net", *inside]
        return subprocess.run(cut_off, cwd=ROOT, env={**os.environ, "ANIMIRROR_CHECK_INSIDE": "1"}).returncode
    from bundle.check import place
    from bundle.check.job import Job

    if "ANIMIRROR_CHECK_INSIDE" in os.environ:
        place.wake_loopback()
    job = Job(application, pictures)
    job.run()
    print(json.dumps(job.figures, indent=2))
    for sentence in job.failed:
        print(f"FAILED {sentence}", file=sys.stderr)
    return 1 if job.failed else 0


if __name__ == "__main__":
    os.environ.setdefault("TMPDIR", tempfile.gettempdir())
    sys.exit(main(sys.argv[1:]))
