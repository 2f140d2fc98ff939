"""From an animated picture to an animated picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.converter import Cancelled, Progress
from core.encoding import Still, encode_animation
from core.errors import ImageError, quoted
from core.images import open_animation
from core.video.converting import Preview
from core.video.drawing import MovingDrawer
from core.writing import Destination

#: Pixels in all frames together, in millions: they are all in memory while the file is made.
_MOST_MEGAPIXELS = 250


@dataclass(frozen=True)
class AnimationOutcome:
    """What became of an animation: the result, its frames, and sentences for the user."""

    path: Path
    frames: int
    notes: tuple[str, ...]


def convert_animation(
    source: Path,
    destination: Destination,
    drawer: MovingDrawer,
    quality: int = 95,
    keep_gps: bool = False,
    progress: Progress = lambda _share: True,
    preview: Preview | None = None,
) -> AnimationOutcome:
    """Draw ``source`` into a file of its own format, with its times, repetitions and see-through parts.

    The arguments are those of :func:`core.video.convert_video`. Raises ImageError, ModelError, OutputError, Cancelled.
    """
    drawer.begin()
    drawn: list[Still] = []
    seconds = 0.0
    with open_animation(source, keep_gps) as animation:
        width, height = animation.image.size
        if width * height * animation.count > _MOST_MEGAPIXELS * 1_000_000:
            raise ImageError(
                f"{quoted(source.name)} is too long or too large for an animated picture; convert it to a video first."
            )
        for number, frame in enumerate(animation.frames()):
            if not progress(0.9 * number / animation.count):
                raise Cancelled("Stopped.")
            shown = _on_white(frame.pixels, frame.alpha)
            result, alpha = drawer.draw_see_through(shown, frame.alpha, seconds)
            drawn.append(Still(result, alpha, frame.milliseconds))
            if preview is not None:
                preview(shown, result, seconds)
            seconds += frame.milliseconds / 1000
        data = encode_animation(
            animation.suffix, drawn, loop=animation.loop, exif=animation.exif, xmp=animation.xmp, quality=quality
        )
        if not progress(0.98):
            raise Cancelled("Stopped.")
        path = destination.put(data, animation.suffix)
        return AnimationOutcome(path, len(drawn), tuple(animation.notes))


def _on_white(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    """Return pixels whose see-through parts are white: what lies there unseen would be taken for motion."""
    if alpha is None:
        return pixels
    shown = pixels.copy()
    shown[alpha == 0] = 255
    return shown
