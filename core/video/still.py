"""One picture of a video, to look at before it is converted and after."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.video.frames import VideoReader


@dataclass(frozen=True)
class VideoStill:
    """A frame, (H, W, 3) uint8 sRGB, upright, and the whole video's length in seconds, None where it does not say."""

    pixels: NDArray[np.uint8]
    duration: float | None


def video_still(path: Path, seconds: float = 0.0) -> VideoStill:
    """Return the frame that is shown ``seconds`` after the beginning, the first where there is none so late.

    Raises SourceError when no picture can be read.
    """
    with VideoReader(path) as reader:
        info = reader.info
        duration = None if info.duration is None else float(info.duration)
        if seconds > 0.0:
            after = int((info.start + round(seconds * 1_000_000) / 1_000_000) / float(info.base)) - 1
            for shown in reader.frames(after):
                return VideoStill(shown.pixels, duration)
    with VideoReader(path) as reader:
        return VideoStill(next(reader.frames()).pixels, duration)
