"""Videos: every frame at its own time, sound and subtitles as they are, and work that can be taken up again.

    drawer = MovingDrawer(detector, generator, View.FRAME, intensity=1.0, steadiness=0.5)
    outcome = convert_video(path, Destination(folder, stem), drawer, VideoOptions(quality=90), progress, preview)

A file's frames are read (``frames``, ``tones``), drawn (``drawing``, with the tracker and the steadiness of the live
path), encoded in pieces that outlive a crash (``encoders``, ``segments``), and put together with everything else that
the source holds (``joining``). Called again after Cancelled or a crash, with the same arguments, ``convert_video`` goes
on with the first frame that is missing. ``convert_animation`` does the same for animated pictures, which are short.
"""

from core.video.animation import AnimationOutcome, convert_animation
from core.video.converting import Preview, VideoOptions, VideoOutcome, convert_video
from core.video.drawing import MovingDrawer
from core.video.encoders import working_encoder
from core.video.joining import RESULT_SUFFIXES
from core.video.opening import VIDEO_SUFFIXES, is_video_path, open_video
from core.video.still import VideoStill, video_still

__all__ = [
    "RESULT_SUFFIXES",
    "VIDEO_SUFFIXES",
    "AnimationOutcome",
    "MovingDrawer",
    "Preview",
    "VideoOptions",
    "VideoOutcome",
    "VideoStill",
    "convert_animation",
    "convert_video",
    "is_video_path",
    "open_video",
    "video_still",
    "working_encoder",
]
