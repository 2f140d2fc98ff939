"""``animirror convert``: pictures in, anime out, one line or one JSON object each."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core import facepacks
from core.background_matting import Matting
from core.catalogue import load_catalogue
from core.cli.inputs import expand
from core.converter import Conversion, Converter, Stopwatch, View
from core.errors import AnimirrorError, FaceError, OutputError, quoted
from core.faces import FaceDetector
from core.finishing import Finish
from core.generator import Generator
from core.handcrop import HandCrop
from core.images import load_picture
from core.naming import usual_name
from core.rendering import side_by_side
from core.runtime import Device
from core.saving import save_new_picture, save_picture
from core.views import Background


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="picture, folder or pattern")
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
    parser.add_argument("--intensity", type=_share, default=1.0, metavar="0..1", help="0: the photo, 1: the drawing")
    parser.add_argument("--attention", action="store_true", help="show where the model looked instead of its drawing")
    parser.add_argument(
        "--background",
        type=Background,
        choices=list(Background),
        default=Background.KEEP,
        help="behind the people; all but keep need a small network that is not part of Animirror (default: keep)",
    )
    parser.add_argument(
        "--leave-out",
        type=_places,
        default=frozenset(),
        metavar="N,...",
        help="faces that stay as they are with --view frame; 1 is the largest",
    )
    parser.add_argument(
        "--crop",
        type=_crop,
        metavar="X,Y,SIDE[,ANGLE]",
        help="draw this square instead of the faces: its centre, side (pixels) and turn (degrees)",
    )
    parser.add_argument("--side-by-side", action="store_true", help="put the original beside the result")
    parser.add_argument("--format", choices=("png", "jpg", "webp"), default="png", help="of the results (default: png)")
    parser.add_argument("--overwrite", action="store_true", help="replace results of an earlier run")
    parser.add_argument("--device", type=Device, choices=list(Device), default=Device.AUTO, help="default: auto")
    parser.add_argument(
        "--face-pack", default=facepacks.EMBEDDED, metavar="NAME", help="a pack that insightface downloaded, buffalo_l"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object for each input")


def _share(text: str) -> float:
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def _places(text: str) -> frozenset[int]:
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        numbers = [0]
    if min(numbers) < 1:
        raise argparse.ArgumentTypeError(f"{text} are not numbers of faces, such as 2 or 1,3")
    return frozenset(number - 1 for number in numbers)


def _crop(text: str) -> HandCrop:
    try:
        return HandCrop.parse(text)
    except FaceError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


@dataclass(frozen=True)
class Outcome:
    """What became of one input."""

    source: Path
    output: Path | None
    conversion: Conversion | None
    error: str | None
    milliseconds: dict[str, float]

    def as_json(self, provider: str | None) -> dict[str, Any]:
        """Return the documented JSON object."""
        faces = self.conversion.analysis.faces if self.conversion else ()
        return {
            "input": str(self.source),
            "output": str(self.output) if self.output else None,
            "faces": [{"box": [round(side, 1) for side in face.box], "score": round(face.score, 3)} for face in faces],
            "error": self.error,
            "notes": list(self.conversion.notes) if self.conversion else [],
            "provider": provider,
            "milliseconds": {stage: round(spent, 1) for stage, spent in self.milliseconds.items()},
        }

    def as_line(self) -> str:
        """Return a line for people."""
        if self.error or self.conversion is None:
            return f"{self.source}: {self.error}"
        notes = "".join(f" ({note})" for note in self.conversion.notes)
        return f"{self.source} -> {self.output}{notes}"


def run(options: argparse.Namespace) -> int:
    """Convert every input; return 0 only if each one worked."""
    show = _printer(options.json)
    make = _Maker(options)
    outcomes = 0
    failures = 0
    for source in expand(options.inputs, options.out):
        outcome = make(source)
        show(outcome, make.provider)
        outcomes += 1
        failures += outcome.error is not None
    if outcomes == 0:
        raise AnimirrorError(
            "There is no picture in what was named; folders are searched for pictures by their ending."
        )
    return 1 if failures else 0


def _printer(as_json: bool) -> Callable[[Outcome, str | None], None]:
    def show(outcome: Outcome, provider: str | None) -> None:
        if as_json:
            print(json.dumps(outcome.as_json(provider)), flush=True)
        else:
            print(outcome.as_line(), file=sys.stderr if outcome.error else sys.stdout, flush=True)

    return show


def _beside_original(conversion: Conversion) -> Conversion:
    alpha = conversion.alpha
    if alpha is not None:
        original = conversion.analysis.picture.alpha
        whole = np.full_like(alpha, 255) if original is None else original
        alpha = np.hstack((whole, alpha))
    return replace(conversion, pixels=side_by_side(conversion.before, conversion.pixels), alpha=alpha)


class _Maker:
    """Turns one input into one outcome; the detector and the model are loaded for the first picture that is read."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._model = load_catalogue().get(options.model)
        self._converter: Converter | None = None
        self._finish = Finish(
            intensity=options.intensity,
            attention=options.attention,
            left_out=options.leave_out,
            background=options.background,
        )
        # Told before the first picture is read, and not for each.
        self._matting = None if options.background is Background.KEEP else Matting.installed()
        self._written: set[Path] = set()
        try:
            options.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"The folder {quoted(options.out)} cannot be made: {error.strerror}.") from error

    @property
    def provider(self) -> str | None:
        """The execution provider in use, once the model is loaded."""
        return self._converter.generator.session.provider if self._converter else None

    def __call__(self, source: Path) -> Outcome:
        watch = Stopwatch()
        try:
            with watch.stage("decode"):
                picture = load_picture(source)
            with watch.stage("load"):
                converter = self._loaded()
            options = self._options
            conversion = converter.convert(
                picture, options.view, options.centre, watch=watch, finish=self._finish, crop=options.crop
            )
            if options.side_by_side:
                conversion = _beside_original(conversion)
            with watch.stage("save"):
                output = self._save(source, conversion)
        except AnimirrorError as error:
            return Outcome(source, None, None, str(error), watch.milliseconds)
        except MemoryError:
            return Outcome(
                source, None, None, f"{quoted(source)} is too large for the memory left.", watch.milliseconds
            )
        return Outcome(source, output, conversion, None, watch.milliseconds)

    def _loaded(self) -> Converter:
        if self._converter is None:
            self._model.verify()
            detector = FaceDetector(facepacks.find(self._options.face_pack))
            self._converter = Converter(detector, Generator(self._model, self._options.device), self._matting)
            fallback = self._converter.generator.session.fallback
            if fallback:
                print(f"animirror: {fallback}", file=sys.stderr)
        return self._converter

    def _save(self, source: Path, conversion: Conversion) -> Path:
        stem, suffix = f"{source.stem} {self._model.manifest.id}", f".{self._options.format}"
        picture = conversion.analysis.picture
        # What an earlier run left may be replaced, what this one has made may not: two folders can hold equal names.
        if self._options.overwrite:
            stems = itertools.chain((stem,), (f"{stem} ({number})" for number in itertools.count(2)))
            paths = (usual_name(self._options.out, name, suffix) for name in stems)
            path = next(path for path in paths if path not in self._written)
            self._written.add(path)
            save_picture(path, conversion.pixels, alpha=conversion.alpha, exif=picture.exif)
            return path
        return save_new_picture(
            self._options.out, stem, suffix, conversion.pixels, alpha=conversion.alpha, exif=picture.exif
        )
