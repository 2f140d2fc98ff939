"""Following landmarks from one frame to the next by optical flow, without a detector."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.alignment import apply, fit
from core.errors import FaceError

#: Points around each landmark, in eye distances: their median motion is the landmark's, so one wrong point is nothing.
_CLUSTER = np.array([[0.0, 0.0], [0.16, 0.0], [-0.16, 0.0], [0.0, 0.16], [0.0, -0.16]])
#: How far around the landmarks is looked, in eye distances.
_AROUND = 1.2
#: A point that does not find its way back to within this many pixels (of the shrunken frame) was lost.
_WAY_BACK = 0.7
#: Landmarks that must be found again; the others are moved along with them.
_FEWEST = 3
#: How far the five landmarks may leave the shape they had, in eye distances, before they are no face any more.
_BENT = 0.25
#: Change of size in one step that no face does, as a factor.
_GROWN = 1.35


class Flow:
    """Pyramidal Lucas-Kanade flow (Bouguet 2000) with a forward-backward check (Kalal et al. 2010)."""

    def __init__(self, window: int = 11, levels: int = 3) -> None:
        self._window = (window, window)
        self._levels = levels

    def follow(
        self, before: NDArray[np.uint8], after: NDArray[np.uint8], landmarks: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        """Return where ``landmarks`` (5, 2) of the grey picture ``before`` (h, w) lie in ``after``; None if lost."""
        reach = float(np.linalg.norm(landmarks[1] - landmarks[0]))
        if not 4.0 <= reach <= max(before.shape):
            return None
        # Only the surroundings of the face are looked at, as far as a face moves between two frames.
        left, top = np.maximum(np.floor(landmarks.min(axis=0) - _AROUND * reach), 0).astype(int)
        right, bottom = np.ceil(landmarks.max(axis=0) + _AROUND * reach).astype(int) + 1
        part = (slice(top, max(bottom, 0)), slice(left, max(right, 0)))
        before, after = np.ascontiguousarray(before[part]), np.ascontiguousarray(after[part])
        height, width = after.shape
        if min(height, width) < reach:
            return None
        start = (landmarks[:, None] + _CLUSTER * reach - (left, top)).reshape(-1, 1, 2).astype(np.float32)
        end, found = self._step(before, after, start)
        back, found_back = self._step(after, before, end)
        inside = ((end >= 0) & (end < (width, height))).all(axis=2)
        good = (found & found_back & inside & (np.abs(back - start).max(axis=2) < _WAY_BACK)).reshape(5, -1)
        sure = good.sum(axis=1) * 2 > good.shape[1]
        if sure.sum() < _FEWEST:
            return None
        motion = np.zeros((5, 2))
        motion[sure] = _medians((end - start).reshape(5, -1, 2)[sure], good[sure])
        # A landmark that is hidden goes with the others.
        motion[~sure] = np.median(motion[sure], axis=0)
        moved = landmarks + motion
        return moved if _plausible(landmarks, moved, reach) else None

    def _step(
        self, before: NDArray[np.uint8], after: NDArray[np.uint8], points: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        moved, status, _ = cv2.calcOpticalFlowPyrLK(
            before, after, points, np.empty_like(points), winSize=self._window, maxLevel=self._levels
        )
        return np.asarray(moved, dtype=np.float32), np.asarray(status, dtype=np.bool_)


def _medians(values: NDArray[np.float32], good: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the median of the good ones of K values each, (N, 2) for (N, K, 2) and (N, K); numpy's own is slow."""
    ordered = np.sort(np.where(good[:, :, None], values, np.inf), axis=1)
    count = good.sum(axis=1)
    rows = np.arange(len(values))
    return np.asarray((ordered[rows, (count - 1) // 2] + ordered[rows, count // 2]) / 2, dtype=np.float64)


def _plausible(before: NDArray[np.float64], after: NDArray[np.float64], reach: float) -> bool:
    try:
        matrix = fit(before, after)
    except FaceError:
        return False
    bent = float(np.abs(apply(matrix, before) - after).max())
    return bent < _BENT * reach and 1 / _GROWN < float(np.hypot(*matrix[:, 0])) < _GROWN
