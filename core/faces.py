"""Finding faces and their five landmarks, with insightface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from core.facepacks import FacePack, find
from core.runtime import SPINNING

if TYPE_CHECKING:
    from insightface.app import FaceAnalysis

#: The longest side that the detector is shown; insightface samples, so larger pictures are averaged down first.
LONGEST_SIDE = 1280
LEAST_SCORE = 0.5
#: A picture that is this much longer than wide is a line, which insightface cannot shrink to its smallest square.
THINNEST = 100


@dataclass(frozen=True)
class Face:
    """One face in a picture.

    box: left, top, right, bottom in picture pixels (may reach outside the picture).
    landmarks: (5, 2) float64, left eye, right eye, nose, left and right corner of the mouth, as seen on the picture.
    score: the detector's confidence, 0 to 1.
    """

    box: tuple[float, float, float, float]
    landmarks: NDArray[np.float64]
    score: float

    @property
    def area(self) -> float:
        """Area of the box in square pixels."""
        left, top, right, bottom = self.box
        return max(0.0, right - left) * max(0.0, bottom - top)


class FaceDetector:
    """insightface's FaceAnalysis with nothing but its detector.

    sizes: squares at which the picture is searched; None takes insightface's own pair, 128 for close-ups and 640.
    The detector runs on the CPU, where it takes a few milliseconds, so that the GPU is left to the generator.
    """

    def __init__(
        self,
        pack: FacePack | None = None,
        sizes: tuple[tuple[int, int], ...] | None = None,
        threads: int = 0,
    ) -> None:
        self.pack = pack or find()
        self._analysis = _load(self.pack, sizes, threads)

    def detect(self, pixels: NDArray[np.uint8]) -> list[Face]:
        """Return the faces of an RGB picture (H, W, 3) uint8, the largest first."""
        height, width = pixels.shape[:2]
        if max(height, width) > THINNEST * min(height, width):
            return []
        shrink = min(1.0, LONGEST_SIDE / max(height, width))
        seen = pixels
        if shrink < 1.0:
            small = (max(1, round(width * shrink)), max(1, round(height * shrink)))
            seen = np.asarray(cv2.resize(pixels, small, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        back = np.array([width / seen.shape[1], height / seen.shape[0]])
        # insightface takes BGR, as cv2 does.
        found = self._analysis.get(np.ascontiguousarray(seen[:, :, ::-1]))
        faces = [
            Face(
                box=tuple((np.asarray(face.bbox, dtype=np.float64).reshape(2, 2) * back).reshape(4).tolist()),
                landmarks=np.asarray(face.kps, dtype=np.float64) * back,
                score=float(face.det_score),
            )
            for face in found
            if face.kps is not None and np.isfinite(face.kps).all()
        ]
        return sorted(faces, key=lambda face: face.area, reverse=True)


def _load(pack: FacePack, sizes: tuple[tuple[int, int], ...] | None, threads: int) -> FaceAnalysis:
    # Imported here: insightface pulls in scipy, scikit-image and onnx, which a window can be shown without.
    import onnxruntime
    from insightface.app import FaceAnalysis

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry(SPINNING, "0")
    analysis = FaceAnalysis(
        name=str(pack.folder),
        allowed_modules=["detection"],
        providers=["CPUExecutionProvider"],
        sess_options=options,
    )
    analysis.prepare(ctx_id=-1, det_thresh=LEAST_SCORE, det_size=list(sizes) if sizes else None)
    return analysis
