"""Gender and age of a face: by insightface's own network where the user has it, by a small head of ours elsewhere."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from core import facepacks
from core.errors import FaceError, quoted
from core.faces import Face
from core.runtime import Device, open_session
from training.prepare.head import Head

GENDERAGE = "genderage.onnx"
#: Years; insightface publishes no figure for its network, so this is what is usual for one of its kind.
PACK_AGE_ERROR = 6.0
#: Name of our own head where an estimator is chosen by name.
OWN = "own"


class Attributes(NamedTuple):
    """woman: probability, 0 to 1; age: years, estimated."""

    woman: float
    age: float


class Estimator(Protocol):
    """Estimates gender and age; ``name`` says which one made a figure, ``age_error`` by how many years it errs."""

    name: str
    age_error: float

    def __call__(self, pixels: NDArray[np.uint8], face: Face) -> Attributes:
        """Look at ``face`` in ``pixels`` (H, W, 3) RGB."""
        ...


class OwnHead:
    """The head in this package."""

    def __init__(self, threads: int = 0) -> None:
        self.name = OWN
        self._head = Head(threads)
        self.age_error = self._head.age_error

    def __call__(self, pixels: NDArray[np.uint8], face: Face) -> Attributes:
        """Look at ``face`` in ``pixels`` (H, W, 3) RGB."""
        woman, age = self._head.estimate(pixels, face.landmarks)
        return Attributes(woman, age)


class PackGenderAge:
    """``genderage.onnx`` of a pack that the user downloaded with insightface.

    It says man or woman without a doubt and the age in whole years.
    """

    def __init__(self, pack: facepacks.FacePack, threads: int = 0) -> None:
        self.name = pack.name
        self.age_error = PACK_AGE_ERROR
        path = pack.folder / GENDERAGE
        if not path.is_file():
            raise FaceError(
                f"The face pack {quoted(pack.name)} has no {GENDERAGE}, which estimates gender and age; choose "
                f"another one, or {OWN!r} for Animirror's own."
            )
        # Imported here: insightface pulls in scipy, scikit-image and onnx.
        from insightface.model_zoo.attribute import Attribute

        self._network = Attribute(str(path), open_session(path, Device.CPU, threads).inner)

    def __call__(self, pixels: NDArray[np.uint8], face: Face) -> Attributes:
        """Look at ``face`` in ``pixels`` (H, W, 3) RGB."""
        from insightface.app.common import Face as InsightFace

        seen = InsightFace(bbox=np.array(face.box), kps=face.landmarks, det_score=face.score)
        man, age = self._network.get(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), seen)
        return Attributes(1.0 - float(man), float(age))


def best_estimator() -> str:
    """Return the name of the first installed pack that can estimate gender and age, or OWN where there is none."""
    packs = (pack.name for pack in facepacks.installed() if (pack.folder / GENDERAGE).is_file())
    return next(packs, OWN)


def open_estimator(name: str, threads: int = 0) -> Estimator:
    """Return the estimator called ``name``: OWN, or a pack's. Raises FaceError when there is no such pack."""
    return OwnHead(threads) if name == OWN else PackGenderAge(facepacks.find(name), threads)
