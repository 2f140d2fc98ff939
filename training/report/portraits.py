"""The portraits of a folder, drawn by every run's best checkpoint, as the report drew its authors."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from core.alignment import CROP_SIZE, align
from core.errors import FaceError, ImageError, quoted
from core.faces import FaceDetector
from core.images import is_picture_path, load_picture
from training.grids import heat_on
from training.opening import Checkpoint, open_checkpoint
from training.report import markup
from training.report.pictures import image
from training.report.runs import ReportError, Run
from training.report.texts import finding
from training.unpaired import to_pixels

#: Portraits on one page.
MOST = 24
#: Side of a portrait on the page, in pixels.
SIDE = 192


def portrait_section(runs: Sequence[Run], folder: Path | None) -> str:
    """Draw the largest face of every picture in ``folder``. Raises ReportError when it has no pictures."""
    parts = [markup.quotation(finding("portraits"))]
    if folder is None:
        parts.append(markup.missing("Name a folder of portraits with --portraits to have them drawn here."))
        return markup.section("portraits", "Portraits", *parts)
    paths = sorted(path for path in folder.glob("*") if is_picture_path(path)) if folder.is_dir() else []
    if not paths:
        raise ReportError(f"There are no pictures in {quoted(folder)}; name a folder of portraits with --portraits.")
    crops, troubles = _crops(paths[:MOST])
    if len(paths) > MOST:
        troubles.append(f"{len(paths) - MOST} more portraits are left out.")
    for run in runs:
        parts += [markup.heading(run.name), _drawn(run, crops)]
    parts += [markup.missing(trouble) for trouble in troubles]
    return markup.section("portraits", "Portraits", *parts)


def _crops(paths: Sequence[Path]) -> tuple[list[tuple[str, NDArray[np.uint8]]], list[str]]:
    detector = FaceDetector()
    crops, troubles = [], []
    for path in paths:
        try:
            pixels = load_picture(path).pixels
            faces = detector.detect(pixels)
            if not faces:
                troubles.append(f"No face was found in {path.name}.")
                continue
            crops.append((path.stem, align(faces[0].landmarks, CROP_SIZE).crop(pixels)))
        except (ImageError, FaceError) as error:
            troubles.append(str(error))
    return crops, troubles


def _drawn(run: Run, crops: Sequence[tuple[str, NDArray[np.uint8]]]) -> str:
    if run.checkpoint is None:
        return markup.missing("This run has no checkpoint to draw with.")
    if not crops:
        return markup.missing("There is no portrait to draw.")
    checkpoint = open_checkpoint(run.checkpoint)
    rows = []
    for name, crop in crops:
        drawing, heat = _draw(checkpoint, crop)
        rows.append([escape(name), *(image(one, f"{name}: {what}") for one, what in _named(crop, drawing, heat))])
    return markup.figure(
        markup.table(("", "photo", "drawing", "attention"), rows, "portraits"),
        f"The largest face of each portrait, straightened and cut as the app does it, drawn by the averaged A2B "
        f"generator of step {markup.count(checkpoint.step)}.",
    )


@torch.no_grad()
def _draw(checkpoint: Checkpoint, crop: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    batch = torch.from_numpy(crop).permute(2, 0, 1)[None].float() / 127.5 - 1
    made = checkpoint.a2b(batch)
    return to_pixels(made.image)[0], heat_on(crop, made.attention[0, 0].float().numpy())


def _named(*pictures: NDArray[np.uint8]) -> list[tuple[NDArray[np.uint8], str]]:
    small = [
        np.asarray(cv2.resize(one, (SIDE, SIDE), interpolation=cv2.INTER_AREA), dtype=np.uint8) for one in pictures
    ]
    return list(zip(small, ("photo", "drawing", "attention"), strict=True))
