"""Which crops show nearly the same picture, and which the same person.

Two copies of one photo (resized, compressed, brightened) are near-duplicates: one is kept. Two photos of one person
are not, but both have to be on the same side of the split into training and test pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

#: Bits of a fingerprint: the coarsest DCT coefficients without the constant one.
_COARSE = 16
BITS = _COARSE * _COARSE
#: Fingerprints that differ in fewer bits than this belong to one picture: a copy that was compressed hard, made small
#: or brightened differs in up to 12, two faces of a studio's series in 34 and more.
NEAR = 24
#: With ArcFace's word that the face is the same, a little turning and cutting is forgiven too.
NEAR_IF_SAME_FACE = 60
SAME_FACE = 0.8
#: Cosine of two ArcFace vectors above which two photos show one person.
SAME_PERSON = 0.5

_ROWS = 512


def fingerprint(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the perceptual hash (BITS / 8,) of a crop (S, S, 3): the signs of its coarsest DCT coefficients.

    Compared with their median, so that a change of brightness or contrast changes no bit.
    """
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
    coarse = cv2.dct(small)[: _COARSE + 1, : _COARSE + 1][1:, 1:]
    return np.packbits(coarse > np.median(coarse))


def groups(count: int, alike: Iterator[tuple[int, int]]) -> list[int]:
    """Join ``count`` things into groups by the pairs that are ``alike``; give each its group's first member."""
    parent = list(range(count))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for first, second in alike:
        low, high = sorted((root(first), root(second)))
        parent[high] = low
    return [root(item) for item in range(count)]


def near_duplicates(
    fingerprints: NDArray[np.uint8], embeddings: NDArray[np.float32] | None = None
) -> Iterator[tuple[int, int]]:
    """Yield pairs (i, j), i < j, of rows of ``fingerprints`` (N, BITS / 8) that are copies of one picture.

    Where ``embeddings`` (N, 512) are known, fingerprints may differ more if the faces hardly do.
    """

    def alike(rows: slice) -> NDArray[np.bool_]:
        differing = np.bitwise_count(fingerprints[rows, None, :] ^ fingerprints[None, :, :]).sum(axis=2, dtype=np.int32)
        near: NDArray[np.bool_] = differing < NEAR
        if embeddings is not None:
            near |= (differing < NEAR_IF_SAME_FACE) & (embeddings[rows] @ embeddings.T > SAME_FACE)
        return near

    return _pairs(len(fingerprints), alike)


def same_person(embeddings: NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    """Yield pairs (i, j), i < j, of rows of ``embeddings`` (N, 512) that show one person."""
    return _pairs(len(embeddings), lambda rows: embeddings[rows] @ embeddings.T > SAME_PERSON)


def _pairs(count: int, alike: Callable[[slice], NDArray[np.bool_]]) -> Iterator[tuple[int, int]]:
    # In strips of rows, so that a hundred thousand pictures need no matrix of their square.
    for start in range(0, count, _ROWS):
        for row, column in np.argwhere(alike(slice(start, start + _ROWS))):
            if start + row < column:
                yield int(start + row), int(column)
