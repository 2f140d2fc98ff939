"""``python -m training prepare``: from raw pictures to training crops."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core.alignment import CROP_SIZE
from core.errors import AnimirrorError
from training.prepare.attributes import OWN, best_estimator, open_estimator
from training.prepare.choosing import Filters, Gender
from training.prepare.cutting import Background, Cut
from training.prepare.head import load
from training.prepare.looking import Domain, Way
from training.prepare.pipeline import Wishes, prepare
from training.prepare.work import cores
from training.verbs.numbers import at_least, finite, positive, share

INTERRUPTED = 130
#: Side of the smallest crop that is worth its name, in pixels.
LEAST_SIZE = 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    wanted, cut = Filters(), Cut()
    parser.add_argument("sources", type=Path, nargs="+", metavar="SRC", help="folders or pictures")
    parser.add_argument("--out", type=Path, required=True, help="folder for trainA and testA (anime: trainB and testB)")
    parser.add_argument("--domain", type=Domain, choices=list(Domain), default=Domain.PHOTO)
    parser.add_argument(
        "--as-is",
        action="store_true",
        help="portraits that are frontal already: keep their framing and background; the filters still apply",
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="delete what an earlier run made in --out from other files than SRC (otherwise that is an error)",
    )
    choose = parser.add_argument_group("which faces")
    choose.add_argument("--gender", type=Gender, choices=list(Gender), default=wanted.gender, help=_default())
    choose.add_argument("--certainty", type=share, default=wanted.certainty, help="of the gender, " + _default())
    choose.add_argument("--min-age", type=finite, help="estimated years")
    choose.add_argument("--max-age", type=finite, help="estimated years")
    choose.add_argument(
        "--age-margin",
        type=positive,
        help="years; a face whose estimated age less this is below 18 is never used (default: the estimator's error)",
    )
    choose.add_argument(
        "--min-eyes", type=positive, default=wanted.least_eye_distance, help="pixels between the eyes, " + _default()
    )
    choose.add_argument(
        "--min-sharpness",
        type=positive,
        help=f"default {wanted.least_sharpness:g}; 0 for anime, whose plain areas are no want of focus",
    )
    choose.add_argument("--max-yaw", type=positive, default=wanted.most_yaw, help="degrees turned aside, " + _default())
    choose.add_argument(
        "--min-coverage",
        type=share,
        default=wanted.least_coverage,
        help="share of the crop that has to lie inside the picture, " + _default(),
    )
    choose.add_argument(
        "--estimator",
        help=f'of gender and age: an insightface pack with genderage.onnx, or "{OWN}" for Animirror\'s own head '
        "(default: a pack where there is one)",
    )
    how = parser.add_argument_group("how they are cut")
    how.add_argument(
        "--background",
        type=Background,
        choices=list(Background),
        help="default: vary; keep for anime and --as-is",
    )
    how.add_argument(
        "--variants", type=at_least(1), default=cut.variants, help="pictures of a face, each on another backdrop"
    )
    how.add_argument("--size", type=at_least(LEAST_SIZE), default=CROP_SIZE, help="side in pixels, " + _default())
    how.add_argument("--format", choices=("png", "webp", "jpg"), default="png", help=_default())
    parser.add_argument("--test", type=share, default=0.05, help="share that is held out, " + _default())
    parser.add_argument("--seed", type=at_least(0), default=0, help="draws test pictures and backdrops, " + _default())
    parser.add_argument(
        "--jobs", type=at_least(1), default=cores(), help="processes (default: one a core, here %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Prepare the pictures and print what became of them."""
    photos = options.domain is Domain.PHOTO
    raw = photos and not options.as_is
    way = Way(options.domain, options.as_is, (options.estimator or best_estimator()) if photos else "")
    cut = Cut(
        size=options.size,
        background=options.background or (Background.VARY if raw else Background.KEEP),
        variants=options.variants,
        suffix=f".{options.format}",
        seed=options.seed,
        bars=raw,
    )
    if cut.variants > 1 and cut.background is not Background.VARY:
        raise AnimirrorError("Several variants of a face differ in nothing but the backdrop; add --background vary.")
    filters = Filters(
        gender=options.gender,
        certainty=options.certainty,
        youngest=options.min_age,
        oldest=options.max_age,
        age_margin=_margin(options, way.estimator),
        least_eye_distance=options.min_eyes,
        least_sharpness=_sharpness(options),
        most_yaw=options.max_yaw,
        least_coverage=options.min_coverage,
    )
    wishes = Wishes(
        options.sources, options.out, way, filters, cut, options.test, options.seed, options.jobs, options.replace
    )
    if photos:
        print(
            f"Gender and age are estimates of {_estimator_in_words(way.estimator)}; {filters.age_margin:.1f} years are "
            "taken off an age before it is held against 18. Look at the contact sheets before you train."
        )
    try:
        print(prepare(wishes))
    except KeyboardInterrupt:
        print("training: stopped; the same command goes on from here.", file=sys.stderr)
        return INTERRUPTED
    print(f"The pictures, {options.domain}.manifest.csv and the contact sheets are in {options.out}.")
    return 0


def _margin(options: argparse.Namespace, estimator: str) -> float:
    if options.age_margin is not None:
        return float(options.age_margin)
    return open_estimator(estimator, threads=1).age_error if estimator else 0.0


def _sharpness(options: argparse.Namespace) -> float:
    if options.min_sharpness is not None:
        return float(options.min_sharpness)
    return Filters().least_sharpness if options.domain is Domain.PHOTO else 0.0


def _estimator_in_words(name: str) -> str:
    if name != OWN:
        return f"the face pack {name}"
    figures = load().figures
    return (
        f"Animirror's own head ({figures['gender_accuracy']:.0%} of genders right and ages {figures['age_error']:.1f} "
        "years off on average over held-out adults; how it does on minors is not known)"
    )


def _default() -> str:
    return "default %(default)s"
