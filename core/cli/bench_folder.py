"""Measure how much faster a folder is converted on the line than with one stage after another."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from core.background_matting import Matting
from core.catalogue import Model
from core.cli.inputs import expand
from core.cores import usable_cores
from core.errors import AnimirrorError
from core.faces import FaceDetector
from core.generator import Generator
from core.live.loading import load_generator, once
from core.queue import Kind, Outcome, PhotoLine, PhotoTask, Tools, kind_of
from core.queue.line import drawing_threads, session_threads
from core.queue.photo import Photo
from core.runtime import CPU, Device
from core.views import View
from core.writing import Destination

#: Seconds between two looks at the memory.
_LOOK = 0.05


@dataclass(frozen=True)
class FolderReport:
    """The documented JSON object of ``bench --folder``. Seconds where no other unit is named; memory in MiB.

    stages: what each took for all photos, one after another, each on all cores as far as it can use them. one_by_one:
    their sum. line: how long the same photos took on the line. speedup: one_by_one / line. busy: share of the cores'
    time that the line used; where it is well below 1, the machine does something else and the speedup says little.
    processor: seconds of processor time that each way took. memory: resident before, and the most while the line ran.
    """

    model: str
    provider: str
    cores: int
    folder: str
    photos: int
    failed: int
    megapixels: float
    faces: int
    view: str
    stages: dict[str, float]
    one_by_one: float
    line: float
    speedup: float
    busy: float
    processor: dict[str, float]
    photos_per_second: float
    drawing_threads: int
    memory: dict[str, float]

    def table(self) -> str:
        """Return lines for people."""
        spent = ", ".join(f"{name} {seconds:.1f}" for name, seconds in self.stages.items())
        return "\n".join(
            [
                f"model     {self.model} on {self.provider}, {self.cores} cores",
                f"folder    {self.photos} photos ({self.failed} failed), {self.megapixels:.0f} megapixels, "
                f"{self.faces} faces, view {self.view}",
                f"stages    {spent} s; one after another {self.one_by_one:.1f} s",
                f"line      {self.line:.1f} s, {self.photos_per_second:.2f} photos a second, "
                f"{self.speedup:.2f} times as fast, {100 * self.busy:.0f} % of the cores in use",
                "memory    " + ", ".join(f"{name} {size:.0f} MiB" for name, size in self.memory.items()),
            ]
        )


def measure_folder(folder: Path, model: Model, device: Device, view: View) -> FolderReport:
    """Convert the photos in ``folder`` twice into a folder that is deleted. Raises AnimirrorError."""
    with tempfile.TemporaryDirectory() as place:
        sources = [path for path in expand([str(folder)], Path(place)) if kind_of(path) is Kind.PHOTO]
        if not sources:
            raise AnimirrorError("There is no photo in that folder; choose another one.")
        alone = load_generator(model, device)
        spent = time.process_time()
        stages, faces, pixels = _one_by_one(_tasks(sources, Path(place) / "one", view), alone)
        processor = {"one_by_one": time.process_time() - spent}
        shared = alone if alone.session.provider != CPU else Generator(model, device, session_threads())
        shared.run(np.zeros((1, shared.size, shared.size, 3), np.uint8))
        tools = Tools(lambda: FaceDetector(threads=1), once(lambda: shared))
        outcomes: list[Outcome] = []
        with _Memory() as memory:
            begun, spent = time.perf_counter(), time.process_time()
            PhotoLine(tools).run(_tasks(sources, Path(place) / "line", view), outcomes.append)
            line, processor["line"] = time.perf_counter() - begun, time.process_time() - spent
    whole = sum(stages.values())
    return FolderReport(
        model=model.manifest.id,
        provider=alone.session.provider,
        cores=usable_cores(),
        folder=folder.name,
        photos=len(sources),
        failed=sum(outcome.error is not None for outcome in outcomes),
        megapixels=pixels / 1e6,
        faces=faces,
        view=str(view),
        stages=stages,
        one_by_one=whole,
        line=line,
        speedup=whole / line,
        busy=processor["line"] / (line * usable_cores()),
        processor=processor,
        photos_per_second=len(sources) / line,
        drawing_threads=drawing_threads(),
        memory={"start": memory.start, "peak": memory.peak},
    )


def _tasks(sources: Iterable[Path], folder: Path, view: View) -> list[PhotoTask]:
    return [PhotoTask(source, Destination(folder, source.stem), view=view) for source in sources]


def _one_by_one(tasks: list[PhotoTask], generator: Generator) -> tuple[dict[str, float], int, int]:
    """Return the seconds of each stage, the faces and the pixels."""
    detector = FaceDetector()
    stages: dict[str, float] = {}
    faces = pixels = 0
    for task in tasks:
        photo = Photo(task)
        try:
            pixels += photo.size()
            photo.read(detector, generator)
            crops = photo.crops
            for start in range(0, len(crops), generator.together):
                begun = time.perf_counter()
                styled = generator.run(crops[start : start + generator.together], attention=False)
                photo.take(styled, generator, 1000 * (time.perf_counter() - begun))
            faces += len(photo.write(Matting.installed).faces)
        except AnimirrorError:  # counted on the line
            pass
        for stage, spent in photo.watch.milliseconds.items():
            stages[stage] = stages.get(stage, 0.0) + spent / 1000
    return stages, faces, pixels


class _Memory:
    """Watches the resident memory of this process, in MiB."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.start = self.peak = self._now()

    def __enter__(self) -> _Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _now(self) -> float:
        return float(self._process.memory_info().rss) / 2**20

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK):
            self.peak = max(self.peak, self._now())
