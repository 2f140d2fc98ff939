"""Fitting the gender and age head to faces whose file names say both, and measuring it on people it never saw."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import AnimirrorError, FaceError, ImageError, quoted
from core.faces import FaceDetector
from core.images import load_picture
from training.prepare.choosing import ADULT
from training.prepare.duplicates import groups, same_person
from training.prepare.embedding import ArcFace
from training.prepare.head import Linear, with_constant
from training.prepare.work import each

#: AGE_GENDER_RACE_ID, as in UTKFace; gender 0 is a man, 1 a woman.
_LABELS = re.compile(r"(?P<age>\d{1,3})_(?P<gender>[01])_(?P<race>[0-4])_[^_]+")
RACES = ("White", "Black", "Asian", "Indian", "other")
#: Upper ends of the age bands that figures are told for.
BANDS = (20, 23, 26, 30, 40, 60, 120)

#: Ridge penalties, chosen on held-out faces.
_GENDER_RIDGE = 100.0
_AGE_RIDGE = 30.0
_LEAST_FACES = 50


@dataclass(frozen=True)
class LabelledFace:
    """A face's vector (512,) with its labels; vector is None where no face was found."""

    age: int
    woman: bool
    race: int
    vector: NDArray[np.float32] | None


class _Faces:
    def __init__(self) -> None:
        self._detector = FaceDetector(threads=1)
        self._identity = ArcFace(threads=1)

    def __call__(self, path: Path) -> LabelledFace:
        labels = _LABELS.match(path.name)
        assert labels is not None
        vector = None
        try:
            pixels = load_picture(path).pixels
            found = self._detector.detect(pixels)
            vector = self._identity.embed_face(pixels, found[0].landmarks) if found else None
        except (ImageError, FaceError):
            pass
        return LabelledFace(int(labels["age"]), labels["gender"] == "1", int(labels["race"]), vector)


class _Set(NamedTuple):
    vectors: NDArray[np.float32]
    ages: NDArray[np.float64]
    women: NDArray[np.bool_]
    races: NDArray[np.int64]

    def at(self, rows: NDArray[np.int64]) -> _Set:
        return _Set(self.vectors[rows], self.ages[rows], self.women[rows], self.races[rows])


def fit_head(
    folder: Path, held_out: float = 0.2, seed: int = 0, jobs: int = 0, tell: Callable[[str], None] = print
) -> Linear:
    """Fit the head to the faces in ``folder``, once without a share ``held_out`` of the people, which measures it.

    Raises AnimirrorError when there are too few labelled faces.
    """
    paths = sorted(path for path in folder.glob("*") if _LABELS.match(path.name))
    faces = [face for face in each(_Faces, (), paths, "faces", jobs) if face.vector is not None]
    if len(faces) < _LEAST_FACES:
        raise AnimirrorError(
            f"{quoted(folder)} has {len(faces)} labelled faces, and at least {_LEAST_FACES} are needed; their file "
            "names begin with AGE_GENDER_RACE_."
        )
    # In a fixed order, whichever process was faster.
    faces.sort(key=lambda face: (face.age, face.woman, face.race, _bytes(face)))
    everyone = _Set(
        np.stack([face.vector for face in faces if face.vector is not None]),
        np.array([face.age for face in faces], dtype=np.float64),
        np.array([face.woman for face in faces]),
        np.array([face.race for face in faces]),
    )
    learn, test = _split(everyone.vectors, held_out, seed)
    figures = measure(_fit(everyone.at(learn), {}), everyone.at(test))
    figures |= {"pictures": len(paths), "faces": len(faces), "youngest": int(everyone.ages.min())}
    for line in told(figures):
        tell(line)
    return _fit(everyone, figures)


def measure(head: Linear, test: _Set) -> dict[str, Any]:
    """Measure ``head`` on faces it was not fitted to."""
    woman, age = head.estimate(test.vectors)
    right = (woman >= 0.5) == test.women
    wrong_by = np.abs(age - test.ages)
    margin = float(wrong_by.mean())
    return {
        "held_out": len(right),
        "gender_accuracy": float(right.mean()),
        "gender_accuracy_by_race": {
            name: float(right[test.races == race].mean())
            for race, name in enumerate(RACES)
            if (test.races == race).any()
        },
        "age_error": margin,
        "ages": [
            {
                "from": low,
                "to": high,
                "faces": int(band.sum()),
                "error": float(wrong_by[band].mean()),
                "bias": float((age - test.ages)[band].mean()),
                "rejected": float((age[band] - margin < ADULT).mean()),
            }
            for low, high in zip((ADULT, *(upper + 1 for upper in BANDS[:-1])), BANDS, strict=True)
            if (band := (test.ages >= low) & (test.ages <= high)).any()
        ],
    }


def told(figures: dict[str, Any]) -> list[str]:
    """Tell the figures of :func:`measure`."""
    races = ", ".join(f"{name} {value:.1%}" for name, value in figures["gender_accuracy_by_race"].items())
    lines = [
        f"Gender: {figures['gender_accuracy']:.1%} right of {figures['held_out']} held-out faces ({races}).",
        f"Age: {figures['age_error']:.1f} years off on average.",
    ]
    lines += [
        f"  {band['from']:3d} to {band['to']:3d}: {band['faces']:3d} faces, {band['error']:4.1f} years off, "
        f"{band['bias']:+5.1f} on average; {band['rejected']:.0%} turned away by the rule for adults"
        for band in figures["ages"]
    ]
    lines.append(
        "All labelled faces are adults', so how many minors the rule lets through is not known; the youngest are "
        "estimated too old."
    )
    return lines


def _fit(faces: _Set, figures: dict[str, Any]) -> Linear:
    inputs = with_constant(faces.vectors)
    weights = {
        "gender": _logistic(inputs, faces.women.astype(np.float64), _GENDER_RIDGE),
        "age": _ridge(inputs, np.log(faces.ages), np.ones(len(inputs)), _AGE_RIDGE),
    }
    return Linear(weights, figures)


def _split(vectors: NDArray[np.float32], share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Part the rows so that nobody is on both sides."""
    person = np.array(groups(len(vectors), same_person(vectors)))
    order = np.random.default_rng(seed).permutation(np.unique(person))
    chosen = np.isin(person, order[: max(1, round(share * len(order)))])
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


def _ridge(
    inputs: NDArray[np.float64], wanted: NDArray[np.float64], weights: NDArray[np.float64], penalty: float
) -> NDArray[np.float64]:
    # The last column is the constant, which is not drawn to zero.
    penalties = np.diag(np.append(np.full(inputs.shape[1] - 1, penalty), 0.0))
    weighted = inputs * weights[:, None]
    return np.asarray(np.linalg.solve(weighted.T @ inputs + penalties, weighted.T @ wanted), dtype=np.float64)


def _logistic(inputs: NDArray[np.float64], wanted: NDArray[np.float64], penalty: float) -> NDArray[np.float64]:
    """Logistic regression by iteratively reweighted least squares."""
    found = np.zeros(inputs.shape[1])
    for _ in range(25):
        logits = inputs @ found
        probability = 1.0 / (1.0 + np.exp(-logits))
        weights = probability * (1.0 - probability) + 1e-6
        found = _ridge(inputs, logits + (wanted - probability) / weights, weights, penalty)
    return found


def _bytes(face: LabelledFace) -> bytes:
    return b"" if face.vector is None else face.vector.tobytes()
