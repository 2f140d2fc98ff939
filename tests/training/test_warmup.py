"""The supervised warm-up learns from pairs, in windows or whole faces, by either distance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from core.alignment import TEMPLATE
from training.__main__ import main
from training.closeup import features, mouths
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


CLOSE = {"lpips": 8.0, "whole": True, "face": 8.0, "mouth": 4.0}


@pytest.mark.parametrize(
    ("weights", "named"),
    [({}, {"perceptual"}), ({"lpips": 8.0, "whole": True}, {"lpips"}), (CLOSE, {"lpips", "face", "mouth"})],
)
def test_it_learns_by_either_distance(
    weights: dict[str, float], named: set[str], pairs: Pairs, tmp_path: Path, borrowed: Callable[[str], None]
) -> None:
    borrowed("VGG16")
    borrowed("LPIPS_VGG_HEADS")
    torch.manual_seed(0)
    recipe = WarmupRecipe(steps=12, batch=1, size=64, learning_rate=3e-3, **weights)  # type: ignore[arg-type]
    trainee = Warmup(recipe, pairs, pairs, tmp_path / "run", SmallGenerator())
    losses = [trainee.step(number) for number in range(recipe.steps)]
    assert set(losses[0]) == {"l1"} | named
    first, last = (float(torch.stack([loss["l1"] for loss in part]).mean()) for part in (losses[:3], losses[-3:]))
    assert last < first


def test_a_closer_look_holds_what_it_is_named_after() -> None:
    eyes, corners = TEMPLATE[:2], TEMPLATE[3:]
    # Every pixel tells where it is, x and y as shares of the side.
    places = torch.stack(torch.meshgrid(*2 * [torch.arange(256) / 256], indexing="xy"))[None]
    for cut, points in ((features(places), np.concatenate((eyes, corners))), (mouths(places), corners)):
        least, most = cut.amin((0, 2, 3)).numpy(), cut.amax((0, 2, 3)).numpy()
        assert (points - least > 0.1).all()
        assert (most - points > 0.04).all()


def test_closer_looks_at_parts_of_faces_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["warmup", "--data", str(tmp_path), "--out", str(tmp_path / "run"), "--faces"]) == 1
    assert "--faces needs --whole" in capsys.readouterr().err


def test_pairs_made_in_advance_are_the_same(pairs: Pairs, tmp_path: Path, borrowed: Callable[[str], None]) -> None:
    borrowed("VGG16")
    recipe = WarmupRecipe(steps=2, batch=1, size=64)

    def learnt(workers: int) -> torch.Tensor:
        trainee = Warmup(recipe, pairs, pairs, tmp_path, SmallGenerator(width=8), workers=workers)
        with trainee.batches:
            for number in range(recipe.steps):
                trainee.step(number)
        return torch.nn.utils.parameters_to_vector(trainee.generator.parameters())

    torch.manual_seed(0)
    alone = learnt(0)
    torch.manual_seed(0)
    assert torch.equal(alone, learnt(2))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_it_learns_on_a_gpu(pairs: Pairs, tmp_path: Path, borrowed: Callable[[str], None]) -> None:
    borrowed("VGG16")
    borrowed("LPIPS_VGG_HEADS")
    device = torch.device("cuda")
    recipe = WarmupRecipe(steps=8, batch=2, size=64, learning_rate=3e-3, lpips=8.0, bfloat16=True)
    trainee = Warmup(recipe, pairs, pairs, tmp_path, SmallGenerator(), device=device, workers=2)
    with trainee.batches:
        losses = [float(trainee.step(number)["l1"]) for number in range(recipe.steps)]
    assert losses[-1] < losses[0]
    assert next(trainee.average.network.parameters()).device.type == "cuda"
