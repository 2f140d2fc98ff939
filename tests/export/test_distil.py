"""The live student: its shape and cost, how it learns, and the whole way from a full model to its live twin."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import os
import signal
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from core.blending import Blend
from core.catalogue import MANIFEST, Kind, load_catalogue, load_model_folder
from core.errors import ModelError
from core.generator import Generator
from core.images import load_picture
from core.live.loading import live_model
from core.runtime import Device
from core.saving import save_picture
from export.__main__ import main
from export.distil import verb
from export.distil.apprentice import Apprentice, DistilRecipe, consistency
from export.distil.lessons import Lessons, prepare
from export.distil.run import DistilError, Photos, distil, live_name
from tests.export.test_distil_lessons import Negative
from tests.support.models import tiny_model
from training import checkpoints, weights
from training.networks.live import LiveGenerator
from training.runfolder import RunFolder

TINY = DistilRecipe(steps=6, size=32, part=32, perceptual_from=0.0, adversarial_from=0.0, batch=2, save_every=0)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """So that sums have one order."""
    torch.set_num_threads(1)


@pytest.fixture(scope="module", autouse=True)
def borrowed() -> None:
    """Skips where the frozen networks that judge drawings cannot be had."""
    try:
        for one in (weights.VGG16, weights.LPIPS_VGG_HEADS, weights.EFFICIENTNET_LITE0):
            weights.fetch(one)
    except weights.WeightsError as error:
        pytest.skip(str(error))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Squares of a real photo."""
    picture = skimage.data.astronaut()  # type: ignore[no-untyped-call]
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(6):
        square = picture[20 * number :, 100 + 10 * number :][:128, :128]
        save_picture(folder / f"{number}.png", np.ascontiguousarray(square))
    return folder


@pytest.fixture
def lessons(photos: Path, tmp_path: Path) -> Lessons:
    found = prepare([photos], Negative(), tmp_path / "drawings")
    assert found is not None
    return found


def test_the_student_has_a_generators_signature_and_a_cameras_budget() -> None:
    student = LiveGenerator()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        output = student(torch.zeros(1, 3, 256, 256))
    assert output.image.shape == (1, 3, 256, 256)
    assert output.attention.shape == (1, 1, 64, 64)
    assert counter.get_total_flops() < 2.4e9, "what fits into 15 ms on two cores"
    wide = [module.out_channels for module in student.modules() if isinstance(module, nn.Conv2d)]
    assert sum(width % 8 != 0 for width in wide) == 2, "only the picture and the map: others leave the blocked layout"


def test_two_drawings_agree_where_they_show_the_same() -> None:
    picture = torch.rand(3, 40, 40)
    windows = [picture[:, 4:36, 4:36], picture[:, 1:33, 8:40]]
    assert consistency(torch.stack(windows), ((-3, 4),)).item() == 0
    assert consistency(torch.stack(windows), ((3, 4),)).item() > 0.1
    assert consistency(torch.stack(windows), ((0, 0),)).item() > 0.1


def test_a_batch_shows_lessons_twice_where_it_should(lessons: Lessons, tmp_path: Path) -> None:
    apprentice = Apprentice(dataclasses.replace(TINY, size=48, noise=0.0), lessons, lessons, tmp_path)
    twice, once = apprentice.batches.take(0), apprentice.batches.take(1)
    assert twice.photos.shape == twice.drawings.shape == (4, 3, 48, 48)
    assert once.photos.shape == (2, 3, 48, 48)
    assert once.shifts == ()
    assert len(twice.shifts) == 2
    assert twice.attention.shape == once.attention.shape == (2, 1, 12, 12)
    assert consistency(twice.drawings, twice.shifts).item() < 1e-6
    assert consistency(twice.photos, twice.shifts).item() < 1e-6


def test_a_student_comes_nearer_to_its_teacher(lessons: Lessons, tmp_path: Path) -> None:
    still = dataclasses.replace(DistilRecipe().variation, rotation=0, scale=0, turn=0, bend=0, degrade=0, light=0)
    recipe = DistilRecipe(
        steps=60,
        size=64,
        part=64,
        batch=2,
        learning_rate=3e-3,
        perceptual_from=0.9,
        adversarial_from=2.0,
        variation=still,
    )
    apprentice = Apprentice(recipe, lessons, lessons, tmp_path)
    losses = [apprentice.step(number) for number in range(60)]
    first, last = (np.mean([float(loss["l1"]) for loss in part]) for part in (losses[:6], losses[-6:]))
    assert last < 0.7 * first
    assert set(losses[0]) == {"l1", "attention", "consistency"}
    assert set(losses[-1]) == {"l1", "attention", "perceptual"}


