"""How runs fail: each with a sentence that says what to change, and with a whole checkpoint behind it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from lightning_fabric import Fabric

from training import checkpoints
from training.__main__ import main
from training.checkpoints import CheckpointError
from training.cyclegan_run import CycleGANRun
from training.errors import OutOfMemoryError, RunError
from training.loop import Loop
from training.memory import memory_failures_told
from training.recipe import Recipe
from training.runfolder import RunFolder, read_stats

Make = Callable[..., Recipe]


def loop(recipe: Recipe, folder: Path, told: list[str] | None = None) -> Loop:
    fabric = Fabric(accelerator="cpu", devices=1)
    tell = (told if told is not None else []).append
    run = CycleGANRun(recipe, folder, fabric, tell=tell)
    return Loop(run, RunFolder(folder), run.plan(), fabric, tell)


def test_a_loss_that_is_no_number_stops_at_the_last_good_checkpoint(
    tiny_recipe: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = CycleGANRun.step

    def poisoned(self: CycleGANRun, number: int) -> object:
        losses = dict(good(self, number))
        if number == 4:
            losses["g_cycle"] = torch.tensor(float("nan"))
            with torch.no_grad():
                next(self.stepper.generators.parameters()).fill_(float("nan"))
        return losses

    monkeypatch.setattr(CycleGANRun, "step", poisoned)
    recipe = tiny_recipe(steps=12, output={"save_every": 2, "log_every": 3})
    with pytest.raises(RunError) as caught:
        loop(recipe, tmp_path).run()
    sentence = str(caught.value)
    assert "at step 5 g_cycle is nan" in sentence
    assert str(tmp_path / "last.safetensors") in sentence
    assert "learning_rate" in sentence
    tensors, metadata = checkpoints.load(tmp_path / "last.safetensors")
    assert metadata["step"] == 4
    assert all(bool(tensor.isfinite().all()) for tensor in tensors.values())
    monkeypatch.undo()
    resumed = loop(tiny_recipe(steps=6), tmp_path)
    resumed.run()
    assert [line["step"] for line in read_stats(tmp_path / "stats.jsonl")] == [1, 2, 3, 4, 5, 6]


def test_weights_that_are_no_numbers_are_never_saved(
    tiny_recipe: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = CycleGANRun.step

    def poisoned(self: CycleGANRun, number: int) -> object:
        losses = good(self, number)
        with torch.no_grad():
            next(self.stepper.discriminators.parameters()).fill_(float("inf"))
        return losses

    monkeypatch.setattr(CycleGANRun, "step", poisoned)
    with pytest.raises(RunError, match=r"first in discriminator_a.*Nothing was saved"):
        loop(tiny_recipe(steps=1), tmp_path).run()
    assert not (tmp_path / "last.safetensors").exists()


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        RuntimeError("MPS backend out of memory"),
        MemoryError(),
    ],
    ids=["cuda", "cpu", "mps", "python"],
)
def test_out_of_memory_says_which_setting_to_lower(
    tiny_recipe: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def too_large(self: CycleGANRun, number: int) -> object:
        raise error

    monkeypatch.setattr(CycleGANRun, "step", too_large)
    with pytest.raises(OutOfMemoryError, match=r"lower batch \(now 2\), or data\.size \(now 32\)"):
        loop(tiny_recipe(), tmp_path).run()


def test_a_real_allocation_that_is_too_large_is_recognised() -> None:
    with pytest.raises(OutOfMemoryError, match=r"data\.size"), memory_failures_told(7, {"data": {"size": 256}}):
        torch.empty(2**50, dtype=torch.uint8)


def test_other_failures_pass_unchanged() -> None:
    with pytest.raises(RuntimeError, match="size of tensor"), memory_failures_told(0, {}):
        torch.ones(2) + torch.ones(3)


def test_a_checkpoint_of_another_architecture_is_refused(tiny_recipe: Make, tmp_path: Path) -> None:
    loop(tiny_recipe(steps=1), tmp_path).run()
    for changes in ({"generator": "report"}, {"generator_width": 12}, {"discriminator_width": 8}):
        with pytest.raises(CheckpointError, match="of another architecture than the recipe's"):
            loop(tiny_recipe(steps=2, networks=changes), tmp_path)


def test_a_checkpoint_of_another_kind_of_run_is_refused(tiny_recipe: Make, tmp_path: Path) -> None:
    checkpoints.save(tmp_path / "last.safetensors", {"x": torch.zeros(1)}, {"kind": "warmup", "step": 3})
    with pytest.raises(CheckpointError, match="checkpoint of a warmup run, not of a cyclegan run"):
        loop(tiny_recipe(), tmp_path)


def test_a_damaged_checkpoint_is_told(tiny_recipe: Make, tmp_path: Path) -> None:
    loop(tiny_recipe(steps=1), tmp_path).run()
    last = tmp_path / "last.safetensors"
    last.write_bytes(last.read_bytes()[: last.stat().st_size // 2])
    with pytest.raises(CheckpointError, match="damaged"):
        loop(tiny_recipe(), tmp_path)


def test_changed_settings_are_told_when_a_run_goes_on(tiny_recipe: Make, tmp_path: Path) -> None:
    loop(tiny_recipe(steps=1), tmp_path).run()
    told: list[str] = []
    loop(tiny_recipe(steps=2, losses={"cam": 0.0}), tmp_path, told)
    assert told == ["Going on from step 1. Changed since: losses.cam, steps."]


def test_the_command_line_prints_one_sentence_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "slip.toml"
    recipe.write_text('[data]\nfolder = "nowhere"\n[losses]\ncyle = 3.0\n')
    assert main(["run", str(recipe)]) == 1
    printed = capsys.readouterr().err
    assert re.fullmatch(r'training: The recipe ".*" cannot be followed: .*"losses.cyle".*"losses.cycle".*\n', printed)
    recipe.write_text('[data]\nfolder = "nowhere"\n')
    assert main(["run", str(recipe), "--out", str(tmp_path / "run"), "--set", "device.accelerator=cpu"]) == 1
    assert "There is no folder" in capsys.readouterr().err
