"""``python -m export distil MODEL --data DIR...``: make the live twin of a full model."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import torch

from core import paths
from core.blending import Blend
from core.catalogue import Model, load_catalogue, load_model_folder
from core.cores import usable_cores
from export.distil.apprentice import DistilRecipe, Weights
from export.distil.run import DistilError, Looks, Photos, distil, twin
from export.distil.views import Variation
from training.closeup import FACE_WEIGHT, MOUTH_WEIGHT
from training.loop import INTERRUPTED
from training.runfolder import RunFolder
from training.verbs.numbers import positive

PURPOSE = (
    "Train a small generator that draws what MODEL draws, fast enough for a camera, and add it to the models. A run "
    "that is there goes on; Ctrl-C saves."
)

#: Of ``--faces``: the share of steps that look at eyes and mouth.
_FACES = 0.7


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    default = DistilRecipe()
    parser.add_argument("model", metavar="MODEL", help="id of an installed model, or a model folder")
    parser.add_argument("--data", type=Path, nargs="+", required=True, metavar="DIR", help="aligned photos, no labels")
    parser.add_argument(
        "--held-out", type=Path, nargs="+", default=[], metavar="DIR", help="photos to measure on (default: 1 in 20)"
    )
    parser.add_argument(
        "--pairs",
        action="store_true",
        help="each DIR has photo/ and cartoon/, as `training draw` writes them: learn these drawings; MODEL gives the "
        "terms and where to look. Name the style with --name, --style and --blend",
    )
    parser.add_argument("--name", help="of the style, in English (default: MODEL's)")
    parser.add_argument("--name-zh", help="in Traditional Chinese")
    parser.add_argument("--style", help='a few words, "TV anime"')
    parser.add_argument("--blend", type=Blend, choices=list(Blend), help="how drawings meet the photo, as for build")
    parser.add_argument("--run", type=Path, metavar="DIR", help="folder of the run (default: runs/MODEL-live)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="model folder (default: resources/models/MODEL-live)")
    parser.add_argument("--init", type=Path, metavar="CHECKPOINT", help="start from an earlier student's weights")
    parser.add_argument("--steps", type=int, default=default.steps, help=f"default: {default.steps}")
    parser.add_argument("--batch", type=int, default=default.batch, help=f"photos a step (default: {default.batch})")
    parser.add_argument("--learning-rate", type=float, default=default.learning_rate)
    parser.add_argument(
        "--faces",
        action="store_true",
        help="look at eyes and mouth above all: for drawings whose features follow from the photo's",
    )
    parser.add_argument(
        "--adversarial",
        type=positive,
        default=Weights().adversarial,
        help="weight of the discriminators that judge the last steps (default: %(default)s; 0: there are none)",
    )
    parser.add_argument(
        "--backdrops",
        type=float,
        metavar="SHARE",
        help="of white walls to replace (default: half for a model that draws ink, which leaves backdrops out)",
    )
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--threads", type=int, default=usable_cores())


def run(options: argparse.Namespace) -> int:
    """Train to the last step, export, and print what came out."""
    torch.set_num_threads(options.threads)
    # Numbers too small to matter slow a CPU down a hundred times.
    torch.set_flush_denormal(True)
    teacher = _teacher(options.model)
    identifier = f"{teacher.manifest.id}-live"
    if options.pairs and not (options.out and options.run):
        raise DistilError(
            f"With --pairs name --run and --out: {identifier} is the twin of {teacher.manifest.id} itself."
        )
    looks = _looks(options, teacher)
    folder = RunFolder(options.run or Path("runs") / identifier)
    out = options.out or paths.resources() / "models" / identifier
    figures = distil(
        teacher,
        Photos(options.data, options.held_out, options.pairs),
        _recipe(options, looks),
        folder,
        init=options.init,
    )
    if figures is None:
        print(f"Interrupted; saved in {folder.path}. The same command goes on.")
        return INTERRUPTED
    manifest = twin(teacher, folder, out, figures, looks=looks)
    print(
        f"{manifest.id} is in {out}: LPIPS to {teacher.manifest.id} {figures.lpips:.3f}, mean difference "
        f"{figures.l1:.3f} of [-1, 1], on {figures.count} held-out photos."
    )
    return 0


def _teacher(named: str) -> Model:
    return load_model_folder(Path(named)) if Path(named).is_dir() else load_catalogue().get(named)


def _looks(options: argparse.Namespace, teacher: Model) -> Looks:
    own = Looks.of(teacher)
    name = dict(own.name) if options.name is None else {"en": options.name}
    if options.name_zh is not None:
        name["zh_TW"] = options.name_zh
    return Looks(name, options.style or own.style, options.blend or own.blend)


def _recipe(options: argparse.Namespace, looks: Looks) -> DistilRecipe:
    drawn = options.pairs and looks.blend is not Blend.INK
    usual = 0.5 if drawn or looks.blend is Blend.INK else 0.0
    backdrop = usual if options.backdrops is None else options.backdrops
    plain = Variation()
    return dataclasses.replace(
        DistilRecipe(),
        steps=options.steps,
        batch=options.batch,
        learning_rate=options.learning_rate,
        faces=_FACES if options.faces else 0.0,
        weights=Weights(
            face=FACE_WEIGHT if options.faces else 0.0,
            mouth=MOUTH_WEIGHT if options.faces else 0.0,
            adversarial=options.adversarial,
        ),
        variation=dataclasses.replace(
            plain,
            backdrop=backdrop,
            drawn_backdrop=drawn,
            complexion=0.0 if drawn else 0.6 * backdrop,
            # Under too many lights a drawing's own colours mean nothing, and everybody gets the same.
            light=0.2 if drawn else plain.light,
            dark=0.05 if drawn else plain.dark,
            shade=0.4 if drawn else plain.shade,
        ),
        seed=options.seed,
    )
