"""Draw moving pictures frame by frame, as steadily as live ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.alignment import align_centre
from core.background_matting import Matting
from core.generator import Generator
from core.live.frame import Frame
from core.live.pipeline import Pipeline
from core.live.tracker import Detector
from core.live.views import LiveSettings, LiveView
from core.video.backdrop import MovingBackdrop
from core.views import Background, View

#: Seconds of the video from one detection to the next; in between faces are followed by optical flow.
_DETECT_EVERY = 0.1
#: Where a video's clock begins for the tracker: a face in the first frame then needs no time to fade in.
_BEGINNING = 1000.0
_VIEWS = {View.PORTRAIT: LiveView.PORTRAIT, View.FRAME: LiveView.FRAME}


class MovingDrawer:
    """Draws the frames of one video or animation after another. Used by one thread.

    view: PORTRAIT follows the main face. intensity, steadiness: as in :class:`core.live.LiveSettings`. background: what
    is put behind the people, for which ``matting`` is needed.
    """

    def __init__(
        self,
        detector: Detector,
        generator: Generator,
        view: View = View.FRAME,
        intensity: float = 1.0,
        steadiness: float = 0.5,
        background: Background = Background.KEEP,
        matting: Callable[[], Matting] = Matting.installed,
    ) -> None:
        self._pipeline = Pipeline(detector, detect_every=_DETECT_EVERY)
        self._pipeline.generator = generator
        self._settings = LiveSettings(view=_VIEWS[view], intensity=intensity, steadiness=steadiness)
        self._backdrop = MovingBackdrop(background, matting, steadiness, portrait=view is View.PORTRAIT)
        self.generator = generator
        self.view = view
        self.faces = 0

    def begin(self) -> None:
        """Forget every face, as for another video."""
        self._pipeline.reset()
        self._backdrop.begin()
        self.faces = 0

    def draw(self, pixels: NDArray[np.uint8], seconds: float) -> NDArray[np.uint8]:
        """Return the result for a frame (H, W, 3) uint8 RGB shown at ``seconds``. Raises ModelError, MatteError.

        A see-through background is white. ``faces`` is then the most faces that one frame had so far.
        """
        return self._draw(pixels, None, seconds, see_through=False)[0]

    def draw_see_through(
        self, pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, seconds: float
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
        """Do the same for a frame with an opacity (H, W) uint8 or None, and return that of the result as well."""
        return self._draw(pixels, alpha if self.keeps_shape else None, seconds, see_through=True)

    def _draw(
        self, pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, seconds: float, see_through: bool
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
        result = self._pipeline.process(Frame(pixels, _BEGINNING + seconds, seconds), self._settings)
        self.faces = max(self.faces, len(result.faces))
        if self.background is Background.KEEP:
            return result.pixels, alpha
        original = pixels
        if self.view is View.PORTRAIT:
            size = result.pixels.shape[0]
            shown = result.faces[0].alignment if result.faces else align_centre(*result.frame.size, size)
            original = shown.crop(pixels)
        return self._backdrop.put(original, result.pixels, alpha, see_through)

    @property
    def background(self) -> Background:
        """What is put behind the people."""
        return self._backdrop.how

    @property
    def keeps_shape(self) -> bool:
        """Whether results have the size and the pixel shape of what they are drawn from."""
        return self.view is View.FRAME

    @property
    def key(self) -> list[object]:
        """What a result depends on besides model and picture."""
        settings = self._settings
        return [str(settings.view), settings.intensity, settings.steadiness, str(self.background)]
