"""Aligned pairs of a photo and its drawing, for the supervised warm-up.

Batches are a pure function of (seed, step): a run that is resumed sees exactly what it would have seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import AnimirrorError
from training.backdrops import Image, before_white, deepen, put_before, random_backdrop, white_backdrop_matte


class PairsError(AnimirrorError):
    """The folder does not hold usable pairs."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How pairs are varied; both pictures move together, only the photo's light and backdrop change."""

    smallest: float = 0.6  # least side of the resized picture, as a share of the full one
    largest: float = 1.0  # its greatest side, likewise
    rotation: float = 8.0  # degrees either way
    backdrop: float = 0.6  # probability that the white wall is replaced
    complexion: float = 0.5  # probability that the skin is darkened, by an even choice of depth
    shade: float = 0.4  # probability of lamps and shadows across the person
    glints: float = 0.0  # probability of bright spots, as on a damp forehead
    light: float = 0.7  # probability that brightness, contrast, saturation and tint change
    degrade: float = 0.4  # probability of blur, noise or JPEG traces
    drawn_backdrop: bool = False  # what is behind the person on the photo is behind the drawn one, too


#: Where drawings carry the person's own colours, the skin may not change on one side only, and too much of other light
#: teaches that colours mean nothing.
COLOURS_KEPT = Augmentation(complexion=0.0, shade=0.25, glints=0.5, light=0.3, drawn_backdrop=True)


class Pairs:
    """All pairs of ``folder/photo`` and ``folder/cartoon`` that share a file name, in memory as uint8."""

    def __init__(self, folder: Path) -> None:
        names = sorted(path.name for path in (folder / "photo").glob("*") if (folder / "cartoon" / path.name).is_file())
        if not names:
            raise PairsError(f"{folder} has no pairs: it needs photo/ and cartoon/ with equal file names.")
        self.names = names
        self.photos = [_read(folder / "photo" / name) for name in names]
        self.cartoons = [_read(folder / "cartoon" / name) for name in names]

    def __len__(self) -> int:
        return len(self.names)

    def batch(self, seed: int, step: int, count: int, size: int, augmentation: Augmentation) -> tuple[Tensor, Tensor]:
        """Return ``count`` augmented pairs for ``step``: two tensors (count, 3, size, size) in [-1, 1].

        Every pair is shown once before any is shown again.
        """
        photos, cartoons = [], []
        for position in range(step * count, (step + 1) * count):
            epoch, place = divmod(position, len(self))
            order = np.random.default_rng((seed, epoch)).permutation(len(self))
            rng = np.random.default_rng((seed, 1, position))
            photo, cartoon = self._augmented(int(order[place]), rng, size, augmentation)
            photos.append(photo)
            cartoons.append(cartoon)
        return to_tensor(photos), to_tensor(cartoons)

    def plain(self, index: int, size: int) -> tuple[Tensor, Tensor]:
        """Return one pair without augmentation, each (1, 3, size, size) in [-1, 1]."""
        photo = _resize(_unit(self.photos[index]), size)
        return to_tensor([photo]), to_tensor([_resize(_unit(self.cartoons[index]), size)])

    def _augmented(
        self, index: int, rng: np.random.Generator, size: int, augmentation: Augmentation
    ) -> tuple[Image, Image]:
        photo, cartoon = _unit(self.photos[index]), _unit(self.cartoons[index])
        matte = white_backdrop_matte(photo)
        person, backdrop = before_white(photo, matte), np.ones_like(photo)
        if rng.random() < augmentation.complexion:
            person = deepen(person, float(rng.random()))
        if rng.random() < augmentation.shade:
            person = shaded(person, rng)
        if rng.random() < augmentation.backdrop:
            backdrop = random_backdrop(rng, photo.shape[0], photo.shape[1])
        photo = put_before(person, matte, backdrop)
        if augmentation.drawn_backdrop:
            cartoon = put_before(cartoon, matte, backdrop)
        matrix = _random_view(rng, photo.shape[0], size, augmentation)
        photo, cartoon = _warp(photo, matrix, size), _warp(cartoon, matrix, size)
        if augmentation.glints and rng.random() < augmentation.glints:
            photo = glinting(photo, rng)
        if rng.random() < augmentation.light:
            photo = vary_light(photo, rng)
        if rng.random() < augmentation.degrade:
            photo = degrade(photo, rng)
        return photo, cartoon


