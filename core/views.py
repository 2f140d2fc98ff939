"""The ways of looking at a result. Apart from what draws them, so that settings know them without loading that."""

from __future__ import annotations

from enum import StrEnum


class View(StrEnum):
    """PORTRAIT is the styled crop of one face; FRAME is the whole picture with its faces styled."""

    PORTRAIT = "portrait"
    FRAME = "frame"


class LiveView(StrEnum):
    """What is shown.

    PORTRAIT: the main face's drawing alone. FRAME: the whole picture with its faces drawn. SIDE_BY_SIDE: the picture as
    it is, and FRAME beside it. SPLIT: as it is left of a line, FRAME right of it. ATTENTION: where the network looked,
    as a heatmap over each face.
    """

    PORTRAIT = "portrait"
    FRAME = "frame"
    SIDE_BY_SIDE = "side-by-side"
    SPLIT = "split"
    ATTENTION = "attention"


class LiveSource(StrEnum):
    """Where live pictures come from. EXAMPLE is a computed face that moves, for those without a camera."""

    CAMERA = "camera"
    NETWORK = "network"
    FILE = "file"
    EXAMPLE = "example"


class Background(StrEnum):
    """What lies behind the people of a result: the photo as it is, blurred, white, or nothing."""

    KEEP = "keep"
    BLUR = "blur"
    WHITE = "white"
    TRANSPARENT = "transparent"
