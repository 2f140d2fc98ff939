"""Gender and age from who is on a picture: two linear models on ArcFace's vector of the bare face.

For people without one of insightface's packs, which bring a network for it. The face is cut out of its surroundings
first: labelled pictures are often cropped tightly, and a model that sees the edge learns the edge.

The labelled faces are all adults'. How many minors the age rule lets through can therefore not be measured, only how
many adults it turns away; and since a regression draws its estimates towards the middle, the youngest are estimated
too old. The margin on the age has to make up for both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from core.errors import AnimirrorError, quoted
from core.saving import write_whole
from training.prepare.embedding import LENGTH, ArcFace

#: Our own weights; training.prepare.headfit made them.
FILE = Path(__file__).with_name("genderage.safetensors")

_WEIGHTS = ("gender", "age")
_FIGURES = "figures"


class HeadError(AnimirrorError):
    """The file of weights is missing or damaged."""


class Linear:
    """The two models. ``weights`` has "gender" and "age", each (LENGTH + 1,): coefficients and the constant."""

    def __init__(self, weights: Mapping[str, NDArray[np.floating]], figures: Mapping[str, Any]) -> None:
        self._gender, self._age = (np.asarray(weights[name], dtype=np.float64) for name in _WEIGHTS)
        self.figures = figures

    def estimate(self, vectors: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the probability of a woman (N,) and the age in years (N,) for unit vectors (N, LENGTH)."""
        inputs = with_constant(vectors)
        return 1.0 / (1.0 + np.exp(-inputs @ self._gender)), np.exp(inputs @ self._age)

    def save(self, path: Path) -> None:
        """Write the models and the figures measured of them. Raises OutputError."""
        arrays = {"gender": self._gender.astype(np.float32), "age": self._age.astype(np.float32)}
        write_whole(path, save(arrays, {_FIGURES: json.dumps(dict(self.figures))}))


def load(path: Path = FILE) -> Linear:
    """Read the models. Raises HeadError."""
    try:
        with safe_open(path, framework="np") as file:
            weights = {name: file.get_tensor(name) for name in _WEIGHTS}
            figures = json.loads((file.metadata() or {})[_FIGURES])
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise HeadError(
            f"{quoted(path)}, which estimates gender and age, cannot be read ({error}); install Animirror again, or "
            "make it anew with: python -m training prepare-head FOLDER-OF-LABELLED-FACES"
        ) from error
    return Linear(weights, figures)


class Head:
    """The models with the network below them. Raises HeadError or WeightsError."""

    def __init__(self, threads: int = 0) -> None:
        self._linear = load()
        self._identity = ArcFace(threads)

    @property
    def age_error(self) -> float:
        """Mean absolute error of the age in years, over held-out adults."""
        return float(self._linear.figures["age_error"])

    def estimate(self, pixels: NDArray[np.uint8], landmarks: NDArray[np.floating]) -> tuple[float, float]:
        """Return the probability of a woman and the age in years for one face; raises FaceError for bad landmarks."""
        woman, age = self._linear.estimate(self._identity.embed_face(pixels, landmarks)[None])
        return float(woman[0]), float(age[0])


def with_constant(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """Scale unit vectors (N, LENGTH) to unit variance and add a column of ones."""
    return np.concatenate((vectors.astype(np.float64) * np.sqrt(LENGTH), np.ones((len(vectors), 1))), axis=1)
