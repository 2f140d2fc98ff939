"""Contact sheets: what was kept and what was not, at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.errors import ImageError
from core.images import load_picture
from core.saving import save_picture
from training.prepare.choosing import Chosen, Why

_T = TypeVar("_T")

TILE = 112
COLUMNS = 14
#: Pictures of a sheet; more are drawn evenly from all.
MOST = 280
#: Rejected pictures shown of each kind.
MOST_OF_A_KIND = 28
_LINE = 22
_GREY = (200, 200, 200)


class Section(NamedTuple):
    """A heading and the pictures below it, (H, W, 3) each."""

    heading: str
    tiles: Sequence[NDArray[np.uint8]]


def draw_sheet(path: Path, sections: Sequence[Section]) -> None:
    """Write the sections below each other. Raises OutputError."""
    parts = [part for section in sections for part in (_heading(section.heading), *_rows(section.tiles))]
    save_picture(path, np.concatenate(parts), quality=88)


def kept_sections(files: Sequence[Path], test: Sequence[Path]) -> list[Section]:
    """Show training and test pictures, evenly drawn."""
    shown = []
    for name, of in (("training", files), ("test", test)):
        picked = _evenly(of, MOST)
        told = f"{len(of)} {name} pictures" + (f", {len(picked)} of them shown" if len(picked) < len(of) else "")
        shown.append(Section(told, [tile for path in picked if (tile := _tile_of(path)) is not None]))
    return shown


def rejected_sections(rows: Sequence[Chosen]) -> list[Section]:
    """Show some rejected candidates of every kind; the manifest has the figures of each."""
    shown = []
    for why in Why:
        of = [row for row in rows if row.rejection is not None and row.rejection.why is why]
        if of:
            picked = _evenly(of, MOST_OF_A_KIND)
            told = f"{why.value}: {len(of)}" + (f", {len(picked)} of them shown" if len(picked) < len(of) else "")
            shown.append(Section(told, [_rejected(row) for row in picked]))
    return shown or [Section("Nothing was rejected.", [])]


def _rejected(row: Chosen) -> NDArray[np.uint8]:
    tile = np.full((TILE, TILE, 3), 90, dtype=np.uint8)
    try:
        pixels = load_picture(row.look.path).pixels
        tile = row.candidate.alignment(TILE).crop(pixels) if row.candidate is not None else _fitted(pixels)
    except ImageError:
        pass
    return tile


def _tile_of(path: Path) -> NDArray[np.uint8] | None:
    try:
        return _fitted(load_picture(path).pixels)
    except ImageError:
        return None


def _fitted(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Shrink a picture of any shape into a tile."""
    scale = TILE / max(pixels.shape[:2])
    height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
    tile = np.full((TILE, TILE, 3), 90, dtype=np.uint8)
    top, left = (TILE - height) // 2, (TILE - width) // 2
    tile[top : top + height, left : left + width] = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return tile


def _rows(tiles: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
    empty = np.full((TILE, TILE, 3), 255, dtype=np.uint8)
    filled = [*tiles, *[empty] * (-len(tiles) % COLUMNS)]
    return [np.concatenate(filled[start : start + COLUMNS], axis=1) for start in range(0, len(filled), COLUMNS)]


def _heading(text: str) -> NDArray[np.uint8]:
    line = Image.new("RGB", (TILE * COLUMNS, _LINE), _GREY)
    ImageDraw.Draw(line).text((6, 3), text, fill="black", font=ImageFont.load_default(14))
    return np.asarray(line)


def _evenly(of: Sequence[_T], most: int) -> list[_T]:
    if len(of) <= most:
        return list(of)
    return [of[int(place)] for place in np.linspace(0, len(of) - 1, most)]