def test_a_student_may_look_at_eyes_and_mouth_above_all(lessons: Lessons, tmp_path: Path) -> None:
    weights = dataclasses.replace(DistilRecipe().weights, face=8.0, mouth=4.0)
    recipe = dataclasses.replace(TINY, size=64, part=32, faces=1.0, perceptual_from=0.0, weights=weights)
    apprentice = Apprentice(recipe, lessons, lessons, tmp_path)
    # Every pixel tells where it is.
    places = torch.arange(64 * 64, dtype=torch.float32).reshape(1, 1, 64, 64)
    for number in range(20):
        part = apprentice._part(number, places)
        assert part.shape[2:] == (32, 32)
        top, left = divmod(int(part[0, 0, 0, 0]), 64)
        # The middle of eyes and mouth, at 0.555 and 0.5 of the side, lies well inside.
        assert abs(top + 16 - 0.555 * 64) < 5
        assert abs(left + 16 - 32) < 5
    assert {"face", "mouth"} <= set(apprentice.step(0))


def test_what_is_resumed_learns_what_it_would_have_learnt(lessons: Lessons, tmp_path: Path) -> None:
    whole, first, second = (Apprentice(TINY, lessons, lessons, tmp_path) for _ in range(3))
    for number in range(4):
        whole.step(number)
    for number in range(2):
        first.step(number)
    checkpoints.save(tmp_path / "half.safetensors", first.tensors(), {})
    second.restore(checkpoints.load(tmp_path / "half.safetensors")[0])
    for number in (2, 3):
        last = second.step(number)
    assert {"adversarial", "critic", "perceptual"} <= set(last)
    theirs = second.tensors()
    for name, tensor in whole.tensors().items():
        assert torch.equal(tensor, theirs[name]), name


