"""From a decoded frame of any depth, colour space and brightness to upright 8-bit sRGB."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, ColorTrc
from numpy.typing import NDArray

from core.live.sources import upright

#: White of a film in candela per square metre: what ITU-R BT.2408 calls HDR reference white.
_WHITE = 203.0
#: Peak of a hybrid log-gamma display in the same unit (ITU-R BT.2100).
_HLG_PEAK = 1000.0
#: From linear BT.2020 to linear BT.709 (ITU-R BT.2087).
_TO_709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32)
#: Luminance weights of BT.2020.
_LUMINANCE = np.array([[0.2627, 0.6780, 0.0593]], np.float32)
#: Brightness in multiples of white below which nothing is changed, and the brightest that is told apart.
_KNEE, _BRIGHTEST = 0.75, 1000.0 / _WHITE
#: Smallest side of a picture of high definition; where a file says nothing, players take those for BT.709.
_HIGH_DEFINITION = 720
_LEVELS = 1024
#: What H.273 calls unspecified.
_UNSPECIFIED = 2


def is_hdr(transfer: int) -> bool:
    """Say whether a stream's transfer characteristic (H.273) is one of high dynamic range: PQ or HLG."""
    return transfer in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)


def shown_rgb(frame: VideoFrame) -> NDArray[np.uint8]:
    """Return a decoded frame as (H, W, 3) uint8 sRGB, turned as its file asks; high dynamic range is toned down."""
    if frame.colorspace == _UNSPECIFIED and min(frame.width, frame.height) >= _HIGH_DEFINITION:
        frame.colorspace = Colorspace.ITU709
    if is_hdr(frame.color_trc):
        pixels = toned_down(np.asarray(frame.to_ndarray(format="rgb48le"), dtype=np.uint16), frame.color_trc)
    else:
        pixels = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
    return upright(pixels, frame.rotation)


def toned_down(values: NDArray[np.uint16], transfer: int) -> NDArray[np.uint8]:
    """Bring HDR pictures (H, W, 3) of BT.2020, 0 to 65535, to 8-bit sRGB.

    Up to three quarters of white nothing changes; what is brighter is compressed, with its hue kept.
    """
    linear = _decoding(int(transfer))[values >> 6]
    bright = np.maximum(cv2.transform(linear, _LUMINANCE), 1e-6).reshape(*linear.shape[:2], 1)
    span = 1.0 - _KNEE
    # A curve that leaves the knee with slope one and reaches white at the brightest tone.
    over = np.clip((bright - _KNEE) / (_BRIGHTEST - _KNEE), 0.0, 1.0)
    slope = (_BRIGHTEST - _KNEE) / span
    mapped = np.where(bright > _KNEE, _KNEE + span * (slope * over) / (1.0 + (slope - 1.0) * over), bright)
    gain = (mapped / bright).astype(np.float32)
    narrow = np.clip(cv2.transform(linear * gain, _TO_709), 0.0, 1.0)
    return _encoding()[(narrow * (_LEVELS * 4 - 1) + 0.5).astype(np.uint16)]


@cache
def _decoding(transfer: int) -> NDArray[np.float32]:
    """Return linear light in multiples of white for each of 1024 code values (ITU-R BT.2100, tables 4 and 5)."""
    code = np.arange(_LEVELS, dtype=np.float64) / (_LEVELS - 1)
    if transfer == ColorTrc.SMPTE2084:
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        root = code ** (1 / m2)
        return np.asarray(10_000 / _WHITE * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1), np.float32)
    a = 0.17883277
    b, c = 1 - 4 * a, 0.5 - a * np.log(4 * a)
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    return np.asarray(_HLG_PEAK / _WHITE * scene**1.2, np.float32)


@cache
def _encoding() -> NDArray[np.uint8]:
    """Return the sRGB byte for each of 4096 steps of linear light (IEC 61966-2-1)."""
    light = np.arange(_LEVELS * 4, dtype=np.float64) / (_LEVELS * 4 - 1)
    value = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(255 * value), np.uint8)
