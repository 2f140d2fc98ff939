"""Small parts of training: heatmaps, augmentation, averages, schedules, the warm-up's checkpoints, the bench."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from torch import nn

from training import checkpoints, cyclegan_run
from training.augment import diff_augment
from training.average import Average
from training.bench import compare
from training.checkpoints import CheckpointError
from training.cyclegan import Discriminators, Generators
from training.grids import heat_on
from training.networks.small import SmallGenerator
from training.recipe import Recipe
from training.runfolder import RunFolder, read_stats
from training.schedule import learning_rate

Make = Callable[..., Recipe]


def test_a_flat_heatmap_is_drawn_and_not_divided_by_zero() -> None:
    grey = np.full((8, 8, 3), 128, np.uint8)
    with np.errstate(all="raise"):
        heat = heat_on(grey, np.full((2, 2), 3.0, np.float32))
    assert len(np.unique(heat.reshape(-1, 3), axis=0)) == 1


def test_the_hottest_place_is_red_and_the_coldest_blue() -> None:
    attention = np.zeros((4, 4), np.float32)
    attention[0, 0] = 5
    heat = heat_on(np.zeros((32, 32, 3), np.uint8), attention).astype(int)
    assert heat[0, 0, 0] > heat[0, 0, 2]
    assert heat[31, 31, 2] > heat[31, 31, 0]


@pytest.mark.parametrize("policy", [("colour",), ("translation",), ("cutout",), ("colour", "translation", "cutout")])
def test_augmentation_varies_each_picture_and_passes_gradients(policy: tuple[str, ...]) -> None:
    torch.manual_seed(0)
    pictures = torch.rand(1, 3, 16, 16).repeat(4, 1, 1, 1).requires_grad_()
    varied = diff_augment(pictures, policy)
    assert varied.shape == pictures.shape
    assert all(not torch.equal(varied[0], other) for other in varied[1:])
    torch.autograd.backward(varied.sum())
    assert pictures.grad is not None
    assert pictures.grad.abs().sum() > 0
    assert torch.equal(diff_augment(pictures, ()), pictures)


def test_translation_moves_whole_pixels() -> None:
    torch.manual_seed(1)
    picture = torch.rand(1, 3, 16, 16)
    moved = diff_augment(picture, ("translation",))
    inside = moved[moved != 0]
    assert set(inside.tolist()) <= set(picture.flatten().tolist())


def test_the_average_lags_behind_and_follows_without_decay() -> None:
    network = nn.Linear(1, 1, bias=False)
    slow, at_once = Average(network, 0.9), Average(network, 0.0)
    start = network.weight.item()
    with torch.no_grad():
        network.weight += 1.0
    slow.update(network, step=1000)
    at_once.update(network, step=1000)
    assert next(slow.network.parameters()).item() == pytest.approx(start + 0.1)
    assert next(at_once.network.parameters()).item() == pytest.approx(start + 1.0)


def test_the_rate_is_constant_for_the_first_half_and_then_falls_to_zero() -> None:
    rates = [learning_rate(1e-4, step, 1000, 0.5) for step in (0, 499, 500, 750, 999)]
    assert rates == pytest.approx([1e-4, 1e-4, 1e-4, 0.5e-4, 2e-7])
    assert learning_rate(1.0, 4, 1000, 0.5, rise=50) == pytest.approx(0.1)


def test_moments_of_a_plain_adam_are_taken_up_by_a_fused_one() -> None:
    torch.manual_seed(0)
    networks = [SmallGenerator(8, blocks=1) for _ in range(2)]
    networks[1].load_state_dict(networks[0].state_dict())
    adams = [
        torch.optim.Adam(network.parameters(), lr=1e-3, foreach=not fused, fused=fused)
        for network, fused in zip(networks, (False, True), strict=True)
    ]

    def train(index: int) -> None:
        torch.autograd.backward(networks[index](torch.ones(1, 3, 16, 16)).image.mean())
        adams[index].step()
        adams[index].zero_grad()

    train(0)
    checkpoints.load_network(networks[1], networks[0].state_dict(), "the generator")
    checkpoints.load_optimizer(adams[1], networks[1], checkpoints.optimizer_tensors(adams[0], networks[0]))
    train(0)
    train(1)
    for plain, fused in zip(networks[0].parameters(), networks[1].parameters(), strict=True):
        torch.testing.assert_close(fused, plain, rtol=1e-4, atol=1e-6)


def test_a_save_that_fails_leaves_the_last_checkpoint_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RunFolder(tmp_path)
    folder.save({"x": torch.zeros(3)}, {"step": 1}, keep=1)

    def full(*arguments: object, **settings: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, "save_file", full)
    with pytest.raises(CheckpointError, match="could not be saved"):
        folder.save({"x": torch.ones(3)}, {"step": 2}, keep=1)
    assert checkpoints.load(folder.last)[1]["step"] == 1
    assert not list(tmp_path.rglob("*.part"))


def test_a_log_that_a_crash_cut_off_is_read_and_mended(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.log([{"step": step, "g": 1.0} for step in (1, 2, 3)])
    stats = tmp_path / "stats.jsonl"
    stats.write_text(stats.read_text() + '{"step": 4, "g"')
    folder.forget_after(2)
    folder.log([{"step": 3, "g": 2.0}])
    assert [line["step"] for line in read_stats(stats)] == [1, 2, 3]


def test_the_bench_measures_both_steps(tiny_recipe: Make) -> None:
    recipe = tiny_recipe(batch=1)
    found = compare(recipe, rounds=1, steps=1, fabric=Fabric(accelerator="cpu", devices=1))
    assert found.ours.images_per_second > 0
    assert found.plain.images_per_second > 0
    assert found.speedup == found.ours.images_per_second / found.plain.images_per_second


def test_a_recipe_may_begin_with_a_paired_warm_up(
    tiny_recipe: Make, tmp_path: Path, borrowed: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.verbs import run

    borrowed("VGG16")
    rng = np.random.default_rng(0)
    for split in ("train", "test"):
        for kind in ("photo", "cartoon"):
            target = tmp_path / "pairs" / split / kind
            target.mkdir(parents=True)
            cv2.imwrite(str(target / "0.png"), rng.integers(0, 255, (64, 64, 3), np.uint8))
    recipe = tiny_recipe(steps=1, warmup={"pairs": str(tmp_path / "pairs"), "steps": 1, "batch": 1, "size": 32})
    monkeypatch.setattr(run, "load_recipe", lambda path, changes: recipe)
    begun_from: list[Path] = []
    original = cyclegan_run._start_from

    def start_from(init: Path, generators: Generators, discriminators: Discriminators) -> None:
        begun_from.append(init)
        original(init, generators, discriminators)

    monkeypatch.setattr(cyclegan_run, "_start_from", start_from)
    assert run.run(Namespace(recipe=Path("x.toml"), out=tmp_path / "run", changes=[])) == 0
    assert begun_from == [tmp_path / "run" / "warmup" / "last.safetensors"]
    assert checkpoints.load(tmp_path / "run" / "last.safetensors")[1]["step"] == 1
