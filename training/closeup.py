"""A closer look at the features of aligned faces.

Eyes and mouth fill a tenth of a picture, an open mouth a hundredth: a network that gives everybody the same shut mouth
loses next to nothing by it. Distances are therefore measured once more where the features lie, which in an aligned
crop is always the same place; GFP-GAN's losses on eyes and mouth (Wang et al. 2021, arXiv 2101.04061) are akin.
"""

from __future__ import annotations

from torch import Tensor

#: Where an aligned crop has eyes and mouth, and the mouth alone, with room for what variation moves them: top, bottom,
#: left and right as shares of the side.
FEATURES = (0.33, 0.78, 0.24, 0.76)
MOUTH = (0.58, 0.90, 0.26, 0.74)
#: What L1 of the features and LPIPS of the mouth count where a run looks at faces above all.
FACE_WEIGHT, MOUTH_WEIGHT = 8.0, 8.0


def features(pictures: Tensor) -> Tensor:
    """Cut eyes and mouth out of aligned pictures (N, C, S, S); a view of them (N, C, H, W)."""
    return _cut(pictures, FEATURES)


def mouths(pictures: Tensor) -> Tensor:
    """Cut the mouths out of aligned pictures (N, C, S, S); a view of them (N, C, H, W)."""
    return _cut(pictures, MOUTH)


def _cut(pictures: Tensor, place: tuple[float, float, float, float]) -> Tensor:
    top, bottom, left, right = (round(share * pictures.shape[-1]) for share in place)
    return pictures[..., top:bottom, left:right]
