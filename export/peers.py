"""``python -m export peers``: our models and those of another project in one table, measured in one run.

The other project's files are fetched when wanted, and never shipped (AnimeGANv3, non-commercial). Times are of
``Session.run`` alone, on the CPU, the contestants taking turns, so that what else the machine does hits all alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.blending import Blend, blend
from core.catalogue import Direction, Model, load_catalogue, load_model_folder
from core.contract import Contract, Layout
from core.cores import usable_cores
from core.runtime import Device, installed_distributions, open_session
from export import one_run
from export.crops import crops_from, standard_folder
from training.verbs.numbers import at_least
from training.weights import Weights, fetch

PURPOSE = "Measure our models beside AnimeGANv3's: milliseconds, megabytes and peak memory, and a sheet to look at."
_PACKAGE = "hifilter==0.2.7"
_FOLDER = "hifilter/filters/models"
_LICENCE = "AnimeGANv3: non-commercial use only"
PEERS = {
    "tiny_Cute": Weights(
        _PACKAGE,
        f"{_FOLDER}/AnimeGANv3_tiny_Cute.onnx",
        2_452_590,
        "3ef02d6b2939a0e81621abc5beb0e741bb58654570033cd0e97f6b6ef37c1171",
        _LICENCE,
    ),
    "Hayao_36": Weights(
        _PACKAGE,
        f"{_FOLDER}/AnimeGANv3_Hayao_36.onnx",
        4_232_723,
        "95ba7b219073fd5b12f569bc38056ffd3019cf4caf15b1feb9f73d1286c9f69d",
        _LICENCE,
    ),
}
_PEER_SIDES = (256, 512)
_CELL = 256
_CAPTION = 34


@dataclass(frozen=True)
class Contestant:
    """A file that draws crops of ``side`` pixels.

    form: full, live, int8 or what else the file is. blend: how its drawing meets the photo where people see it.
    """

    name: str
    form: str
    path: Path
    contract: Contract
    side: int
    blend: Blend = Blend.COVER


@dataclass(frozen=True)
class Row:
    """What one contestant takes.

    milliseconds: median for one crop. cpu_milliseconds: the same, of all cores together, which other programs do not
    lengthen by making it wait. megabytes: of the file. peak_megabytes: of a process that draws once.
    """

    name: str
    form: str
    side: int
    milliseconds: float
    cpu_milliseconds: float
    megabytes: float
    peak_megabytes: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--models", type=Path, nargs="*", default=[], metavar="DIR", help="more model folders of ours")
    parser.add_argument("--rounds", type=at_least(1), default=10, help="runs of each, taking turns (default: 10)")
    parser.add_argument("--threads", type=at_least(1), default=usable_cores(), help="default: the usable cores")
    parser.add_argument("--crops", type=Path, metavar="DIR", help="photos for the sheet (default: insightface's)")
    parser.add_argument("--faces", type=at_least(1), default=3, help="photos on the sheet (default: 3)")
    parser.add_argument("--sheet", type=Path, default=Path("peers.png"), help="the contact sheet (default: peers.png)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Measure, write the sheet and print the table. Raises WeightsError, ModelError or ValueError."""
    models = [*load_catalogue().models.values(), *(load_model_folder(folder) for folder in options.models)]
    field = [*ours(models), *theirs()]
    photos = crops_from(options.crops or standard_folder(), count=options.faces, size=max(one.side for one in field))
    rows = measure(field, photos[0], options.rounds, options.threads)
    sheet(field, photos).save(options.sheet)
    setting = {
        "onnxruntime": ", ".join(installed_distributions().values()),
        "numpy": version("numpy"),
        "threads": options.threads,
        "rounds": options.rounds,
        "empty_process_megabytes": one_run_peak(None, options.threads),
    }
    if options.json:
        print(json.dumps({**setting, "sheet": str(options.sheet), "rows": [asdict(row) for row in rows]}, indent=2))
    else:
        print(table(rows))
        print("  ".join(f"{key} {value}" for key, value in setting.items()), f"sheet {options.sheet}", sep="\n")
    return 0


def ours(models: Sequence[Model]) -> list[Contestant]:
    """Return every form of our models that draw anime: the model itself and whatever other files lie in its folder."""
    found = []
    for model in models:
        manifest = model.manifest
        if manifest.direction is not Direction.A2B:
            continue
        for path in sorted(model.folder.glob("*.onnx"), key=lambda path: path != model.path):
            form = str(manifest.kind)
            if path != model.path:
                form += f" {path.stem.removeprefix(model.path.stem).strip('.-_') or path.stem}"
            found.append(Contestant(manifest.id, form, path, manifest.contract, manifest.size, manifest.blend.alone))
    return found


