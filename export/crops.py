"""Real crops to measure models on, cut by the app's own alignment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.alignment import CROP_SIZE, align
from core.errors import AnimirrorError
from core.faces import FaceDetector
from core.images import is_picture_path, load_picture


def crops_from(folder: Path, count: int, size: int = CROP_SIZE) -> NDArray[np.uint8]:
    """Return up to ``count`` aligned crops (N, size, size, 3) uint8 of the faces in a folder's pictures.

    Raises ValueError when no picture there shows a face.
    """
    detector = FaceDetector()
    crops: list[NDArray[np.uint8]] = []
    for path in sorted(folder.rglob("*")):
        if len(crops) >= count:
            break
        if is_picture_path(path):
            try:
                picture = load_picture(path)
                crops += [align(face.landmarks, size).crop(picture.pixels) for face in detector.detect(picture.pixels)]
            except AnimirrorError:  # one bad picture does not matter here
                continue
    if not crops:
        raise ValueError(f"No picture in {folder} shows a face to check the model on.")
    return np.stack(crops[:count])


def standard_folder() -> Path:
    """Return the folder of the photos inside the insightface package, which every installation has."""
    import insightface

    return Path(insightface.__file__).parent / "data" / "images"
