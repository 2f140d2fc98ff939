"""What the studio works with, loaded when first wanted: models, face detector, and the network for backgrounds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core import background_packs
from core.background_matting import Matting
from core.catalogue import Catalogue, Direction, Kind, Model
from core.errors import ModelError
from core.faces import FaceDetector
from core.generator import Generator
from core.runtime import CPU
from desktop.work import messages as m


class Tools:
    """Loads each tool once, and reports what there is."""

    def __init__(self, report: Callable[[m.Report], None], find_models: Callable[[], Catalogue]) -> None:
        """Take where reports go, and how models are found."""
        self._report = report
        self._find_models = find_models
        self._models: dict[str, Model] | None = None
        self._detector: FaceDetector | None = None
        self._matting: Matting | None = None
        self._generators: dict[str, Generator] = {}
        self._told: set[str] = set()

    @property
    def known(self) -> bool:
        """Whether the models have been looked for and found."""
        return bool(self._models)

    def loaded(self, model: Model) -> bool:
        """Say whether a drawing with ``model`` can begin at once."""
        return model.manifest.id in self._generators and self._detector is not None

    def prepare(self) -> None:
        """Load what the first drawing needs. Raises AnimirrorError."""
        model = self.model(None)
        self.tell_matting()
        self.detector()
        generator = self.generator(model)
        if generator.session.provider != CPU:
            # A GPU's first run takes seconds; let it pass before the first photo.
            generator.run(np.zeros((1, generator.size, generator.size, 3), np.uint8))

    def model(self, identifier: str | None) -> Model:
        """Return a model, the default one where None; reports them all when first asked. Raises ModelError."""
        if self._models is None:
            catalogue = self._find_models()
            found = list(catalogue.models.values())
            found.sort(key=lambda model: (model.manifest.direction is Direction.B2A, model.manifest.kind is Kind.LIVE))
            self._models = {model.manifest.id: model for model in found}
            self._report(m.ModelsFound(tuple(self._entry(model) for model in found), catalogue.problems))
        if not self._models:
            # Looked for again next time: the user may have added one.
            self._models = None
            raise ModelError("No model is installed, and without one nothing can be drawn. Install Animirror again.")
        return next(iter(self._models.values())) if identifier is None else self._models[identifier]

    def find_models_again(self) -> None:
        """Look for the models once more, and report them. Raises ModelError."""
        self._models = None
        self.model(None)

    def find_again(self) -> None:
        """Look for the models again, and report them all. Raises ModelError where there is none."""
        self._models = None
        self.model(None)

    def generator(self, model: Model) -> Generator:
        """Return what draws with ``model``. Raises ModelError."""
        identifier = model.manifest.id
        if identifier not in self._generators:
            model.verify()
            self._generators[identifier] = Generator(model)
        generator = self._generators[identifier]
        if generator.session.fallback is not None:
            self.notice(generator.session.fallback)
        return generator

    def detector(self) -> FaceDetector:
        """Return what finds faces. Raises FaceError."""
        if self._detector is None:
            self._detector = FaceDetector()
        return self._detector

    def matting(self) -> Matting:
        """Return what finds people. Raises MatteError where the user has no network for it, ModelError."""
        if self._matting is None:
            self._matting = Matting.installed()
        return self._matting

    def tell_matting(self) -> None:
        """Report whether backgrounds can be changed."""
        found = background_packs.find()
        self._report(m.MattingFound(None if found else background_packs.missing()))

    def notice(self, sentence: str) -> None:
        """Report a sentence the first time."""
        if sentence not in self._told:
            self._told.add(sentence)
            self._report(m.Noticed(sentence))

    def _entry(self, model: Model) -> m.ModelEntry:
        manifest = model.manifest
        return m.ModelEntry(
            manifest.id,
            model.name(),
            manifest.style,
            manifest.licence,
            to_photo=manifest.direction is Direction.B2A,
            attention=manifest.contract.attention is not None,
            names=tuple(manifest.name.items()),
        )
