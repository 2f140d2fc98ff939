"""The encoded part of a video in work, in pieces that outlive a cancelled or crashed run."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from core.video.encoders import Encoding, configure
from core.writing import failures_told, write_whole

#: Frames in one piece: as much as a crash may cost.
LENGTH = 150
_MANIFEST = "pieces.json"


class Segments:
    """Encoded frames in a folder, a piece at a time. Used by one thread.

    key: whatever must be equal for the pieces of an earlier run to be of use. ``size`` is the width and height of what
    was drawn first. All methods raise OutputError when the disk is full or gone.
    """

    def __init__(self, folder: Path, key: dict[str, Any]) -> None:
        self.folder = folder
        self.size: tuple[int, int] | None = None
        self._key = key
        self._pieces: list[dict[str, Any]] = []
        self._container: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._open: dict[str, Any] = {}
        with failures_told(folder / _MANIFEST):
            folder.mkdir(parents=True, exist_ok=True)
        self._recall()

    @property
    def last(self) -> int | None:
        """Time stamp of the last frame that is safe."""
        return int(self._pieces[-1]["last"]) if self._pieces else None

    @property
    def count(self) -> int:
        """How many frames are safe."""
        return sum(int(piece["frames"]) for piece in self._pieces)

    def write(self, frame: VideoFrame, duration: int, encoding: Encoding) -> None:
        """Encode a frame that is shown for ``duration`` ticks."""
        assert frame.pts is not None
        with failures_told(self.folder / _MANIFEST):
            if self._container is None:
                self._begin(encoding)
            self._mux(frame)
        self._open["frames"] += 1
        self._open |= {"last": frame.pts, "end": frame.pts + duration}
        if self._open["frames"] >= LENGTH:
            self.finish_piece()

    def finish_piece(self) -> None:
        """Make everything that was written safe."""
        if self._container is None:
            return
        with failures_told(self.folder / _MANIFEST):
            self._mux(None)
            self._container.close()
            self._container = None
            with (self.folder / self._open["file"]).open("rb+") as file:
                os.fsync(file.fileno())
        self._pieces.append(self._open)
        self._note()

    def abandon_piece(self) -> None:
        """Close the piece in work without keeping it, after a failure."""
        if self._container is not None:
            with suppress(OSError):
                self._container.close()
            self._container = None

    @property
    def end(self) -> int:
        """When the last frame that is safe ends, in ticks."""
        return int(self._pieces[-1]["end"])

    def packets(self) -> Iterator[Packet[VideoStream]]:
        """Yield every encoded frame in order."""
        for piece in self._pieces:
            with av.open(str(self.folder / piece["file"]), format="nut") as container:
                for packet in container.demux(container.streams.video[0]):
                    if packet.size:
                        yield packet

    @contextmanager
    def template(self) -> Iterator[VideoStream]:
        """Give the stream that the result's is to be made like; it lives as long as the ``with``."""
        with av.open(str(self.folder / self._pieces[0]["file"]), format="nut") as container:
            yield container.streams.video[0]

    def remove(self) -> None:
        """Delete the folder."""
        self.abandon_piece()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _begin(self, encoding: Encoding) -> None:
        name = f"{len(self._pieces):05d}.nut"
        self._container = av.open(str(self.folder / name), "w", format="nut")
        stream = self._container.add_stream(encoding.encoder, rate=encoding.rate)
        assert isinstance(stream, VideoStream)
        configure(stream.codec_context, encoding)
        stream.time_base = encoding.base
        self._stream = stream
        self._open = {"file": name, "frames": 0}

    def _mux(self, frame: VideoFrame | None) -> None:
        assert self._container is not None and self._stream is not None
        self._container.mux(self._stream.encode(frame))

    def _recall(self) -> None:
        """Take over the pieces of an earlier run where they fit and are whole; else begin anew."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            known = json.loads((self.folder / _MANIFEST).read_text(encoding="utf-8"))
            if known["key"] == json.loads(json.dumps(self._key)):
                for piece in known["pieces"]:
                    if (self.folder / piece["file"]).stat().st_size != piece["size"]:
                        break
                    self._pieces.append(piece)
                self.size = (int(known["size"][0]), int(known["size"][1]))

    def _note(self) -> None:
        for piece in self._pieces:
            piece.setdefault("size", (self.folder / piece["file"]).stat().st_size)
        content = {"key": self._key, "size": self.size, "pieces": self._pieces}
        write_whole(self.folder / _MANIFEST, json.dumps(content).encode())
