"""The way of one live frame, without threads: faces -> crops -> drawings -> steady drawings -> view."""

from __future__ import annotations

import numpy as np

from core.blending import Blend
from core.converter import Stopwatch, style
from core.generator import Generator
from core.live.frame import Frame, LiveFace, Result
from core.live.ink import live_blend
from core.live.steady import Steadiness, SteadyFace
from core.live.tracker import Detector, FaceTracker
from core.live.views import PLAIN_SIZE, Drawn, LiveSettings, LiveView, render


class Pipeline:
    """Makes a result of each frame. Used by one thread.

    generator: may be exchanged between two frames; None passes the frames through as they are.
    detect_every: as in :class:`FaceTracker`.
    """

    def __init__(self, detector: Detector, detect_every: float | None = None) -> None:
        self._tracker = FaceTracker(detector, detect_every)
        self._steady: dict[int, SteadyFace] = {}
        self._generator: Generator | None = None

    @property
    def generator(self) -> Generator | None:
        """What draws."""
        return self._generator

    @generator.setter
    def generator(self, generator: Generator | None) -> None:
        self._generator = generator
        # Drawings of two models are never blended into one.
        self._steady.clear()

    def reset(self) -> None:
        """Forget every face, as for another source."""
        self._tracker.reset()
        self._steady.clear()

    def process(self, frame: Frame, settings: LiveSettings) -> Result:
        """Draw ``frame``. Raises ModelError when the model fails; the next frame may be tried with another one."""
        generator, watch = self._generator, Stopwatch()
        size = generator.size if generator else PLAIN_SIZE
        steadiness = Steadiness.of(settings.steadiness)
        faces = self._tracker.update(frame, size, steadiness, watch)
        self._steady = {face.identifier: self._steady.get(face.identifier, SteadyFace()) for face in faces}
        if generator is None:
            return self._finish(frame, (), size, settings, watch)
        if settings.largest_only or settings.view is LiveView.PORTRAIT:
            faces = faces[:1]
        how = generator.model.manifest.blend
        if settings.view is LiveView.PORTRAIT:
            how = how.alone
        looked = settings.view is LiveView.ATTENTION
        drawn = self._draw(frame, faces, generator, how, looked, steadiness, watch)
        return self._finish(frame, drawn, size, settings, watch)

    def _draw(
        self,
        frame: Frame,
        faces: tuple[LiveFace, ...],
        generator: Generator,
        how: Blend,
        looked: bool,
        steadiness: Steadiness,
        watch: Stopwatch,
    ) -> tuple[Drawn, ...]:
        with watch.stage("align"):
            crops = {face.identifier: face.alignment.crop(frame.pixels) for face in faces}
        seen = [face.identifier for face in faces if not face.held]
        if seen:
            with watch.stage("generate"):
                styled = style(np.stack([crops[identifier] for identifier in seen]), generator, attention=looked)
            with watch.stage("steady"):
                attentions = styled.attention if styled.attention is not None else [None] * len(seen)
                for anime, attention, identifier in zip(styled.anime, attentions, seen, strict=True):
                    crop = crops[identifier]
                    # Ink lies over the photo's own colours, whose noise has to be steadied along with it.
                    self._steady[identifier].blend(crop, live_blend(crop, anime, how), attention, steadiness.keep)
        drawn = []
        for face in faces:
            steady = self._steady[face.identifier]
            # A face that was lost before the model drew it has nothing to hold.
            if steady.anime is not None:
                drawn.append(Drawn(face, crops[face.identifier], steady.anime, steady.attention))
        return tuple(drawn)

    def _finish(
        self,
        frame: Frame,
        drawn: tuple[Drawn, ...],
        size: int,
        settings: LiveSettings,
        watch: Stopwatch,
    ) -> Result:
        with watch.stage("compose"):
            pixels = render(frame, drawn, size, settings)
        generator = self._generator
        return Result(
            pixels=pixels,
            frame=frame,
            faces=tuple(entry.face for entry in drawn),
            milliseconds=watch.milliseconds,
            model=generator.model.manifest.id if generator else None,
            provider=generator.session.provider if generator else None,
        )
