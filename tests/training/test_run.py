"""Whole runs: resumed bit for bit, ended by Ctrl-C, and what they leave behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from lightning_fabric import Fabric

from tests.support.sources import PATIENCE, wait_for
from training import checkpoints
from training.__main__ import main
from training.cyclegan_run import CycleGANRun
from training.loop import Ending, Loop
from training.recipe import Recipe
from training.runfolder import RunFolder, read_stats

ROOT = Path(__file__).resolve().parents[2]
Make = Callable[..., Recipe]
#: Everything optional that is random or has a state of its own.
ALL_IN = {
    "losses": {"r1": 1.0, "r1_every": 2, "identity_every": 2},
    "augment": {"policy": ["colour", "translation", "cutout"]},
    "optimizer": {"average": 0.9},
}


def train(recipe: Recipe, folder: Path, until: int | None = None, ending: Ending | None = None) -> Loop:
    """Train to the end, or like somebody who presses Ctrl-C during the step after ``until - 1``."""
    expected = ending or (Ending.FINISHED if until is None else Ending.INTERRUPTED)
    fabric = Fabric(accelerator="cpu", devices=1)
    run = CycleGANRun(recipe, folder, fabric, tell=lambda sentence: None)
    with run.batches:
        loop = Loop(run, RunFolder(folder), run.plan(), fabric, tell=lambda sentence: None)
        if until is not None:
            step = run.step

            def step_and_interrupt(number: int) -> object:
                if number == until - 1:
                    os.kill(os.getpid(), signal.SIGINT)
                return step(number)

            run.step = step_and_interrupt  # type: ignore[method-assign,assignment]
        assert loop.run() is expected
    return loop


@pytest.mark.parametrize("changes", [{}, ALL_IN], ids=["plain", "all-in"])
def test_ten_steps_equal_five_resumed_for_five_more_bit_for_bit(
    tiny_recipe: Make, tmp_path: Path, changes: dict[str, object]
) -> None:
    recipe = tiny_recipe(steps=10, **changes)
    train(recipe, tmp_path / "whole")
    train(recipe, tmp_path / "halves", until=5)
    assert checkpoints.load(tmp_path / "halves" / "last.safetensors")[1]["step"] == 5
    train(recipe, tmp_path / "halves")
    (whole, of_whole), (halves, of_halves) = (
        checkpoints.load(tmp_path / name / "last.safetensors") for name in ("whole", "halves")
    )
    assert (of_whole["step"], of_halves["step"]) == (10, 10)
    assert whole.keys() == halves.keys()
    assert {name.split(".")[0] for name in whole} == {
        "generator", "generator_b2a", "average", "average_b2a", "discriminator_a", "discriminator_b",
        "adam", "adam_b2a", "adam_discriminator_a", "adam_discriminator_b",
    }  # fmt: skip
    assert [name for name in whole if not torch.equal(whole[name], halves[name])] == []
    losses = [
        [{**line, "seconds": 0} for line in read_stats(tmp_path / name / "stats.jsonl")] for name in ("whole", "halves")
    ]
    assert losses[0] == losses[1]
    assert [line["step"] for line in losses[0]] == list(range(1, 11))


def test_a_run_goes_on_in_another_precision(tiny_recipe: Make, tmp_path: Path) -> None:
    for step, precision in enumerate(("64-true", "32-true", "64-true"), start=1):
        fabric = Fabric(accelerator="cpu", devices=1, precision=precision)  # type: ignore[arg-type]
        run = CycleGANRun(tiny_recipe(steps=step), tmp_path, fabric, tell=lambda sentence: None)
        with run.batches:
            Loop(run, RunFolder(tmp_path), run.plan(), fabric, tell=lambda sentence: None).run()
    assert checkpoints.load(tmp_path / "last.safetensors")[1]["step"] == 3


def test_the_last_few_checkpoints_are_kept_and_the_best_is_marked(
    tiny_recipe: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distances = iter([3.0, 1.0, 2.0, 4.0])
    monkeypatch.setattr(CycleGANRun, "measure", lambda self: next(distances))
    recipe = tiny_recipe(steps=4, output={"save_every": 1, "keep": 2}, stopping={"every": 1})
    folder = RunFolder(tmp_path / "run")
    train(recipe, folder.path)
    assert [path.name for path in folder.numbered()] == ["000003.safetensors", "000004.safetensors"]
    assert checkpoints.load(folder.best)[1]["step"] == 2
    assert checkpoints.load(folder.last)[1]["step"] == 4
    assert not list(folder.path.rglob("*.part"))


def test_the_stop_rule_ends_a_run_and_stands_by_it(
    tiny_recipe: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distances = iter([5.0, 3.0, 1.0, *[1.5] * 20])
    monkeypatch.setattr(CycleGANRun, "measure", lambda self: next(distances))
    rule = {"every": 1, "ends_run": True, "patience": 2, "flat": 1.0}
    recipe = tiny_recipe(steps=20, output={"keep": 0}, stopping=rule)
    ended = train(recipe, tmp_path / "run", ending=Ending.DONE)
    assert 4 < ended.step < 10
    assert checkpoints.load(tmp_path / "run" / "best.safetensors")[1]["step"] == 3
    again = train(recipe, tmp_path / "run", ending=Ending.DONE)
    assert again.step == ended.step


def test_the_averaged_generator_follows_the_trained_one(tiny_recipe: Make, tmp_path: Path) -> None:
    train(tiny_recipe(optimizer={"average": 0.5}), tmp_path / "on")
    train(tiny_recipe(), tmp_path / "off")
    for name, equal in (("on", False), ("off", True)):
        tensors, _ = checkpoints.load(tmp_path / name / "last.safetensors")
        weight = "down.2.weight"
        assert torch.equal(tensors[f"average.{weight}"], tensors[f"generator.{weight}"]) is equal


def test_grids_are_drawn_at_the_milestones_with_four_rows(tiny_recipe: Make, tmp_path: Path) -> None:
    from core.images import load_picture

    train(tiny_recipe(output={"grid_at": [2], "grid_faces": 2}), tmp_path / "run")
    grids = sorted(path.name for path in (tmp_path / "run" / "grids").iterdir())
    assert grids == ["A2B-000002.jpg", "A2B-000004.jpg", "B2A-000002.jpg", "B2A-000004.jpg"]
    assert load_picture(tmp_path / "run" / "grids" / "A2B-000002.jpg").pixels.shape == (4 * 32, 2 * 32, 3)


def test_tensorboard_can_read_the_losses(tiny_recipe: Make, tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # type: ignore[import-untyped]

    train(tiny_recipe(), tmp_path / "run")
    events = EventAccumulator(str(tmp_path / "run" / "tensorboard"))
    events.Reload()
    assert [event.step for event in events.Scalars("g_cycle")] == [1, 2, 3, 4]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "training", *map(str, arguments)]


@pytest.fixture
def recipe_file(tiny_recipe: Make, tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    settings = tiny_recipe().model_dump()
    lines = [f"{key} = {json.dumps(settings[key])}" for key in ("steps", "batch")]
    for section in ("data", "networks", "losses", "device", "output"):
        lines += [f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in settings[section].items())]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_ctrl_c_saves_and_ends_cleanly(recipe_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    process = subprocess.Popen(
        command("run", recipe_file, "--out", out, "--set", "steps=100000", "--set", "device.threads=1"),
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    stats = out / "stats.jsonl"
    wait_for(lambda: (stats.is_file() and stats.stat().st_size) or process.poll() is not None, 3 * PATIENCE)
    process.send_signal(signal.SIGINT)
    printed, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert "Interrupted at step" in printed
    _, metadata = checkpoints.load(out / "last.safetensors")
    assert metadata["step"] == [line["step"] for line in read_stats(stats)][-1]


def test_two_processes_get_the_gradients_of_one_with_the_same_batch(
    recipe_file: Path, prepared_set: Path, tmp_path: Path
) -> None:
    # What one of them cannot read, both leave out.
    sorted((prepared_set / "trainB").iterdir())[0].write_bytes(b"broken")
    moments = []
    for devices in (1, 2):
        out = tmp_path / f"devices-{devices}"
        settings = (
            f"device.devices={devices}",
            "device.precision=64-true",
            "device.threads=1",
            "optimizer.weight_decay=0.0",
            "steps=1",
        )
        arguments = [argument for setting in settings for argument in ("--set", setting)]
        if devices == 1:
            assert main(["run", str(recipe_file), "--out", str(out), *arguments]) == 0
        else:
            together = command("run", recipe_file, "--out", out, *arguments)
            done = subprocess.run(together, cwd=ROOT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            assert "1 pictures could not be read and were left out." in done.stdout
            assert "training: " not in done.stderr
        tensors, _ = checkpoints.load(out / "last.safetensors")
        # After one step Adam's first moment is the gradient times 1 - beta1.
        moments.append({name: tensor for name, tensor in tensors.items() if name.endswith("/exp_avg")})
    alone, shared = moments
    assert alone.keys() == shared.keys()
    parts = {name.split(".")[0] for name in alone}
    assert parts == {"adam", "adam_b2a", "adam_discriminator_a", "adam_discriminator_b"}
    for name, moment in alone.items():
        scale = float(moment.abs().max()) + 1e-12
        torch.testing.assert_close(shared[name], moment, rtol=1e-6, atol=1e-6 * scale, msg=name)
