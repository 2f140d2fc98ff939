"""The supervised warm-up learns from pairs, in windows or whole faces, by either distance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from training.networks.small import SmallGenerator
from training.pairs import Augmentation, Pairs, to_tensor
from training.warmup import Warmup, WarmupRecipe

#: No variation but of where the window lies.
PLAIN = Augmentation(rotation=0, backdrop=0, complexion=0, shade=0, light=0, degrade=0)


@pytest.fixture
def pairs(tmp_path: Path) -> Pairs:
    """One pair: a smooth picture and its negative."""
    rng = np.random.default_rng(0)
    photo = cv2.resize(rng.integers(0, 255, (6, 6, 3), np.uint8), (256, 256), interpolation=cv2.INTER_CUBIC)
    for kind, picture in (("photo", photo), ("cartoon", 255 - photo)):
        (tmp_path / kind).mkdir()
        cv2.imwrite(str(tmp_path / kind / "0.png"), picture)
    return Pairs(tmp_path)


def test_windows_show_parts_and_whole_faces_as_they_are_asked_for(pairs: Pairs) -> None:
    small = cv2.resize(pairs.photos[0], (64, 64), interpolation=cv2.INTER_AREA) / np.float32(255)
    looks = [to_tensor([small]), to_tensor([np.ascontiguousarray(small[:, ::-1])])]

    def off(augmentation: Augmentation) -> float:
        photo, _ = pairs.batch(0, 0, 1, 64, augmentation)
        return min(float((photo - look).abs().mean()) for look in looks)

    assert off(replace(PLAIN, smallest=0.25, largest=0.25)) < 0.05
    assert off(PLAIN) > 0.15


@pytest.mark.parametrize(("weights", "named"), [({}, "perceptual"), ({"lpips": 8.0, "whole": True}, "lpips")])
def test_it_learns_by_either_distance(
    weights: dict[str, float], named: str, pairs: Pairs, tmp_path: Path, borrowed: Callable[[str], None]
) -> None:
    borrowed("VGG16")
    borrowed("LPIPS_VGG_HEADS")
    torch.manual_seed(0)
    recipe = WarmupRecipe(steps=12, batch=1, size=32, learning_rate=3e-3, **weights)  # type: ignore[arg-type]
    trainee = Warmup(recipe, pairs, pairs, tmp_path / "run", SmallGenerator())
    losses = [trainee.step(number) for number in range(recipe.steps)]
    assert set(losses[0]) == {"l1", named}
    first, last = (float(torch.stack([loss["l1"] for loss in part]).mean()) for part in (losses[:3], losses[-3:]))
    assert last < first
