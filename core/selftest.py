"""``animirror --self-test``: does the inner part of the program work on this computer?

A portrait that ships with the program (of nobody: it is computed) goes the whole way: read, detect, style, compose.
Each step's outcome is compared with what was stored when the program was made, with room for what processors and
providers round differently. The outcome holds no picture and no name, and is what a bug report contains.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import __version__, paths
from core.catalogue import Model, load_catalogue
from core.converter import Conversion, Converter
from core.doctor import runtime_facts, versions
from core.errors import AnimirrorError
from core.faces import FaceDetector
from core.generator import Generator
from core.images import Picture, load_picture
from core.privacy import without_names
from core.views import View

SAMPLE = "samples/portrait.jpg"
EXPECTATIONS = "selftest.json"

#: Pixels that a landmark may be off, of a portrait whose eyes are some 300 apart.
LANDMARK_TOLERANCE = 8.0
#: Levels, of 255, that the mean colour of a part of the picture may be off: on the average of all parts, and in one.
MEAN_TOLERANCE, WORST_TOLERANCE = 5.0, 30.0
_PARTS = 8


@dataclass(frozen=True)
class Step:
    """One step of the way.

    passed: None where nothing is stored to compare with. seconds: what it took. measured: figures that tell how far it
    was from what was expected. sentence: what is wrong, empty where nothing is.
    """

    name: str
    passed: bool | None
    seconds: float
    measured: dict[str, Any] = field(default_factory=dict)
    sentence: str = ""


@dataclass
class SelfTest:
    """The outcome; ``as_json`` is its documented form."""

    versions: dict[str, str | None]
    computer: dict[str, Any]
    model: str | None = None
    provider: str | None = None
    fallback: str | None = None
    steps: list[Step] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every step was made and none of them came out wrong."""
        return len(self.steps) == len(STEPS) and all(step.passed is not False for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """Return plain values only."""
        return {"passed": self.passed, **asdict(self)}


STEPS = ("read", "detect", "style", "compose")


def run(model: Model | None = None, expectations: Path | None = None) -> SelfTest:
    """Go the whole way with ``model``, the default one where None. Never raises: what fails is a step that says so."""
    test = SelfTest({"animirror": __version__, **versions()}, _computer())
    expected = _read(expectations or paths.resources() / EXPECTATIONS)
    way = _Way(test, expected, model)
    for name, make in zip(STEPS, (way.read, way.detect, way.style, way.compose), strict=True):
        started = time.perf_counter()
        try:
            passed, measured, sentence = make()
        except Exception as error:  # a defect is an outcome here, and what a bug report is for
            kind = "" if isinstance(error, AnimirrorError) else f"{type(error).__name__}: "
            passed, measured, sentence = False, {}, without_names(f"{kind}{error}")
        test.steps.append(Step(name, passed, round(time.perf_counter() - started, 3), measured, sentence))
        if passed is False and not measured:
            break
    return test


def record(target: Path) -> None:
    """Store what this computer makes of the sample with each shipped model as what is expected from now on."""
    picture = load_picture(paths.resources() / SAMPLE)
    models = {}
    landmarks: list[list[float]] = []
    for model in load_catalogue([paths.resources() / "models"]).models.values():
        conversion, framed = _draw(picture, model)
        if conversion.analysis.faces:
            landmarks = np.round(conversion.analysis.faces[0].landmarks, 1).tolist()
        models[model.manifest.id] = {
            "sha256": model.manifest.sha256,
            "style": summary(conversion.pixels).tolist(),
            "compose": summary(framed.pixels).tolist(),
        }
    content = {"sample": [picture.pixels.shape[1], picture.pixels.shape[0]], "landmarks": landmarks, "models": models}
    target.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


def summary(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the mean colours (8, 8, 3) of the parts of a picture (H, W, 3): enough to tell right from wrong."""
    rows = np.array_split(pixels.astype(np.float64), _PARTS, axis=0)
    means = [[part.mean(axis=(0, 1)) for part in np.array_split(row, _PARTS, axis=1)] for row in rows]
    return np.round(np.array(means)).astype(np.int64)


Outcome = tuple[bool | None, dict[str, Any], str]


class _Way:
    """The steps in their order, each with what the former ones left."""

    def __init__(self, test: SelfTest, expected: dict[str, Any], model: Model | None) -> None:
        self._test, self._expected, self._wanted = test, expected, model
        self._picture: Picture | None = None
        self._detector: FaceDetector | None = None
        self._model: Model | None = None
        self._framed: Conversion | None = None

    def read(self) -> Outcome:
        self._picture = load_picture(paths.resources() / SAMPLE)
        height, width = self._picture.pixels.shape[:2]
        size = [width, height]
        if size != self._expected.get("sample", size):
            return False, {"size": size}, "The sample picture has another size than it should."
        # What draws in place of a model that is gone would come out right.
        own = set(self._expected.get("models", ())) if self._wanted is None else set()
        gone = ", ".join(sorted(own - set(load_catalogue().models)))
        if gone:
            return False, {"size": size}, f"Models that belong to Animirror are missing: {gone}. Install it again."
        return True, {"size": size}, ""

    def detect(self) -> Outcome:
        assert self._picture is not None
        self._detector = FaceDetector()
        faces = self._detector.detect(self._picture.pixels)
        measured: dict[str, Any] = {"faces": len(faces)}
        if len(faces) != 1:
            return False, measured, "The sample shows one face, and another number was found."
        measured["score"] = round(faces[0].score, 3)
        known = self._expected.get("landmarks")
        if not known:
            return None, measured, ""
        off = float(np.abs(faces[0].landmarks - np.array(known)).max())
        measured["landmarks_off"] = round(off, 2)
        right = off <= LANDMARK_TOLERANCE
        return right, measured, "" if right else "The face was found in another place than it is."

    def style(self) -> Outcome:
        assert self._picture is not None and self._detector is not None
        model = self._model = self._wanted or load_catalogue().get()
        model.verify()
        self._test.model = model.manifest.id
        conversion, self._framed = _draw(self._picture, model, self._detector)
        session = Generator(model).session
        self._test.provider, self._test.fallback = session.provider, session.fallback
        return self._compared("style", conversion, {"milliseconds": round(conversion.milliseconds["generate"], 1)})

    def compose(self) -> Outcome:
        assert self._framed is not None
        return self._compared("compose", self._framed, {})

    def _compared(self, what: str, conversion: Conversion, measured: dict[str, Any]) -> Outcome:
        assert self._model is not None
        if float(conversion.pixels.std()) < 4.0:
            return False, {**measured, "flat": True}, "The result is one flat colour."
        known = self._expected.get("models", {}).get(self._model.manifest.id)
        if not known or known["sha256"] != self._model.manifest.sha256:
            return None, measured, ""
        off = np.abs(summary(conversion.pixels) - np.array(known[what]))
        measured |= {"mean_off": round(float(off.mean()), 2), "worst_off": int(off.max())}
        right = float(off.mean()) <= MEAN_TOLERANCE and float(off.max()) <= WORST_TOLERANCE
        return right, measured, "" if right else "The result does not look as it should."


def _draw(picture: Picture, model: Model, detector: FaceDetector | None = None) -> tuple[Conversion, Conversion]:
    """Return the portrait and the whole picture as ``model`` draws them."""
    converter = Converter(detector or FaceDetector(), Generator(model))
    portrait = converter.convert(picture, View.PORTRAIT, centre=True)
    return portrait, converter.redraw(portrait.analysis, View.FRAME)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _computer() -> dict[str, Any]:
    import psutil

    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        **runtime_facts(),
    }


def as_text(test: SelfTest, show: Callable[[str], str] = str) -> str:
    """Return the outcome for people, a line a step."""
    words = {True: "right", False: "WRONG", None: "done, nothing to compare with"}
    lines = [f"{step.name:8}{words[step.passed]}, {step.seconds:.2f} s {step.sentence}".rstrip() for step in test.steps]
    lines.append(f"model   {test.model or 'none'} on {test.provider or 'nothing'} {test.fallback or ''}".rstrip())
    lines.append("Everything works." if test.passed else "Something is wrong: add this with --json to a bug report.")
    return show("\n".join(lines))


if __name__ == "__main__":
    record(paths.resources() / EXPECTATIONS)