def distilled(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    verb.add_arguments(parser)
    return verb.run(parser.parse_args(arguments))


def test_a_student_can_begin_where_an_earlier_one_ended(lessons: Lessons, tmp_path: Path) -> None:
    torch.manual_seed(7)
    earlier = LiveGenerator()
    checkpoints.save(tmp_path / "earlier.safetensors", checkpoints.prefixed("average", earlier.state_dict()), {})
    apprentice = Apprentice(TINY, lessons, lessons, tmp_path)
    apprentice.start_from(tmp_path / "earlier.safetensors")
    picture = torch.rand(1, 3, 32, 32)
    for network in (apprentice.student, apprentice.average.network):
        torch.testing.assert_close(network(picture).image, earlier(picture).image)


def test_a_full_model_gets_its_live_twin(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    models = tmp_path / "models"
    full = tiny_model(models, "full", name={"en": "Full", "zh_TW": "全"})
    command = [str(full.folder), "--data", str(photos), "--out", str(models / "full-live"), "--steps", "2"]
    step, pressed = Apprentice.step, False

    def interrupted(self: Apprentice, number: int) -> object:
        nonlocal pressed
        if not pressed:
            os.kill(os.getpid(), signal.SIGINT)
        pressed = True
        return step(self, number)

    monkeypatch.setattr(Apprentice, "step", interrupted)
    assert distilled(command) == 130
    assert "The same command goes on." in capsys.readouterr().out
    assert not (models / "full-live").exists()
    assert distilled(command) == 0
    told = capsys.readouterr().out
    assert "Going on from step 1." in told
    assert "full-live is in" in told

    twin = load_model_folder(models / "full-live")
    twin.verify()
    assert twin.manifest.kind is Kind.LIVE
    assert twin.name("zh_TW") == "全（即時）"
    assert twin.manifest.licence == full.manifest.licence
    assert twin.manifest.training["recipe"]["teacher_sha256"] == full.manifest.sha256
    assert twin.manifest.metrics["held_out_teacher"]["count"] >= 1
    assert twin.manifest.metrics["parity"]["anime"] < 2e-3
    catalogue = load_catalogue([models])
    assert (catalogue.get().manifest.id, live_model(catalogue).manifest.id) == ("full", "full-live")

    crop = cv2.resize(load_picture(photos / "0.png").pixels, (256, 256))
    styled = Generator(twin, Device.CPU).run(np.asarray(crop, np.uint8)[None])
    network = LiveGenerator()
    checkpoints.load_average(network, tmp_path / "runs" / "full-live" / "last.safetensors")
    with torch.no_grad():
        wanted = network(torch.from_numpy(crop.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]).image[0]
    assert np.abs(styled.anime[0] - (wanted.permute(1, 2, 0).numpy() + 1) * 127.5).max() <= 1

    other = tiny_model(models, "other", gain=1.0)
    with pytest.raises(DistilError, match=r"another teacher \(full\); choose another folder"):
        distil(other, Photos([photos]), DistilRecipe(steps=3), RunFolder(tmp_path / "runs" / "full-live"))


def test_a_teacher_of_another_size_is_refused(photos: Path, tmp_path: Path) -> None:
    model = tiny_model(tmp_path, "large")
    large = dataclasses.replace(model, manifest=model.manifest.model_copy(update={"size": 512}))
    with pytest.raises(DistilError, match="512 pixels"):
        distil(large, Photos([photos]), DistilRecipe(), RunFolder(tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_what_is_no_teacher_is_refused_in_a_sentence(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = ["--data", str(photos)]
    model = tiny_model(tmp_path, "model")
    model.path.write_bytes(b"no model")
    with pytest.raises(ModelError, match="damaged"):
        distilled([str(model.folder), *data])
    manifest = json.loads((model.folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["sha256"] = hashlib.sha256(b"no model").hexdigest()
    (model.folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelError, match="not a model"):
        distilled([str(model.folder), *data])
    with pytest.raises(ModelError, match="There is no model"):
        distilled(["nowhere", *data])


def test_the_command_line_says_in_a_sentence_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = tiny_model(tmp_path, "teacher")
    (tmp_path / "empty").mkdir()
    command = ["distil", str(teacher.folder), "--data", str(tmp_path / "empty"), "--run", str(tmp_path / "run")]
    monkeypatch.setattr(sys, "argv", ["export", *command])
    assert main() == 1
    assert capsys.readouterr().err.startswith("export: There are no pictures in")


def test_a_twin_of_pairs_has_a_style_of_its_own(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    teacher = tiny_model(tmp_path, "teacher")
    for kind in ("photo", "cartoon"):
        (tmp_path / "pairs" / kind).mkdir(parents=True)
        for path in photos.iterdir():
            large = np.asarray(cv2.resize(load_picture(path).pixels, (256, 256)), np.uint8)
            save_picture(tmp_path / "pairs" / kind / path.name, large)
    line = [str(teacher.folder), "--data", str(tmp_path / "pairs"), "--pairs", "--steps", "1", "--threads", "1"]
    with pytest.raises(DistilError, match="name --run and --out"):
        distilled(line)
    out = tmp_path / "models" / "watercolour-live"
    line += ["--run", str(tmp_path / "run"), "--out", str(out), "--name", "Watercolour", "--name-zh", "水彩"]
    assert distilled([*line, "--style", "wet", "--blend", "cover"]) == 0
    manifest = load_model_folder(out).manifest
    assert manifest.name == {"en": "Watercolour (live)", "zh_TW": "水彩（即時）"}
    assert (manifest.id, manifest.style, manifest.blend) == ("watercolour-live", "wet", Blend.COVER)
    assert "watercolour-live is in" in capsys.readouterr().out


def test_names_say_that_a_model_is_live() -> None:
    assert live_name({"en": "Ink", "zh_TW": "墨"}) == {"en": "Ink (live)", "zh_TW": "墨（即時）"}
    assert live_name({"fr": "Encre"}) == {"fr": "Encre (live)"}


def test_noise_between_the_views_is_small(lessons: Lessons, tmp_path: Path) -> None:
    """A drawing is to stay calm under a camera's noise, so the views of a lesson differ by no more than that."""
    apprentice = Apprentice(dataclasses.replace(TINY, noise=0.02), lessons, lessons, tmp_path)
    batch = apprentice.batches.take(0)
    assert 0 < consistency(batch.photos, batch.shifts).item() < 0.03
    assert F.l1_loss(batch.photos[:2], batch.photos[2:]).item() > 0.03
