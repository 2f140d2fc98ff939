"""How a model wants its pictures and gives its drawings: the layout, the levels and the order of the channels.

Our own models keep to the defaults. What other people's want is found out when they are added and kept in the manifest.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field


class Layout(StrEnum):
    """The order of a tensor's dimensions: batch, channels, height and width."""

    NCHW = "NCHW"
    NHWC = "NHWC"


class Levels(StrEnum):
    """What black and white are: -1 and 1, 0 and 1, or 0 and 255."""

    SIGNED = "-1..1"
    UNIT = "0..1"
    BYTES = "0..255"


class Channels(StrEnum):
    """The order of the colours."""

    RGB = "RGB"
    BGR = "BGR"


class Number(StrEnum):
    """The type of the numbers that go in; any of them may come out."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    UINT8 = "uint8"


class Contract(BaseModel):
    """What goes into a model and what comes out. The defaults are those of the models made by ``export``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: str = Field(default="image", description="name of the input")
    output: str = Field(default="anime", description="name of the output with the drawing, as large as the input")
    attention: str | None = Field(default="attention", description="name of the output that says where it looked")
    layout: Layout = Layout.NCHW
    levels: Levels = Levels.SIGNED
    output_levels: Levels = Levels.SIGNED
    channels: Channels = Channels.RGB
    number: Number = Number.FLOAT32
    batch: int = Field(default=0, ge=0, le=64, description="pictures in a run, 0 for any number")
    free_size: bool = Field(default=False, description="whether it takes other sizes than the manifest's")
    multiple: int = Field(default=1, ge=1, le=256, description="what the side must be a multiple of")

    def pack(self, crops: NDArray[np.uint8]) -> NDArray[np.generic]:
        """Turn ``crops`` (N, S, S, 3) uint8 RGB into what the model takes."""
        ordered = crops if self.channels is Channels.RGB else crops[..., ::-1]
        if self.layout is Layout.NCHW:
            ordered = ordered.transpose(0, 3, 1, 2)
        if self.number is Number.UINT8:
            return np.ascontiguousarray(ordered)
        batch = np.ascontiguousarray(ordered, dtype=np.float32)
        match self.levels:
            case Levels.SIGNED:
                batch *= np.float32(1 / 127.5)
                batch -= np.float32(1)
            case Levels.UNIT:
                batch *= np.float32(1 / 255)
        return batch.astype(np.float16) if self.number is Number.FLOAT16 else batch

    def unpack(self, drawn: NDArray[np.generic]) -> NDArray[np.uint8]:
        """Turn the model's picture into (N, S, S, 3) uint8 RGB; what is beyond black and white is cut off."""
        values = drawn.astype(np.float32, copy=False)
        match self.output_levels:
            case Levels.SIGNED:
                values = values * np.float32(127.5) + np.float32(128.0)
            case Levels.UNIT:
                values = values * np.float32(255) + np.float32(0.5)
            case Levels.BYTES:
                values = values + np.float32(0.5)
        pixels = np.clip(values, 0, 255).astype(np.uint8)
        if self.layout is Layout.NCHW:
            pixels = pixels.transpose(0, 2, 3, 1)
        return np.ascontiguousarray(pixels if self.channels is Channels.RGB else pixels[..., ::-1])

    def described(self) -> str:
        """Say it in one line, as in ``RGB -1..1, NHWC, any size in steps of 16``."""
        size = f"any size in steps of {self.multiple}" if self.free_size else "one size"
        attention = "attention" if self.attention else "no attention"
        return f"{self.channels} {self.levels}, {self.layout}, {self.number}, {size}, {attention}"
