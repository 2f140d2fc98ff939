"""The models and detectors that the queue works with, loaded when they are first needed and kept."""

from __future__ import annotations

import threading
from collections.abc import Callable

from core.background_matting import Matting
from core.catalogue import Catalogue, Model, load_catalogue
from core.faces import FaceDetector
from core.generator import Generator
from core.live.loading import load_detector as load_moving_detector
from core.live.loading import once
from core.live.tracker import Detector
from core.queue.line import Tools, session_threads
from core.runtime import CPU, Device


class Workshop:
    """Loads each thing once. Used by any thread."""

    def __init__(
        self,
        find_models: Callable[[], Catalogue] = load_catalogue,
        device: Device = Device.AUTO,
        load_detector: Callable[[], FaceDetector] = lambda: FaceDetector(threads=1),
        load_moving: Callable[[], Detector] = load_moving_detector,
    ) -> None:
        self._find_models = find_models
        self._device = device
        self._load_detector = load_detector
        self.moving_detector: Callable[[], Detector] = once(load_moving)
        self.matting: Callable[[], Matting] = once(Matting.installed)
        self._lock = threading.Lock()
        self._models: Catalogue | None = None
        self._generators: dict[tuple[str, bool], Generator] = {}

    def model(self, identifier: str | None) -> Model:
        """Return a model, None for the default one. Raises ModelError."""
        with self._lock:
            # Looked for again only where a model is not known, which may have been added since.
            if self._models is None or (identifier is not None and identifier not in self._models.models):
                self._models = self._find_models()
            return self._models.get(identifier)

    def styles(self) -> tuple[str, ...]:
        """Return the ids of all models, which the names of results may hold."""
        with self._lock:
            self._models = self._find_models()
            return tuple(self._models.models)

    def generator(self, identifier: str | None, alone: bool = False) -> Generator:
        """Return what draws; ``alone`` for one that is used by one thread at a time. Raises ModelError."""
        model = self.model(identifier)
        key = (model.manifest.id, alone)
        with self._lock:
            if key not in self._generators:
                model.verify()
                threads = 0 if alone else session_threads()
                generator = Generator(model, self._device, threads)
                if generator.session.provider != CPU and threads:
                    generator = Generator(model, self._device)
                self._generators[key] = generator
            return self._generators[key]

    def tools(self, identifier: str | None) -> Tools:
        """Return what a line of photos works with."""
        return Tools(self._load_detector, lambda: self.generator(identifier), self.matting)
