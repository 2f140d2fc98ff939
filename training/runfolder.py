"""A run's folder: checkpoints, the log of every step, pictures.

``last.safetensors`` is where the run goes on; ``best.safetensors`` is the one that measured best;
``checkpoints/000500.safetensors`` are the last few. ``stats.jsonl`` has a line a step.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from training import checkpoints

LAST = "last.safetensors"
BEST = "best.safetensors"
STATS = "stats.jsonl"


class RunFolder:
    """The files of one run; nothing is written before there is something to write."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def last(self) -> Path:
        """The checkpoint that the run goes on from."""
        return self.path / LAST

    @property
    def best(self) -> Path:
        """The checkpoint that measured best so far."""
        return self.path / BEST

    def numbered(self) -> list[Path]:
        """The kept checkpoints, oldest first."""
        return sorted((self.path / "checkpoints").glob("*.safetensors"))

    def save(self, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any], keep: int) -> None:
        """Write the last checkpoint and keep it under its step, too; of those the newest ``keep`` stay."""
        checkpoints.save(self.last, tensors, metadata)
        if keep:
            _same_file(self.last, self.path / "checkpoints" / f"{metadata['step']:06d}.safetensors")
            for outdated in self.numbered()[:-keep]:
                outdated.unlink()

    def mark_best(self) -> None:
        """Make the last checkpoint the best one."""
        _same_file(self.last, self.best)

    def log(self, lines: Iterable[Mapping[str, float]]) -> None:
        """Append lines to the log."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / STATS).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(dict(line)) + "\n" for line in lines)

    def forget_after(self, step: int) -> None:
        """Drop the log's lines past ``step``, which a run that goes on from there will write again."""
        path = self.path / STATS
        if not path.is_file():
            return
        kept = "".join(json.dumps(line) + "\n" for line in read_stats(path) if line["step"] <= step)
        partial = path.with_name(f"{STATS}.part")
        partial.write_text(kept, encoding="utf-8")
        partial.replace(path)


def read_stats(path: Path) -> Iterator[dict[str, float]]:
    """Yield the lines of a log; a last line that was cut off by a crash is left out."""
    with path.open(encoding="utf-8") as file:
        for text in file:
            try:
                yield json.loads(text)
            except json.JSONDecodeError:
                return


def _same_file(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where the disk knows no second names; atomic."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.part")
    partial.unlink(missing_ok=True)
    try:
        os.link(source, partial)
    except OSError:
        shutil.copyfile(source, partial)
    partial.replace(target)
