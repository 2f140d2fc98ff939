"""The networks behind the numbers, on real pictures; skipped where their weights cannot be fetched."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.alignment import align
from core.faces import FaceDetector
from core.images import load_picture
from training.metrics.inception import LENGTH, SIDE, Inception, _resized
from training.metrics.likeness import Likeness, identity, strangers
from training.perceptual import LPIPS


def test_pictures_are_resized_as_tensorflow_did() -> None:
    pictures = torch.rand(1, 3, 40, 60)
    found = _resized(pictures)
    assert found.shape == (1, 3, SIDE, SIDE)
    # Pixel i comes from i * H / SIDE, so the first one is the picture's own.
    torch.testing.assert_close(found[:, :, 0, 0], pictures[:, :, 0, 0])
    centred = F.interpolate(pictures, (SIDE, SIDE), mode="bilinear", align_corners=False)
    assert (found - centred).abs().mean() > 0.01


def test_inception_puts_a_blurred_photo_nearer_than_another_picture(
    portrait_photo: Path, group_photo: Path, borrowed: Callable[[str], None]
) -> None:
    borrowed("INCEPTION")
    photo = load_picture(portrait_photo).pixels
    group = load_picture(group_photo).pixels
    blurred = np.asarray(cv2.GaussianBlur(photo, (0, 0), 1.0), dtype=np.uint8)
    found = Inception().features([photo, blurred, group])
    assert found.shape == (3, LENGTH)
    assert np.linalg.norm(found[0] - found[1]) < 0.8 * np.linalg.norm(found[0] - found[2])


def test_likeness_of_a_face_with_itself_and_with_strangers(group_photo: Path, borrowed: Callable[[str], None]) -> None:
    borrowed("VGG16")
    borrowed("LPIPS_VGG_HEADS")
    pixels = load_picture(group_photo).pixels
    crops = np.stack([align(face.landmarks).crop(pixels) for face in FaceDetector(threads=1).detect(pixels)[:3]])
    likeness = Likeness()
    vectors = likeness.persons(crops)
    assert identity(vectors, vectors) == pytest.approx(1.0, abs=1e-5)
    chance = strangers(vectors)
    assert chance is not None
    assert chance < 0.4
    assert strangers(vectors[:1]) is None
    one, other = (torch.from_numpy(crop).permute(2, 0, 1)[None].float() / 127.5 - 1 for crop in crops[:2])
    assert likeness.distance(one, one) == pytest.approx(0.0, abs=1e-6)
    assert likeness.distance(one, other) > 0.3


def test_lpips_as_a_loss_is_lpips_nearly(portrait_photo: Path, borrowed: Callable[[str], None]) -> None:
    borrowed("VGG16")
    borrowed("LPIPS_VGG_HEADS")
    photo = cv2.resize(load_picture(portrait_photo).pixels, (64, 64), interpolation=cv2.INTER_AREA)
    wanted = torch.from_numpy(photo).permute(2, 0, 1)[None].float() / 127.5 - 1
    found = []
    for measure in (LPIPS(), LPIPS(rough=True)):
        drawn = (wanted + 0.2 * wanted.roll(3, dims=3)).requires_grad_()
        distance = measure(drawn, wanted).mean()
        distance.backward()
        assert drawn.grad is not None
        found.append((distance.item(), drawn.grad.flatten()))
    assert found[1][0] == pytest.approx(found[0][0], rel=0.05)
    assert torch.cosine_similarity(found[0][1], found[1][1], dim=0) > 0.9
