"""What draws a model is chosen by measurement, remembered, and told as it is."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import choice
from core.catalogue import MANIFEST, Model, Precision, load_model_folder
from core.choice import Candidate, Engine, best_session, candidates, fastest, measure, open_candidate, remembered
from core.cuda_session import BoundSession
from core.errors import ModelError
from core.generator import Generator
from core.runtime import CPU, Device, Session, open_session
from tests.support.models import tiny_model

PLAIN = Candidate(Engine.CPU, "model.onnx")


def with_variant(model: Model, other: Model) -> Model:
    """Give ``model`` the file of ``other`` as its int8 file."""
    shutil.copy(other.path, model.folder / "model.int8.onnx")
    manifest = json.loads((model.folder / MANIFEST).read_text())
    digest = hashlib.sha256(other.path.read_bytes()).hexdigest()
    manifest["variants"] = [{"file": "model.int8.onnx", "sha256": digest, "precision": "int8", "hardware": "cpu"}]
    (model.folder / MANIFEST).write_text(json.dumps(manifest))
    return load_model_folder(model.folder)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with neither OpenVINO nor a card."""
    monkeypatch.setattr(choice, "installed_openvino", lambda: None)
    monkeypatch.setattr(choice, "driver_present", lambda: False)


@pytest.mark.usefixtures("bare")
def test_where_there_is_no_choice_nothing_is_measured(tmp_path: Path) -> None:
    model = tiny_model(tmp_path)
    assert candidates(model) == (PLAIN,)
    session = best_session(model, memory=tmp_path / "choices.json")
    assert session.provider == CPU
    assert remembered(model, memory=tmp_path / "choices.json") == PLAIN.key
    assert not (tmp_path / "choices.json").exists()


@pytest.mark.usefixtures("bare")
def test_the_faster_file_is_used_and_the_choice_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # So much work that no other program's work makes up for it.
    model = with_variant(tiny_model(tmp_path / "a", layers=8), tiny_model(tmp_path / "b"))
    memory = tmp_path / "cache" / "choices.json"
    assert remembered(model, memory=memory) is None
    session = best_session(model, memory=memory)
    assert session.precision == "int8"
    assert remembered(model, memory=memory) == "cpu:model.int8.onnx"
    assert session.inner is open_session(model.folder / "model.int8.onnx", Device.CPU).inner
    kept = memory.read_text()

    def never(*_: object) -> dict[str, float]:
        raise AssertionError("measured again")

    monkeypatch.setattr(choice, "measure", never)
    assert best_session(model, memory=memory).precision == "int8"
    assert memory.read_text() == kept
    with pytest.raises(AssertionError, match="measured again"):
        best_session(model, threads=1, memory=memory)


@pytest.mark.usefixtures("bare")
def test_a_file_that_draws_something_else_is_never_used(tmp_path: Path) -> None:
    model = with_variant(tiny_model(tmp_path / "a", layers=1), tiny_model(tmp_path / "b", gain=1.0))
    assert set(measure(model, candidates(model), 0)) == {PLAIN.key}
    assert best_session(model, memory=tmp_path / "choices.json").precision == "float32"


@pytest.mark.usefixtures("bare")
def test_a_broken_memory_or_file_does_not_stop_the_drawing(tmp_path: Path) -> None:
    # So much work that no other program's work makes up for it.
    model = with_variant(tiny_model(tmp_path / "a", layers=8), tiny_model(tmp_path / "b"))
    memory = tmp_path / "choices.json"
    memory.write_text("[]")
    assert best_session(model, memory=memory).precision == "int8"
    (model.folder / "model.int8.onnx").write_bytes(b"junk")
    session = best_session(model, memory=memory)
    assert (session.precision, session.provider) == ("float32", CPU)
    with pytest.raises(ModelError, match="damaged"):
        model.verify()


def test_little_gain_is_no_reason_to_leave_the_plain_way() -> None:
    assert fastest({"plain": 1.0, "other": 0.95}, "plain") == "plain"
    assert fastest({"plain": 1.0, "other": 0.8, "third": 0.7}, "plain") == "third"
    assert fastest({"other": 0.8}, "plain") == "other"
    assert fastest({}, "plain") == "plain"


