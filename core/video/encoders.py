"""The encoder for results: the machine's own where it really works, else libx264."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final

import av
import av.error
import numpy as np
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray

SOFTWARE: Final = "libx264"
#: Hardware encoders by the name of their quality option and what else they are told, the best first.
_HARDWARE: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "h264_nvenc": ("cq", {"rc": "vbr", "b": "0", "preset": "p5"}),
    "h264_videotoolbox": ("q", {"allow_sw": "0"}),
    "h264_qsv": ("global_quality", {"preset": "medium"}),
    "h264_amf": ("qp_i", {"rc": "cqp", "quality": "balanced"}),
    "h264_mf": ("quality", {"rate_control": "quality", "hw_encoding": "1"}),
}
#: Those whose quality counts like ours, upwards from 1 to 100; the others count quantiser steps, downwards.
_UPWARDS: Final = frozenset({"h264_videotoolbox", "h264_mf"})
_FORMATS: Final = ("yuv420p", "nv12")
_TRIAL_FRAMES: Final = 6


@dataclass(frozen=True)
class Encoding:
    """How frames become a stream.

    size: width and height in pixels, both even. rate: frames a second, as a hint. base: seconds of one tick.
    aspect: width of a pixel by its height. quality: 1 to 100; 95 is hardly told from the original.
    """

    encoder: str
    size: tuple[int, int]
    rate: Fraction
    base: Fraction
    aspect: Fraction = Fraction(1)
    quality: int = 95


def configure(context: VideoCodecContext, encoding: Encoding) -> None:
    """Set up an encoder that is not open yet."""
    context.width, context.height = encoding.size
    context.pix_fmt = _pixel_format(encoding.encoder)
    context.time_base = encoding.base
    context.framerate = encoding.rate
    context.sample_aspect_ratio = encoding.aspect
    context.gop_size = max(1, round(5 * encoding.rate))
    # Without them a frame leaves the encoder in the order in which it is shown, so that encoding can end and go on at
    # any frame and time stamps stay as they are.
    context.max_b_frames = 0
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    context.colorspace = Colorspace.ITU709
    context.color_range = ColorRange.MPEG
    context.options = _options(encoding)


def to_frame(pixels: NDArray[np.uint8], encoding: Encoding, ticks: int) -> VideoFrame:
    """Return ``pixels`` (H, W, 3) uint8 RGB, one row or column less than the size at most, as a frame to encode."""
    width, height = encoding.size
    if pixels.shape[:2] != (height, width):
        # H.264 wants even sides: the last row or column is shown twice.
        pixels = np.pad(pixels, ((0, height - pixels.shape[0]), (0, width - pixels.shape[1]), (0, 0)), mode="edge")
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24").reformat(
        format=_pixel_format(encoding.encoder), dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
    )
    frame.pts, frame.time_base = ticks, encoding.base
    return frame


@cache
def working_encoder(size: tuple[int, int]) -> str:
    """Return the encoder that really encodes pictures of that size here, tried out once."""
    for name in _HARDWARE:
        if name in av.codecs_available and _works(Encoding(name, size, Fraction(30), Fraction(1, 30))):
            return name
    return SOFTWARE


def _works(encoding: Encoding) -> bool:
    width, height = encoding.size
    ramp = np.linspace(0, 255, width, dtype=np.uint8)
    try:
        context = CodecContext.create(encoding.encoder, "w")
        assert isinstance(context, VideoCodecContext)
        configure(context, encoding)
        packets = []
        for number in range(_TRIAL_FRAMES):
            pixels = np.repeat(np.broadcast_to(np.roll(ramp, 5 * number), (height, width))[:, :, None], 3, axis=2)
            packets += context.encode(to_frame(pixels, encoding, number))
        packets += context.encode(None)
    except (av.error.FFmpegError, OSError, ValueError):
        return False
    return sum(packet.size > 0 for packet in packets) == _TRIAL_FRAMES


def _pixel_format(encoder: str) -> str:
    known = {found.name for found in av.Codec(encoder, "w").video_formats or ()}
    return next((name for name in _FORMATS if name in known), _FORMATS[0])


def _options(encoding: Encoding) -> dict[str, str]:
    steps = str(min(max(round(55 - 0.4 * encoding.quality), 1), 51))
    if encoding.encoder not in _HARDWARE:
        return {"preset": "faster", "crf": steps}
    option, others = _HARDWARE[encoding.encoder]
    quality = str(encoding.quality) if encoding.encoder in _UPWARDS else steps
    extra = {"qp_p": quality} if option == "qp_i" else {}
    return {option: quality, **extra, **others}
