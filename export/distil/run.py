"""From a full model and a heap of photos to the model folder of its live twin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lightning_fabric import Fabric

from core.alignment import CROP_SIZE
from core.blending import Blend
from core.catalogue import Kind, Manifest, Model
from core.errors import AnimirrorError, quoted
from core.generator import Generator
from core.runtime import Device
from export.build import Description, build
from export.distil.apprentice import Apprentice, DistilRecipe, Figures, evaluate
from export.distil.lessons import Lessons, prepare
from training import checkpoints
from training.loop import Ending, Loop, Plan
from training.networks.live import LiveGenerator
from training.runfolder import RunFolder

#: Where no folder of held-out photos is named, every so-manieth photo is held out.
HELD_OUT_EVERY = 20


class DistilError(AnimirrorError):
    """A teacher, or a run, that cannot be used."""


@dataclass(frozen=True, slots=True)
class Photos:
    """Folders of aligned photos: those to learn from, and those that only measure; without any, some are set aside.

    pairs: each has photo/ and cartoon/, and the cartoons are learnt in place of the teacher's drawings.
    """

    learnt: Sequence[Path]
    held_out: Sequence[Path] = ()
    pairs: bool = False


def distil(
    teacher: Model,
    photos: Photos,
    recipe: DistilRecipe,
    folder: RunFolder,
    tell: Callable[[str], None] = print,
    init: Path | None = None,
) -> Figures | None:
    """Train a student in ``folder``, where a run goes on; return how near it came to its teacher on held-out photos.

    A new run starts from the averaged weights of the checkpoint ``init``, or from random ones. Returns None when Ctrl-C
    ended it; everything that was drawn and learnt is on disk then.

    Raises:
        DistilError: the teacher's crops are of another size than live ones, or the run has another teacher.
        ModelError: the teacher is not a model that runs here.
        LessonsError: there are no photos.
        RunError: the losses are no numbers any more, or memory ran out.
    """
    teacher.verify()
    if teacher.manifest.size != CROP_SIZE:
        raise DistilError(
            f"{quoted(teacher.manifest.id)} draws crops of {teacher.manifest.size} pixels, and live models draw "
            f"{CROP_SIZE}; choose a teacher of that size."
        )
    settings = {**asdict(recipe), "teacher": teacher.manifest.id, "teacher_sha256": teacher.manifest.sha256}
    _same_teacher(folder, teacher)
    lessons = _lessons(teacher, photos, folder, tell)
    if lessons is None:
        return None
    learnt, held_out = lessons
    tell(f"{len(learnt)} photos to learn from, {len(held_out)} held out.")
    apprentice = Apprentice(recipe, learnt, held_out, folder.path)
    if init is not None and not folder.last.is_file():
        apprentice.start_from(init)
    plan = Plan(
        steps=recipe.steps,
        batch=recipe.batch,
        recipe=settings,
        save_every=recipe.save_every,
        draw_every=5 * recipe.save_every,
        measure_every=10 * recipe.save_every,
    )
    ending = Loop(apprentice, folder, plan, Fabric(accelerator="cpu", devices=1), tell).run()
    return None if ending is Ending.INTERRUPTED else evaluate(apprentice.average.network, held_out)


@dataclass(frozen=True, slots=True)
class Looks:
    """What a style is called and how its drawings meet the photo: the teacher's own, or that of the pairs."""

    name: dict[str, str]
    style: str
    blend: Blend

    @classmethod
    def of(cls, teacher: Model) -> Looks:
        """Those of ``teacher``."""
        return cls(teacher.manifest.name, teacher.manifest.style, teacher.manifest.blend)


def twin(
    teacher: Model,
    folder: RunFolder,
    out: Path,
    figures: Figures,
    photos: Path | None = None,
    looks: Looks | None = None,
) -> Manifest:
    """Export the run's student to the model folder ``out`` as the live twin of ``teacher``.

    ``looks`` are those of the pairs where it learnt from such.
    ``photos`` is a folder of photos to check the file on. Raises CheckpointError or ParityError.
    """
    looks = looks or Looks.of(teacher)
    description = Description(
        id=out.resolve().name,
        name=live_name(looks.name),
        style=looks.style,
        direction=teacher.manifest.direction,
        kind=Kind.LIVE,
        blend=looks.blend,
        licence=teacher.manifest.licence,
        metrics={
            "held_out_teacher": {
                **{name: round(value, 4) for name, value in asdict(figures).items()},
                "size": CROP_SIZE,
                "tool": "export distil; to the teacher's drawings; LPIPS v0.1 with VGG16; pictures in [-1, 1]",
            }
        },
    )
    return build(folder.last, out, description, crops=photos, architecture=LiveGenerator)


def live_name(full: dict[str, str]) -> dict[str, str]:
    """Return the names of a model's live twin."""
    marks = {"en": " (live)", "zh_TW": "（即時）"}
    return {language: f"{name}{marks.get(language, marks['en'])}" for language, name in full.items()}


def _lessons(
    teacher: Model, photos: Photos, folder: RunFolder, tell: Callable[[str], None]
) -> tuple[Lessons, Lessons] | None:
    generator = Generator(teacher, Device.AUTO)
    # Another teacher draws other things from the same photo.
    drawings = folder.path / f"{'pairs' if photos.pairs else 'drawings'}-{teacher.manifest.sha256[:12]}"
    held_out = prepare(photos.held_out, generator, drawings, tell, pairs=photos.pairs) if photos.held_out else None
    if photos.held_out and held_out is None:
        return None
    learnt = prepare(photos.learnt, generator, drawings, tell, pairs=photos.pairs)
    if learnt is None:
        return None
    return (learnt.without(held_out), held_out) if held_out else learnt.split(HELD_OUT_EVERY)


def _same_teacher(folder: RunFolder, teacher: Model) -> None:
    if not folder.last.is_file():
        return
    recipe = checkpoints.load_metadata(folder.last).get("recipe", {})
    if recipe.get("teacher_sha256") != teacher.manifest.sha256:
        raise DistilError(
            f"The run in {quoted(folder.path)} learns from another teacher ({recipe.get('teacher', 'none')}); choose "
            "another folder for this run."
        )
