"""Read animated pictures frame by frame: GIF, WebP, APNG, AVIF."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile

from core.errors import ImageError, quoted
from core.images.colour import upright_srgb
from core.images.metadata import kept_exif, kept_xmp, orientation
from core.images.reading import ANIMATIONS, opened_picture, reading

#: Which ending a result gets, so that it stays what it was.
_SUFFIXES: Final = {"GIF": ".gif", "WEBP": ".webp", "PNG": ".png", "AVIF": ".avif", "FLI": ".gif"}


@dataclass(frozen=True, slots=True)
class AnimationFrame:
    """One frame as it is seen: all that lies below it is in it already.

    pixels: ``(height, width, 3)`` sRGB, upright. alpha: ``(height, width)`` opacity, None where all is opaque.
    milliseconds: how long it is shown.
    """

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    milliseconds: float


@dataclass
class Animation:
    """An open animation; it can be gone through once.

    suffix: the ending of the format that results are saved in. count: how many frames it says to have.
    loop: how often it is shown, 0 for ever, None where it does not say (a GIF is then shown once).
    notes: sentences for the user; complete once all frames were read.
    """

    image: ImageFile.ImageFile
    name: str
    suffix: str
    count: int
    loop: int | None
    exif: bytes | None
    xmp: bytes | None
    notes: list[str] = field(default_factory=list)

    def frames(self) -> Iterator[AnimationFrame]:
        """Read the frames; a file that is cut off ends with its last whole frame, and a note says so.

        Raises ImageError when not even the first can be read.
        """
        turn = orientation(self.image)
        # An APNG may begin with a picture for programs that do not know animations.
        first = 1 if self.image.info.get("default_image") else 0
        for number in range(first, self.count):
            try:
                self.image.seek(number)
                self.image.load()
                pixels, alpha, notes = upright_srgb(self.image, turn)
            # Broken bytes make Pillow's readers fail with almost any exception.
            except Exception as error:
                if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno is not None):
                    raise
                if number == first:
                    raise ImageError(
                        f"{quoted(self.name)} is damaged or cut off; copy or download it again."
                    ) from error
                self.notes.append(
                    f"The animation is damaged or cut off: {number - first} of {self.count - first} frames could be "
                    "read."
                )
                return
            self.notes += [note for note in notes if note not in self.notes]
            yield AnimationFrame(pixels, alpha, _milliseconds(self.image.info))


def is_animation(path: Path) -> bool:
    """Say whether a file is an animated picture. Raises ImageError where it is no picture that can be read."""
    with reading(path) as file, opened_picture(file, path.name) as image:
        return _is_animated(image)


@contextmanager
def open_animation(path: Path, keep_gps: bool = False) -> Iterator[Animation]:
    """Open an animated picture; what goes wrong inside the ``with`` is told as an ImageError.

    keep_gps: as in :func:`core.images.load_picture`.
    """
    with reading(path) as file, opened_picture(file, path.name) as image:
        if not _is_animated(image):
            raise ImageError(f"{quoted(path.name)} does not move; it is an ordinary picture.")
        loop = image.info.get("loop")
        yield Animation(
            image=image,
            name=path.name,
            suffix=_SUFFIXES[str(image.format)],
            count=int(getattr(image, "n_frames", 1)),
            loop=loop if isinstance(loop, int) else None,
            exif=kept_exif(image, keep_gps),
            xmp=kept_xmp(image, keep_gps),
        )


def _is_animated(image: ImageFile.ImageFile) -> bool:
    return image.format in ANIMATIONS and bool(getattr(image, "is_animated", False))


def _milliseconds(info: dict[Any, Any]) -> float:
    value = info.get("duration", 0)
    return float(value) if isinstance(value, int | float) and value >= 0 else 0.0
