"""Open video files, and say in words why one cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import av
import av.error
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from core.errors import SourceError, quoted

VIDEO_SUFFIXES: Final = frozenset(
    (
        *(".3g2", ".3gp", ".asf", ".avi", ".divx", ".dv", ".f4v", ".flv", ".m2t", ".m2ts", ".m2v", ".m4v", ".mjpeg"),
        *(".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".nut", ".ogm", ".ogv", ".rm", ".rmvb", ".ts"),
        *(".vob", ".webm", ".wmv", ".y4m"),
    )
)
"""How the names of videos usually end, in lower case with the dot. Any other file that PyAV opens is one too."""


def is_video_path(path: Path) -> bool:
    """Say whether the file's name ends like a video's."""
    return path.suffix.lower() in VIDEO_SUFFIXES


def open_video(path: Path) -> InputContainer:
    """Open a video file with at least one stream of pictures. Raises SourceError with what to do."""
    name = quoted(path.name)
    try:
        # Wrong bytes in titles must not cost the video.
        container = av.open(str(path), metadata_errors="replace")
    except FileNotFoundError as error:
        raise SourceError(f"There is no file {quoted(path)}; it may have been moved or deleted.") from error
    except IsADirectoryError as error:
        raise SourceError(f"{quoted(path)} is a folder; choose a video inside it.") from error
    except PermissionError as error:
        raise SourceError(f"{name} may not be read; choose a file that is yours.") from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise SourceError(
            f"{name} is not a video that can be played, or it is damaged at its beginning; choose another file."
        ) from error
    if picture_stream(container) is None:
        container.close()
        raise SourceError(f"{name} holds no pictures, only sound; choose another file.")
    return container


def picture_stream(container: InputContainer) -> VideoStream | None:
    """Return the stream that is watched: the first that is no cover picture, None where there is none."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    return None