def test_candidates_take_turns_and_the_median_counts(tmp_path: Path) -> None:
    model = tiny_model(tmp_path)
    slow = Candidate(Engine.CPU, "slow.onnx")

    def opening(model: Model, candidate: Candidate, threads: int) -> Session:
        session = open_candidate(model, PLAIN, threads)

        def run(*arguments: Any) -> Any:
            time.sleep(0.05 if candidate is slow else 0)
            return session.run(*arguments)

        return dataclasses.replace(session, run=run)

    times = measure(model, (PLAIN, slow), 1, opening)
    assert fastest(times, slow.key) == PLAIN.key


def test_bound_buffers_give_what_a_plain_run_gives(tmp_path: Path) -> None:
    model = tiny_model(tmp_path)
    plain = open_session(model.path, Device.CPU).inner
    bound = BoundSession(plain, plain, (1, 3, 256, 256), device="cpu")
    random = np.random.default_rng(1)
    results = []
    for count in (1, 1, 2):
        batch = random.uniform(-1, 1, (count, 3, 256, 256)).astype(np.float32)
        found = bound.run(["attention", "anime"], {"image": batch})
        wanted = plain.run(["attention", "anime"], {"image": batch})
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(one, other)
        results.append((found[1], wanted[1]))
    np.testing.assert_array_equal(*results[0], err_msg="a later run must not change what an earlier one gave")
    assert [value.name for value in bound.get_inputs()] == ["image"]


def test_openvino_draws_what_onnx_runtime_draws_and_is_named(tmp_path: Path) -> None:
    pytest.importorskip("openvino", reason="the optional package openvino is not installed")
    model = tiny_model(tmp_path, layers=1)
    session = open_candidate(model, Candidate(Engine.OPENVINO, "model.onnx"), 1)
    assert session.provider == "OpenVINO"
    assert [value.name for value in session.inner.get_inputs()] == ["image"]
    assert {value.name for value in session.inner.get_outputs()} == {"anime", "attention"}
    batch = np.random.default_rng(2).uniform(-1, 1, (2, 3, 256, 256)).astype(np.float32)
    wanted = open_session(model.path, Device.CPU).run(["attention", "anime"], {"image": batch})
    for one, other in zip(session.run(["attention", "anime"], {"image": batch}), wanted, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)
    assert session.precision == "float32"
    assert open_candidate(model, Candidate(Engine.OPENVINO, "model.onnx"), 1).inner is session.inner


def test_attention_is_computed_for_those_who_ask(tmp_path: Path) -> None:
    generator = Generator(tiny_model(tmp_path), Device.CPU)
    crops = np.full((2, 256, 256, 3), 40, np.uint8)
    told, untold = generator.run(crops), generator.run(crops, attention=False)
    assert told.attention is not None
    assert untold.attention is None
    np.testing.assert_array_equal(told.anime, untold.anime)


def test_openvino_computes_roughly_only_what_was_made_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "installed_openvino", lambda: "2026.4.1")
    monkeypatch.setattr(choice, "driver_present", lambda: False)
    model = tiny_model(tmp_path)
    shutil.copy(model.path, model.folder / "model.float16.onnx")
    manifest = json.loads((model.folder / MANIFEST).read_text())
    half = {"file": "model.float16.onnx", "sha256": "0" * 64, "precision": "float16", "hardware": "cuda"}
    (model.folder / MANIFEST).write_text(json.dumps({**manifest, "variants": [half]}))
    model = load_model_folder(model.folder)
    exact = (PLAIN, Candidate(Engine.OPENVINO, "model.onnx"))
    rough = Candidate(Engine.OPENVINO, "model.float16.onnx", Precision.FLOAT16)
    monkeypatch.setattr(choice, "has_bfloat16", lambda: True)
    assert candidates(model) == (*exact, rough)
    monkeypatch.setattr(choice, "has_bfloat16", lambda: False)
    assert candidates(model) == exact
