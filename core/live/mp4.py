"""What is needed of the MP4 format (ISO/IEC 14496-12): where its boxes begin and end."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path


def cut_to_whole(path: Path) -> bool:
    """Cut off what was only half written at the end of a fragmented file, so that players meet no broken picture.

    Answers whether any fragment is whole. Raises OSError.
    """
    size = path.stat().st_size
    whole, fragments = 0, 0
    for kind, end in _boxes(path):
        if end > size:
            break
        # A fragment is a moof that describes the mdat after it.
        if kind != b"moof":
            whole = end
            fragments += kind == b"mdat"
    if 0 < whole < size:
        with path.open("r+b") as file:
            file.truncate(whole)
    return fragments > 0


def _boxes(path: Path) -> Iterator[tuple[bytes, int]]:
    """Yield type and end of each top-level box; the last one may end behind the file's end."""
    with path.open("rb") as file:
        start = 0
        while len(head := file.read(16)) >= 8:
            length, kind = struct.unpack(">I4s", head[:8])
            if length == 1 and len(head) == 16:
                (length,) = struct.unpack(">Q", head[8:])
            if length < 8:
                return
            start += length
            yield kind, start
            file.seek(start)
