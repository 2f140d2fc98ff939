"""Draw moving pictures frame by frame, as steadily as live ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.generator import Generator
from core.live.frame import Frame
from core.live.pipeline import Pipeline
from core.live.tracker import Detector
from core.live.views import LiveSettings, LiveView
from core.views import View

#: Seconds of the video from one detection to the next; in between faces are followed by optical flow.
_DETECT_EVERY = 0.1
#: Where a video's clock begins for the tracker: a face in the first frame then needs no time to fade in.
_BEGINNING = 1000.0
_VIEWS = {View.PORTRAIT: LiveView.PORTRAIT, View.FRAME: LiveView.FRAME}


class MovingDrawer:
    """Draws the frames of one video or animation after another. Used by one thread.

    view: PORTRAIT follows the main face. intensity, steadiness: as in :class:`core.live.LiveSettings`.
    """

    def __init__(
        self,
        detector: Detector,
        generator: Generator,
        view: View = View.FRAME,
        intensity: float = 1.0,
        steadiness: float = 0.5,
    ) -> None:
        self._pipeline = Pipeline(detector, detect_every=_DETECT_EVERY)
        self._pipeline.generator = generator
        self._settings = LiveSettings(view=_VIEWS[view], intensity=intensity, steadiness=steadiness)
        self.generator = generator
        self.view = view
        self.faces = 0

    def begin(self) -> None:
        """Forget every face, as for another video."""
        self._pipeline.reset()
        self.faces = 0

    def draw(self, pixels: NDArray[np.uint8], seconds: float) -> NDArray[np.uint8]:
        """Return the result for a frame (H, W, 3) uint8 RGB shown at ``seconds``. Raises ModelError.

        ``faces`` is then the most faces that one frame had so far.
        """
        result = self._pipeline.process(Frame(pixels, _BEGINNING + seconds, seconds), self._settings)
        self.faces = max(self.faces, len(result.faces))
        return result.pixels

    @property
    def keeps_shape(self) -> bool:
        """Whether results have the size and the pixel shape of what they are drawn from."""
        return self.view is View.FRAME

    @property
    def key(self) -> list[object]:
        """What a result depends on besides model and picture."""
        return [str(self._settings.view), self._settings.intensity, self._settings.steadiness]
