"""The app's engine: pictures in, anime faces out. Knows neither Qt nor torch."""

import os

# ONNX Runtime sends usage statistics from its first import on unless it is told not to; this program sends nothing.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"

# OpenCV reads these when it is first imported, which only happens after this module.
# Without the first, Windows' MSMF takes up to a minute to open a camera (opencv #17687).
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")
# Seconds that Linux' V4L2 waits for a camera that has gone silent; the usual 10 would hold up closing the window.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1")
# What cannot be opened is told by us, in words, and not again on the terminal for every attempt.
os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")