def vary_light(photo: Image, rng: np.random.Generator) -> Image:
    """Change gamma, contrast, saturation and tint as cameras and lamps do."""
    photo = photo ** np.float32(rng.uniform(0.6, 1.6))
    photo = (photo - 0.5) * np.float32(rng.uniform(0.75, 1.2)) + 0.5
    grey = photo.mean(axis=2, keepdims=True)
    photo = grey + (photo - grey) * np.float32(rng.uniform(0.4, 1.4))
    photo = photo * rng.uniform(0.88, 1.08, 3).astype(np.float32)
    return np.asarray(np.clip(photo, 0.0, 1.0), dtype=np.float32)


def shaded(person: Image, rng: np.random.Generator) -> Image:
    """Light a person unevenly: down to a third of the light on one side of the face, and lamps nearly too bright."""
    rows, columns = (int(rng.integers(2, 5)) for _ in range(2))
    lamps = rng.uniform(rng.uniform(0.3, 0.9), 1.3, (rows, columns)).astype(np.float32)
    field = cv2.resize(lamps, person.shape[1::-1], interpolation=cv2.INTER_CUBIC)[:, :, None]
    return np.asarray(np.clip(person * field, 0.0, 1.0) ** np.float32(rng.uniform(0.8, 1.5)), dtype=np.float32)


def glinting(photo: Image, rng: np.random.Generator) -> Image:
    """Put one to four bright spots on the face, which a generator must not take for a white wall behind it."""
    height, width = photo.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    for _ in range(int(rng.integers(1, 5))):
        middle, size = rng.uniform(0.25, 0.75, 2), rng.uniform(0.02, 0.1)
        far = ((y / height - middle[0]) ** 2 + (x / width - middle[1]) ** 2) / size**2
        photo = photo + (1 - photo) * (rng.uniform(0.2, 0.8) * np.exp(-far))[..., None]
    return np.asarray(photo, dtype=np.float32)


def degrade(photo: Image, rng: np.random.Generator) -> Image:
    """Blur, add noise, or compress, as a webcam does."""
    kind = rng.random()
    if kind < 0.4:
        return np.asarray(cv2.GaussianBlur(photo, (0, 0), float(rng.uniform(0.4, 1.4))), dtype=np.float32)
    if kind < 0.7:
        noise = rng.normal(0.0, rng.uniform(0.01, 0.05), photo.shape).astype(np.float32)
        return np.asarray(np.clip(photo + noise, 0.0, 1.0), dtype=np.float32)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 80))]
    _, packed = cv2.imencode(".jpg", np.round(photo * 255).astype(np.uint8), quality)
    return _unit(np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8))


def to_tensor(pictures: list[Image]) -> Tensor:
    """Stack (H, W, 3) pictures in [0, 1] to (N, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous() * 2 - 1


def _random_view(rng: np.random.Generator, full: int, size: int, augmentation: Augmentation) -> NDArray[np.float64]:
    """Matrix that rotates, mirrors, resizes the full picture and cuts a size x size window out of it."""
    side = max(float(size), full * rng.uniform(augmentation.smallest, augmentation.largest))
    scale = side / full
    centre, angle = (full / 2, full / 2), rng.uniform(-1, 1) * augmentation.rotation
    matrix = np.asarray(cv2.getRotationMatrix2D(centre, angle, scale), dtype=np.float64)
    if rng.random() < 0.5:
        matrix[:, 2] += matrix[:, 0] * (full - 1)
        matrix[:, 0] *= -1
    # The rotation keeps the centre in place; move the resized picture's corner to the origin, then the window.
    matrix[:, 2] -= (full - side) / 2 + rng.uniform(0, 1, 2) * (side - size)
    return matrix


def _warp(picture: Image, matrix: NDArray[np.float64], size: int) -> Image:
    smooth = cv2.INTER_AREA if np.hypot(matrix[0, 0], matrix[0, 1]) < 0.7 else cv2.INTER_LINEAR
    warped = cv2.warpAffine(picture, matrix, (size, size), flags=smooth, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, dtype=np.float32)


def _resize(picture: Image, size: int) -> Image:
    if picture.shape[:2] == (size, size):
        return picture
    return np.asarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA), dtype=np.float32)


def _unit(picture: NDArray[np.uint8]) -> Image:
    return np.asarray(picture / np.float32(255), dtype=np.float32)


def _read(path: Path) -> NDArray[np.uint8]:
    decoded = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise PairsError(f"{path} is not a picture.")
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), dtype=np.uint8)
