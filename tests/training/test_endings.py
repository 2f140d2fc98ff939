"""What a run says when the disk, the folder or another process fails it, and what it leaves behind."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from lightning_fabric import Fabric

from core.errors import OutputError
from training import checkpoints
from training.__main__ import main
from training.board import Board
from training.checkpoints import CheckpointError
from training.cyclegan_run import CycleGANRun, make_fabric
from training.errors import OutOfMemoryError, RunError
from training.loop import Loop
from training.recipe import Device, Recipe, RecipeError
from training.runfolder import RunFolder, read_stats
from training.verbs.run import train
from training.weights import WeightsError

ROOT = Path(__file__).resolve().parents[2]
FULL = Path("/dev/full")
Make = Callable[..., Recipe]
only_linux = pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")


def loop(recipe: Recipe, folder: Path) -> Loop:
    fabric = Fabric(accelerator="cpu", devices=1)
    run = CycleGANRun(recipe, folder, fabric, tell=lambda sentence: None)
    return Loop(run, RunFolder(folder), run.plan(), fabric, lambda sentence: None)


@only_linux
@pytest.mark.parametrize("what", ["stats.jsonl", "tensorboard"])
def test_a_full_disk_while_logging_names_the_last_good_checkpoint(
    tiny_recipe: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    loop(tiny_recipe(steps=1), tmp_path).run()
    if what == "stats.jsonl":
        monkeypatch.setattr(RunFolder, "forget_after", lambda self, step: None)
        (tmp_path / what).unlink()
        (tmp_path / what).symlink_to(FULL)
    else:
        monkeypatch.setattr(Path, "open", _always_full(Path.open))
    with pytest.raises(RunError) as caught:
        loop(tiny_recipe(steps=3), tmp_path).run()
    assert "disk is full" in str(caught.value)
    assert f"The last good checkpoint is {tmp_path / 'last.safetensors'}." in str(caught.value)


def _always_full(real: Callable[..., object]) -> Callable[..., object]:
    def opened(self: Path, *arguments: object, **settings: object) -> object:
        return real(FULL if "tfevents" in self.name else self, *arguments, **settings)

    return opened


def test_a_board_is_read_by_tensorboard_without_the_steps_that_were_taken_back(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # type: ignore[import-untyped]

    for first, last in ((1, 5), (4, 6)):
        board = Board(tmp_path, first)
        for step in range(first, last + 1):
            board.scalars(step, {"g": step / first})
        board.flush()
        board.close()
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("g")] == [
        (1, 1), (2, 2), (3, 3), (4, 1), (5, 1.25), (6, 1.5),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["a file", "below a file"])
def test_a_folder_that_cannot_be_written_is_told_before_anything_is_built(
    tiny_recipe: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("training.verbs.run.CycleGANRun", None)
    (tmp_path / "file").write_text("mine")
    folder = tmp_path / "file" if kind == "a file" else tmp_path / "file" / "run"
    with pytest.raises(OutputError, match=r"cannot be made .*choose another --out"):
        train(tiny_recipe(), RunFolder(folder), Fabric(accelerator="cpu", devices=1))
    assert (tmp_path / "file").read_text() == "mine"


def test_two_runs_never_write_into_one_folder(tiny_recipe: Make, tmp_path: Path) -> None:
    fabric = Fabric(accelerator="cpu", devices=1)
    train(tiny_recipe(steps=1), RunFolder(tmp_path), fabric)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    holder = subprocess.Popen(
        [sys.executable, "-c", f"from training.runfolder import RunFolder\nfrom pathlib import Path\n"
         f"with RunFolder(Path({str(tmp_path)!r})).held():\n    print(1, flush=True)\n    input()"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        with pytest.raises(OutputError, match="Another process is training in"):
            train(tiny_recipe(steps=2), RunFolder(tmp_path), fabric)
        assert before == {path: path.read_bytes() for path in before}
    finally:
        holder.communicate(b"\n", timeout=60)
    train(tiny_recipe(steps=2), RunFolder(tmp_path), fabric)
    assert checkpoints.load_metadata(tmp_path / "last.safetensors")["step"] == 2


def test_a_measuring_network_that_cannot_be_had_is_told_before_the_first_step(
    tiny_recipe: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(_: object) -> Path:
        raise WeightsError("pip could not download it.")

    monkeypatch.setattr("training.cyclegan_run.fetch", offline)
    with pytest.raises(WeightsError):
        loop(tiny_recipe(stopping={"every": 100}), tmp_path)


@pytest.mark.parametrize("trouble", ["gone", "cut off"])
def test_a_run_without_a_whole_last_checkpoint_names_the_newest_other_one(
    tiny_recipe: Make, tmp_path: Path, trouble: str
) -> None:
    loop(tiny_recipe(steps=3, output={"save_every": 1, "keep": 2}), tmp_path).run()
    log = (tmp_path / "stats.jsonl").read_bytes()
    last = tmp_path / "last.safetensors"
    data = last.read_bytes()
    last.unlink()
    if trouble == "cut off":
        last.write_bytes(data[:-100])
    with pytest.raises(CheckpointError) as caught:
        train(tiny_recipe(steps=4), RunFolder(tmp_path), Fabric(accelerator="cpu", devices=1))
    newest = tmp_path / "checkpoints" / "000003.safetensors"
    assert f'copy "{newest}" to "{last}"' in str(caught.value)
    assert (tmp_path / "stats.jsonl").read_bytes() == log
    shutil.copy(newest, last)
    train(tiny_recipe(steps=4), RunFolder(tmp_path), Fabric(accelerator="cpu", devices=1))
    assert checkpoints.load_metadata(last)["step"] == 4


def test_checkpoints_are_in_order_beyond_a_million_steps_and_later_ones_are_left_alone(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for step in (999_999, 1_000_000, 1_000_001):
        folder.save({"x": torch.zeros(1)}, {"step": step}, keep=2)
    assert [path.stem for path in folder.numbered()] == ["1000000", "1000001"]
    folder.save({"x": torch.zeros(1)}, {"step": 500}, keep=2)
    assert [path.stem for path in folder.numbered()] == ["000500", "1000000", "1000001"]


def test_a_damaged_line_costs_no_other_and_nan_is_null(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.log([{"step": 1, "g": 1.0}, {"step": 2, "g": float("nan")}])
    path = tmp_path / "stats.jsonl"
    with path.open("ab") as file:
        file.write(b'{"step": 3, "g": 1.\n\xff\xfe\n[4]\n{"g": 2.0}\n')
    folder.log([{"step": 5, "g": 5.0}])
    lines = list(read_stats(path))
    assert [line["step"] for line in lines] == [1, 2, 5]
    assert lines[1]["g"] != lines[1]["g"]
    folder.forget_after(2)

    def refuse(word: str) -> float:
        raise AssertionError(word)

    for text in path.read_text(encoding="utf-8").splitlines():
        json.loads(text, parse_constant=refuse)
    assert [line["step"] for line in read_stats(path)] == [1, 2]


@pytest.mark.parametrize("accelerator", ["cuda", "mps"])
def test_an_accelerator_that_is_not_there_is_told(accelerator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    with pytest.raises(RecipeError, match=f"device.accelerator is {accelerator}.*set it to auto or cpu"):
        make_fabric(Device(accelerator=accelerator))  # type: ignore[arg-type]


def test_networks_that_do_not_fit_name_their_widths(
    tiny_recipe: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(recipe: Recipe) -> None:
        torch.empty(2**50, dtype=torch.uint8)

    monkeypatch.setattr("training.cyclegan_run.build", too_large)
    with pytest.raises(OutOfMemoryError, match=r"before the first step: lower networks.generator_width \(now 8\) or"):
        loop(tiny_recipe(), tmp_path)


def test_ctrl_c_while_a_verb_is_imported_ends_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("importlib.import_module", interrupted)
    assert main(["run", "recipe.toml"]) == 130
    assert capsys.readouterr().err == "training: stopped.\n"


@only_linux
@pytest.mark.parametrize("trouble", ["full disk", "no number"])
def test_two_processes_end_together_and_one_of_them_tells(tiny_recipe: Make, tmp_path: Path, trouble: str) -> None:
    recipe = tmp_path / "tiny.toml"
    settings = tiny_recipe(steps=3, batch=4, output={"log_every": 1, "save_every": 1, "keep": 0}).model_dump()
    lines = [f"{key} = {json.dumps(settings[key])}" for key in ("steps", "batch")]
    for section in ("data", "networks", "losses", "output"):
        lines += [f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in settings[section].items())]
    lines += ["[device]", 'accelerator = "cpu"', "devices = 2", "threads = 1"]
    if trouble == "no number":
        lines += ["[optimizer]", "learning_rate = 1e38"]
    recipe.write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path / "run"
    if trouble == "full disk":
        (out / "tensorboard").mkdir(parents=True)
        (out / "stats.jsonl").symlink_to(FULL)
    done = subprocess.run(
        [sys.executable, "-m", "training", "run", str(recipe), "--out", str(out)],
        cwd=ROOT, env={**os.environ, "TQDM_DISABLE": "1"}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("training: ")]
    assert done.returncode == 1, done.stderr
    (sentence,) = told
    assert ("disk is full" if trouble == "full disk" else "no number" if "weights" in sentence else " is ") in sentence
    assert "deprecated" not in done.stderr
