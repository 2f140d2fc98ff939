"""``python -m bundle.artwork FOLDER``: the program's mark as the icon files that each system wants."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from PIL import Image

SIDES = (16, 24, 32, 48, 64, 128, 256, 512)


def draw(folder: Path) -> None:
    """Write animirror-SIDE.png, animirror.svg, animirror.ico (Windows) and animirror.icns (macOS) into ``folder``."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QGuiApplication

    from core import paths
    from desktop.icons import logo

    application = QGuiApplication.instance() or QGuiApplication(["artwork"])
    folder.mkdir(parents=True, exist_ok=True)
    for side in SIDES:
        if not logo(side).save(str(folder / f"animirror-{side}.png")):
            raise OSError(f"{folder} cannot be written.")
    with Image.open(folder / "animirror-512.png") as largest:
        largest.save(folder / "animirror.icns")
        largest.save(folder / "animirror.ico", sizes=[(side, side) for side in SIDES if side <= 256])
    shutil.copyfile(paths.resources() / "icons" / "logo.svg", folder / "animirror.svg")
    del application


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