def theirs() -> list[Contestant]:
    """Return AnimeGANv3's generators at both sides. Raises WeightsError when they cannot be fetched."""
    field = []
    for name, weights in PEERS.items():
        path = fetch(weights)
        inner = open_session(path, Device.CPU).inner
        contract = Contract(
            input=inner.get_inputs()[0].name,
            output=inner.get_outputs()[0].name,
            attention=None,
            layout=Layout.NHWC,
            batch=1,
            free_size=True,
            multiple=16,
        )
        field += [Contestant(f"AnimeGANv3 {name}", "peer", path, contract, side) for side in _PEER_SIDES]
    return field


def measure(field: Sequence[Contestant], photo: NDArray[np.uint8], rounds: int, threads: int) -> list[Row]:
    """Let the ``field`` draw ``photo`` (S, S, 3) uint8 in turns, ``rounds`` times after one that does not count."""
    spent: dict[Contestant, list[tuple[float, float]]] = {contestant: [] for contestant in field}
    batches = {contestant: contestant.contract.pack(_fitted(photo, contestant.side)[None]) for contestant in field}
    for turn in range(rounds + 1):
        for contestant, batch in batches.items():
            session = open_session(contestant.path, Device.CPU, threads)
            started, worked = time.perf_counter(), time.process_time()
            session.run([contestant.contract.output], {contestant.contract.input: batch})
            if turn:
                times = time.perf_counter() - started, time.process_time() - worked
                spent[contestant].append(times)
    return [
        Row(
            one.name,
            one.form,
            one.side,
            round(1000 * statistics.median(wall for wall, _ in spent[one]), 1),
            round(1000 * statistics.median(work for _, work in spent[one]), 1),
            round(one.path.stat().st_size / 1e6, 1),
            one_run_peak(one, threads),
        )
        for one in field
    ]


def one_run_peak(contestant: Contestant | None, threads: int) -> float:
    """Return the peak memory in megabytes of a process that draws once; None for one that only gets ready to."""
    task: dict[str, object] = {"threads": threads}
    if contestant is not None:
        task |= {
            "path": str(contestant.path),
            "side": contestant.side,
            "contract": contestant.contract.model_dump(mode="json"),
        }
    command = [sys.executable, "-m", one_run.__name__, json.dumps(task)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return round(int(done.stdout) / 1e6, 1)


def table(rows: Sequence[Row]) -> str:
    """Lay the rows out for a terminal."""
    lines = [f"{'model':<22}{'form':<14}{'side':>5}{'ms a face':>11}{'CPU ms':>9}{'file MB':>9}{'peak MB':>9}"]
    lines += [
        f"{row.name:<22}{row.form:<14}{row.side:>5}{row.milliseconds:>11.1f}{row.cpu_milliseconds:>9.1f}"
        f"{row.megabytes:>9.1f}{row.peak_megabytes:>9.0f}"
        for row in rows
    ]
    return "\n".join(lines)


def sheet(field: Sequence[Contestant], photos: NDArray[np.uint8]) -> Image.Image:
    """Draw ``photos`` (N, S, S, 3) uint8, a row each, with every contestant, a column each, after the photo itself."""
    picture = Image.new("RGB", (_CELL * (len(field) + 1), _CAPTION + _CELL * len(photos)), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(12)
    for column, contestant in enumerate([None, *field]):
        caption = f"{contestant.name}\n{contestant.form}, {contestant.side}" if contestant else "photo"
        pen.text((column * _CELL + 6, 3), caption, fill="black", font=font)
        for row, photo in enumerate(photos):
            drawn = draw(contestant, photo) if contestant else photo
            cell = Image.fromarray(drawn).resize((_CELL, _CELL), Image.Resampling.LANCZOS)
            picture.paste(cell, (column * _CELL, _CAPTION + row * _CELL))
    return picture


def draw(contestant: Contestant, photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ``photo`` (S, S, 3) uint8 as the contestant draws it, at its own side, and as the app shows it."""
    contract = contestant.contract
    fitted = _fitted(photo, contestant.side)
    batch = contract.pack(fitted[None])
    (drawn,) = open_session(contestant.path, Device.CPU).run([contract.output], {contract.input: batch})
    return blend(fitted, np.asarray(contract.unpack(drawn)[0], dtype=np.uint8), contestant.blend)


def _fitted(photo: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(photo).resize((side, side), Image.Resampling.LANCZOS), dtype=np.uint8)
