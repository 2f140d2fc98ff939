"""``python -m training sheet``: what models make of the same photos, below each other on one picture."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from tqdm import tqdm

from core.alignment import CROP_SIZE
from core.errors import AnimirrorError, ImageError
from core.images import load_picture
from core.saving import save_picture
from training.opening import hand_of, open_checkpoint
from training.teaching import Teacher, resized
from training.unpaired import domain
from training.verbs.lists import names
from training.verbs.numbers import at_least, side

_LINE = 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument(
        "checkpoints", type=Path, nargs="+", metavar="CHECKPOINT", help="checkpoints, folders of runs or of models"
    )
    parser.add_argument("--photos", type=Path, required=True, help="folder of aligned photos")
    parser.add_argument("--only", type=Path, help="a CSV whose first column names the photos, in the sheet's order")
    parser.add_argument("--out", type=Path, required=True, help="the sheet, a JPEG or PNG")
    parser.add_argument("--columns", type=at_least(1), default=10, help="default %(default)s")
    parser.add_argument("--tile", type=side, default=CROP_SIZE, help="side of each picture on it, default %(default)s")


def run(options: argparse.Namespace) -> int:
    """Draw and write the sheet."""
    photos = _photos(options.photos, options.only)
    teachers = [Teacher([hand_of(open_checkpoint(path))]) for path in options.checkpoints]
    columns = []
    for path in tqdm(photos, unit="photo", disable=None):
        try:
            photo = load_picture(path).pixels
        except ImageError as error:
            tqdm.write(f"Skipped: {error}")
            continue
        pictures = [photo, *(teacher(photo) for teacher in teachers)]
        columns.append(
            [*(resized(picture, options.tile, options.tile) for picture in pictures), _caption(path.stem, options.tile)]
        )
    if not columns:
        raise AnimirrorError("None of the photos could be read.")
    save_picture(options.out, _laid_out(columns, options.columns), quality=90)
    print(f"{len(columns)} photos, each above what {len(teachers)} models make of it, are in {options.out}.")
    return 0


def _photos(folder: Path, only: Path | None) -> list[Path]:
    paths = domain(folder).paths
    if only is None:
        return paths
    by_name = {path.stem: path for path in paths}
    wanted = names(only)
    missing = [name for name in wanted if name not in by_name]
    if missing:
        raise AnimirrorError(f"{folder} has no {', '.join(missing[:5])}{' and others' if len(missing) > 5 else ''}.")
    return [by_name[name] for name in wanted]


def _laid_out(columns: Sequence[Sequence[NDArray[np.uint8]]], across: int) -> NDArray[np.uint8]:
    pieces = [np.concatenate(column) for column in columns]
    pieces += [np.full_like(pieces[0], 255)] * (-len(pieces) % min(across, len(pieces)))
    across = min(across, len(pieces))
    rows = [np.concatenate(pieces[start : start + across], axis=1) for start in range(0, len(pieces), across)]
    return np.concatenate(rows)


def _caption(text: str, width: int) -> NDArray[np.uint8]:
    line = Image.new("RGB", (width, _LINE), "white")
    ImageDraw.Draw(line).text((3, 0), text, fill="black", font=ImageFont.load_default(12))
    return np.asarray(line)
