"""``animirror convert``: pictures and videos in, anime out, one line or one JSON object each."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from core import facepacks
from core.background_matting import Matting
from core.catalogue import load_catalogue
from core.cli.choices import add_choices, chosen_finish
from core.cli.inputs import expand
from core.cli.numbers import real, whole
from core.errors import AnimirrorError, OutputError, quoted
from core.faces import Face, FaceDetector
from core.generator import Generator
from core.live.loading import load_detector, once
from core.naming import free_name, result_stem
from core.queue import Kind, Outcome, PhotoLine, PhotoTask, Tools, kind_of
from core.queue.line import session_threads
from core.queue.work import suffix_of_moving
from core.runtime import CPU, Device
from core.settings import PictureFormat
from core.video import MovingDrawer, VideoOptions, convert_animation, convert_video
from core.views import Background, View
from core.writing import Destination


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="picture, video, folder or pattern")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the results")
    parser.add_argument(
        "--model", metavar="ID", help="which model (default: the first full one); `animirror models` lists them"
    )
    parser.add_argument(
        "--view",
        type=View,
        choices=list(View),
        default=View.PORTRAIT,
        help="portrait: the largest face; frame: the whole picture with its faces drawn (default: portrait)",
    )
    parser.add_argument("--centre", "--center", action="store_true", help="without a face, draw the picture's centre")
    parser.add_argument(
        "--format", type=PictureFormat, choices=list(PictureFormat), default=PictureFormat.PNG, help="default: png"
    )
    parser.add_argument("--quality", type=whole(1, 100), default=95, metavar="N", help="1 to 100 (default: 95)")
    parser.add_argument(
        "--name", default="{name} {style}", metavar="PATTERN", help='of the results (default: "{name} {style}")'
    )
    add_choices(parser)
    parser.add_argument("--keep-gps", action="store_true", help="let results tell where they were taken")
    parser.add_argument("--start", type=real(0, 1e9), metavar="SECONDS", help="of videos: where to begin")
    parser.add_argument("--end", type=real(0, 1e9), metavar="SECONDS", help="of videos: where to end")
    parser.add_argument("--overwrite", action="store_true", help="replace results of an earlier run")
    parser.add_argument("--device", type=Device, choices=list(Device), default=Device.AUTO, help="default: auto")
    parser.add_argument(
        "--face-pack", default=facepacks.EMBEDDED, metavar="NAME", help="a pack that insightface downloaded, buffalo_l"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object for each file")


@dataclass(frozen=True)
class Told:
    """What became of one input, as it is printed."""

    source: Path
    output: Path | None
    error: str | None
    faces: tuple[Face, ...] = ()
    notes: tuple[str, ...] = ()
    milliseconds: dict[str, float] = field(default_factory=dict)

    def as_json(self, provider: str | None) -> dict[str, Any]:
        """Return the documented JSON object."""
        return {
            "input": str(self.source),
            "output": str(self.output) if self.output else None,
            "faces": [
                {"box": [round(side, 1) for side in face.box], "score": round(face.score, 3)} for face in self.faces
            ],
            "error": self.error,
            "notes": list(self.notes),
            "provider": provider,
            "milliseconds": {stage: round(spent, 1) for stage, spent in self.milliseconds.items()},
        }

    def as_line(self) -> str:
        """Return a line for people."""
        if self.error:
            return f"{self.source}: {self.error}"
        return f"{self.source} -> {self.output}{''.join(f' ({note})' for note in self.notes)}"


def run(options: argparse.Namespace) -> int:
    """Convert every input; return 0 only if each one worked."""
    try:
        work = _Work(options)
        sources = expand(options.inputs, options.out)
        if not sources:
            raise AnimirrorError(
                "There is no picture in what was named; folders are searched for pictures by their ending."
            )
    except AnimirrorError as error:
        # Who reads objects finds one for everything that was named, also where nothing could be begun.
        for word in options.inputs if options.json else ():
            print(json.dumps(Told(Path(word), None, str(error)).as_json(None)), flush=True)
        raise
    return 1 if work.convert(sources) else 0


class _Work:
    """Converts the inputs of one run; the model is loaded for the first that can be read."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._model = load_catalogue().get(options.model)
        self._generator: Callable[[], Generator] = once(self._load)
        self._matting: Callable[[], Matting] = once(Matting.installed)
        self._moving_detector = once(load_detector)
        self._provider: str | None = None
        self._begun = datetime.now().astimezone()
        self._written: set[Path] = set()
        self._sources: set[str] = set()
        self._failures = 0
        if options.background is not Background.KEEP:
            # Told before the first picture is read, and not for each.
            self._matting()
        try:
            options.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"The folder {quoted(options.out)} cannot be made: {error.strerror}.") from error

    def convert(self, sources: list[Path]) -> int:
        """Convert ``sources`` and tell of each in their order; returns how many failed."""
        self._sources = {os.path.realpath(source) for source in sources}
        for kind, group in itertools.groupby(sources, key=kind_of):
            if kind is Kind.PHOTO:
                self._convert_photos(list(group))
            else:
                for source in group:
                    self._show(self._convert_moving(source, kind))
        return self._failures

    def _convert_photos(self, sources: list[Path]) -> None:
        order: list[PhotoTask] = []
        ready: dict[int, Outcome] = {}

        def tasks() -> Iterator[PhotoTask]:
            for source in sources:
                order.append(self._task(source))
                yield order[-1]

        shown = itertools.count()
        following = next(shown)

        def done(outcome: Outcome) -> None:
            nonlocal following
            # Whichever photo is ready first, they are told of in the order in which they were named.
            ready[id(outcome.task)] = outcome
            while following < len(order) and (found := ready.pop(id(order[following]), None)) is not None:
                following = next(shown)
                error = None if found.error is None else str(found.error)
                self._show(Told(found.task.source, found.path, error, found.faces, found.notes, found.milliseconds))

        tools = Tools(self._detector, self._generator, self._matting)
        PhotoLine(tools).run(tasks(), done)

    def _task(self, source: Path) -> PhotoTask:
        options = self._options
        return PhotoTask(
            source,
            self._destination(source, f".{options.format}"),
            f".{options.format}",
            options.view,
            chosen_finish(options),
            options.centre,
            options.quality,
            options.keep_gps,
            crop=options.crop,
            beside=options.side_by_side,
        )

    def _convert_moving(self, source: Path, kind: Kind) -> Told:
        options = self._options
        try:
            drawer = MovingDrawer(
                self._moving_detector(),
                self._generator(),
                options.view,
                options.intensity,
                background=options.background,
                matting=self._matting,
            )
            destination = self._destination(source, suffix_of_moving(source, kind))
            if kind is Kind.ANIMATION:
                made = convert_animation(source, destination, drawer, options.quality, options.keep_gps)
                return Told(source, made.path, None, notes=made.notes)
            wanted = VideoOptions(options.quality, options.start, options.end, options.keep_gps)
            film = convert_video(source, destination, drawer, wanted)
            return Told(source, film.path, None, notes=film.notes)
        except AnimirrorError as error:
            return Told(source, None, str(error))
        except MemoryError:
            return Told(source, None, f"{quoted(source)} is too large for the memory left.")

    def _show(self, told: Told) -> None:
        self._failures += told.error is not None
        if self._options.json:
            print(json.dumps(told.as_json(self._provider)), flush=True)
        else:
            print(told.as_line(), file=sys.stderr if told.error else sys.stdout, flush=True)

    def _detector(self) -> FaceDetector:
        return FaceDetector(facepacks.find(self._options.face_pack), threads=1)

    def _load(self) -> Generator:
        self._model.verify()
        generator = Generator(self._model, self._options.device, session_threads())
        if generator.session.provider != CPU:
            generator = Generator(self._model, self._options.device)
        if generator.session.fallback:
            print(f"animirror: {generator.session.fallback}", file=sys.stderr)
        self._provider = generator.session.provider
        return generator

    def _destination(self, source: Path, suffix: str) -> Destination:
        stem = result_stem(self._options.name, source, self._model.manifest.id, self._begun)
        replace = self._options.overwrite

        def taken(path: Path) -> bool:
            # What an earlier run left may be replaced; what this one makes may not, since two folders can hold equal
            # names, and neither may what it draws.
            if path in self._written or os.path.realpath(path) in self._sources:
                return True
            return not replace and os.path.lexists(path)

        # Names are given in the order of the inputs, whichever is ready first.
        target = free_name(self._options.out, stem, suffix, taken)
        self._written.add(target)
        return Destination(self._options.out, target.name.removesuffix(suffix), replace)
