"""``python -m training crop``: the faces of photos, cut as the app cuts them, to measure and to look at."""

from __future__ import annotations

import argparse
from pathlib import Path

from tqdm import tqdm

from core.alignment import CROP_SIZE, align
from core.errors import AnimirrorError, ImageError
from core.faces import FaceDetector
from core.images import is_picture_path, load_picture
from core.saving import save_picture
from core.writing import failures_told
from training.verbs.lists import names
from training.verbs.numbers import side


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument(
        "folders", type=Path, nargs="+", metavar="FOLDER", help="folders of photos, and what is in them"
    )
    parser.add_argument("--only", type=Path, help="a CSV whose first column names the photos to cut")
    parser.add_argument("--out", type=Path, required=True, help="folder for the crops, PNG of the photos' names")
    parser.add_argument("--size", type=side, default=CROP_SIZE, help="side of the crops, default %(default)s")


def run(options: argparse.Namespace) -> int:
    """Cut the largest face of every photo; backdrops stay as they are."""
    photos = _photos(options.folders, options.only)
    detector = FaceDetector()
    cut = 0
    with failures_told(options.out):
        options.out.mkdir(parents=True, exist_ok=True)
    for path in tqdm(photos, unit="photo", disable=None):
        try:
            pixels = load_picture(path).pixels
        except ImageError as error:
            tqdm.write(f"Skipped: {error}")
            continue
        faces = detector.detect(pixels)
        if not faces:
            tqdm.write(f"Skipped: no face was found on {path.name}.")
            continue
        largest = max(faces, key=lambda face: (face.box[2] - face.box[0]) * (face.box[3] - face.box[1]))
        save_picture(options.out / f"{path.stem}.png", align(largest.landmarks, options.size).crop(pixels))
        cut += 1
    print(f"{cut} faces of {len(photos)} photos are in {options.out}.")
    return 0 if cut else 1


def _photos(folders: list[Path], only: Path | None) -> list[Path]:
    found = {path.stem: path for folder in folders for path in sorted(folder.rglob("*")) if is_picture_path(path)}
    wanted = list(found) if only is None else names(only)
    missing = [name for name in wanted if name not in found]
    if missing:
        where = ", ".join(str(folder) for folder in folders)
        more = " and others" if len(missing) > 5 else ""
        raise AnimirrorError(f"There is no {', '.join(missing[:5])}{more} in {where}.")
    if not wanted:
        raise AnimirrorError(f"There are no pictures in {', '.join(str(folder) for folder in folders)}.")
    return [found[name] for name in wanted]
