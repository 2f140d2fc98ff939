"""Making the detector and a generator ready for live work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from core.catalogue import Catalogue, Kind, Model
from core.cores import usable_cores
from core.faces import FaceDetector
from core.generator import Generator
from core.live.tracker import WORK_SIDE, Detector
from core.runtime import Device

Loaded = TypeVar("Loaded")
Load = Callable[[Model, Device], Generator]
LoadDetector = Callable[[], Detector]


def live_threads() -> int:
    """Return how many threads a network may use, so that capturing and painting get their time."""
    cores = usable_cores()
    return cores if cores <= 2 else max(2, cores - 2)


def live_model(catalogue: Catalogue, identifier: str | None = None) -> Model:
    """Return the model with this id, or else the first that is made for live pictures, or else the default one.

    Raises ModelError when there is none.
    """
    if identifier is None:
        for model in catalogue.models.values():
            if model.manifest.kind is Kind.LIVE:
                return model
    return catalogue.get(identifier)


def load_generator(model: Model, device: Device) -> Generator:
    """Return a generator that has drawn once, so that its first frame is not its slowest. Raises ModelError."""
    model.verify()
    generator = Generator(model, device, live_threads())
    generator.run(np.zeros((1, generator.size, generator.size, 3), np.uint8))
    return generator


def load_detector() -> Detector:
    """Return a face detector that has searched once. Raises FaceError when its weights are missing."""
    detector = FaceDetector(sizes=((WORK_SIDE, WORK_SIDE),), threads=live_threads())
    detector.detect(np.zeros((WORK_SIDE // 2, WORK_SIDE, 3), np.uint8))
    return detector


def once(load: Callable[..., Loaded]) -> Callable[..., Loaded]:
    """Return a function that loads when it is first called, and gives the same thing ever after, whatever it is asked.

    For what outlives a session: networks that are loaded again and again cost seconds and memory.
    """
    loaded: list[Loaded] = []
    lock = threading.Lock()

    def give(*arguments: Any) -> Loaded:
        with lock:
            if not loaded:
                loaded.append(load(*arguments))
            return loaded[0]

    return give
